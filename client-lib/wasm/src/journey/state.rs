use undersign_client_lib::journey::{Confirmed, HeldToken, Prepared, Rejected, Signed, Spoiled, TokenHeld};
use undersign_protocol::petition::{PetitionId, Slug};
use undersign_protocol::timestamp::Timestamp;

use super::Step;
use crate::error::ClientError;

/// Every state that a journey can be in.
pub enum State {
    Prepared(Prepared),
    Confirmed(Confirmed),
    TokenHeld(TokenHeld),
    Signed {
        signed: Signed,
        /// When the tokens came: the wait of the others counts from it.
        issued_at: Timestamp,
    },
    AlreadyIssued {
        petition_id: PetitionId,
        slug: Slug,
        others: Vec<HeldToken>,
        issued_at: Timestamp,
    },
    Spoiled(Spoiled),
}

impl State {
    pub fn step(&self) -> Step {
        match self {
            Self::Prepared(_) => Step::Prepared,
            Self::Confirmed(_) => Step::Confirmed,
            Self::TokenHeld(_) => Step::TokenHeld,
            Self::Signed { .. } => Step::Signed,
            Self::AlreadyIssued { .. } => Step::AlreadyIssued,
            Self::Spoiled(_) => Step::Spoiled,
        }
    }

    /// Tokens for other petitions that came with this one's.
    pub fn others(&self) -> &[HeldToken] {
        match self {
            Self::TokenHeld(held) => held.other_tokens(),
            Self::Signed { signed, .. } => signed.other_tokens(),
            Self::AlreadyIssued { others, .. } => others,
            Self::Prepared(_) | Self::Confirmed(_) | Self::Spoiled(_) => &[],
        }
    }

    /// The answer of a method that this state does not have.
    pub fn without<T>(self) -> (Self, Result<T, ClientError>) {
        (self, Err(ClientError::step()))
    }
}

/// A step that did not succeed gives the state back.
pub fn rejected<S, E: Into<ClientError>, T>(
    rejected: Rejected<S, E>,
    back: impl FnOnce(S) -> State,
) -> (State, Result<T, ClientError>) {
    (back(rejected.state), Err(rejected.error.into()))
}
