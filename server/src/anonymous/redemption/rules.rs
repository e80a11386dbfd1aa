use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Public};
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Verifier};
use undersign_protocol::issuance::TokenKey;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::redemption::{AuthorizationError, Token, TokenBindingError};

use crate::anonymous::public_log::LogError;
use crate::storage::StorageError;

/// Bytes of salt of token type 0x0002 (RFC 9578 §6).
const SALT: i32 = 48;
const EXPONENT: u32 = 65_537;

/// Why a token does not become a signature, or a withdrawal key does not take one back.
#[derive(Debug, thiserror::Error)]
pub enum RedemptionError {
    /// No token, or not one of type 0x0002.
    #[error(transparent)]
    Authorization(#[from] AuthorizationError),
    /// For another key, petition, issuer or origin.
    #[error(transparent)]
    Binding(#[from] TokenBindingError),
    /// The signature does not verify.
    #[error("the token's signature is not valid")]
    Signature,
    /// Another token with this nonce was redeemed.
    #[error("another token has this nonce")]
    NonceUsed,
    /// The token's signature was withdrawn.
    #[error("the signature was withdrawn")]
    Withdrawn,
    /// The key is not that of the nonce, or no signature has the nonce.
    #[error("no signature has this withdrawal key")]
    WithdrawalNotValid,
    /// The petition has not opened.
    #[error("not open yet")]
    NotYetOpen,
    /// Nothing more is taken.
    #[error("closed")]
    Closed,
    /// The log cannot promise.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A token that passed every check for its petition. There is no other way to hold one, and nothing else enters the pool.
pub struct VerifiedToken(Token);

impl VerifiedToken {
    /// Checks, in this order: the **full** key id, the challenge digest recomputed from the manifest, the signature. Each token alone:
    /// with blind signatures, testing a product of several at once would take two tokens for one that was issued.
    pub fn verify(token: Token, petition: &VerifiedManifest) -> Result<Self, RedemptionError> {
        let manifest = petition.manifest();
        token.input.check_binding(manifest, &petition.petition_id())?;
        let valid = verify_signature(&manifest.issuer.token_key, &token.input.encode(), &token.authenticator);
        if valid { Ok(Self(token)) } else { Err(RedemptionError::Signature) }
    }

    /// The token.
    pub fn token(&self) -> &Token {
        &self.0
    }
}

/// RSASSA-PSS verification (RFC 8017 §8.1.2) with SHA-384, MGF1-SHA-384 and exactly 48 bytes of salt. An error inside OpenSSL is a
/// signature that is not valid.
pub fn verify_signature(key: &TokenKey, message: &[u8], signature: &[u8]) -> bool {
    let verified = || {
        let key = public_key(key)?;
        let mut verifier = Verifier::new(MessageDigest::sha384(), &key)?;
        verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
        verifier.set_rsa_mgf1_md(MessageDigest::sha384())?;
        verifier.set_rsa_pss_saltlen(RsaPssSaltlen::custom(SALT))?;
        verifier.verify_oneshot(signature, message)
    };
    verified().unwrap_or(false)
}

fn public_key(key: &TokenKey) -> Result<PKey<Public>, openssl::error::ErrorStack> {
    let modulus = BigNum::from_slice(key.modulus())?;
    PKey::from_rsa(Rsa::from_public_components(modulus, BigNum::from_u32(EXPONENT)?)?)
}
