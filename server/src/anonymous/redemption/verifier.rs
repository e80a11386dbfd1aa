use std::sync::{Mutex, PoisonError};

use undersign_client_lib::pss::PssVerifier;
use undersign_protocol::issuance::TokenKey;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::redemption::{Nonce, TokenInput};

/// What the tokens of one petition are checked with, made once: to parse its key and to hash its challenge takes as long as half of a
/// verification.
pub(super) struct TokenVerifier {
    /// The petition's token input, with no token's nonce.
    input: TokenInput,
    key: TokenKey,
    /// Parsed keys that nobody uses now: one for each that verified at the same moment.
    idle: Mutex<Vec<PssVerifier>>,
}

impl TokenVerifier {
    /// For a petition.
    pub(super) fn of(petition: &VerifiedManifest) -> Self {
        let manifest = petition.manifest();
        let input = TokenInput::of_petition(manifest, &petition.petition_id(), Nonce::from([0; 32]));
        Self { input, key: manifest.issuer.token_key, idle: Mutex::default() }
    }

    /// The input that a token with this nonce must have.
    pub(super) fn expected(&self, nonce: Nonce) -> TokenInput {
        TokenInput { nonce, ..self.input }
    }

    /// Verifies one signature, alone. An error inside OpenSSL is a signature that is not valid.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle().pop();
        let Some(mut verifier) = kept.or_else(|| PssVerifier::new(&self.key).ok()) else { return false };
        let valid = verifier.verify(message, signature);
        // What has failed may have left something behind.
        if valid {
            idle().push(verifier);
        }
        valid
    }
}
