//! Blind signing, RFC 9578 token type 0x0002 (RSABSSA-SHA384-PSS-Deterministic, RSA-2048, 48 bytes of salt), byte for byte.

mod batch;
mod directory;
mod statement;
mod token_challenge;
mod token_key;
mod token_request;

pub use batch::{BatchTokenRequest, BatchTokenResponse};
pub use directory::{DirectoryKey, IssuerDirectory};
pub use statement::IssuanceStatement;
pub use token_challenge::{ChallengeDigest, TokenChallenge};
pub use token_key::{TokenKey, TokenKeyError, TokenKeyId};
pub use token_request::{TokenRequest, TokenRequestHash, TokenResponse};

/// Blind RSA (2048 bit) in the registry of RFC 9578 §8.2.2.
pub const TOKEN_TYPE: u16 = 0x0002;

/// Bytes of an RSA-2048 modulus, a blinded message and a signature (Nk).
pub const NK: usize = 256;

/// Media types of RFC 9578 §8.3 and draft-ietf-privacypass-batched-tokens.
pub mod media_type {
    /// One token request.
    pub const TOKEN_REQUEST: &str = "application/private-token-request";
    /// One token response.
    pub const TOKEN_RESPONSE: &str = "application/private-token-response";
    /// Several token requests.
    pub const BATCH_REQUEST: &str = "application/private-token-generic-batch-request";
    /// Several token responses, some of which may be missing.
    pub const BATCH_RESPONSE: &str = "application/private-token-generic-batch-response";
    /// The issuer directory.
    pub const ISSUER_DIRECTORY: &str = "application/private-token-issuer-directory";
}
