use undersign_protocol::redemption::{AuthorizationError, Token, TokenBindingError};

use super::verifier::TokenVerifier;
use crate::anonymous::public_log::LogError;
use crate::gather::GatherError;
use crate::storage::StorageError;

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
    /// It was not done with the others that came at the same time.
    #[error(transparent)]
    Gathered(#[from] GatherError<StorageError>),
}

/// Why nothing new is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The petition has not opened.
    NotYetOpen,
    /// It is over.
    Closed,
}

impl From<Refusal> for RedemptionError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotYetOpen => Self::NotYetOpen,
            Refusal::Closed => Self::Closed,
        }
    }
}

/// A token that passed every check for its petition. There is no other way to hold one, and nothing else enters the pool.
pub struct VerifiedToken(Token);

impl VerifiedToken {
    /// Checks, in this order: the **full** key id, the challenge digest recomputed from the manifest, the signature. Each token alone:
    /// with blind signatures, testing a product of several at once would take two tokens for one that was issued.
    pub(super) fn verify(token: Token, verifier: &TokenVerifier) -> Result<Self, RedemptionError> {
        token.input.check_bound_as(&verifier.expected(token.input.nonce))?;
        let valid = verifier.verify(&token.input.encode(), &token.authenticator);
        if valid { Ok(Self(token)) } else { Err(RedemptionError::Signature) }
    }

    /// The token.
    pub fn token(&self) -> &Token {
        &self.0
    }
}
