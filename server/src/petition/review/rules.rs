use serde::Deserialize;
use undersign_protocol::petition::{PetitionId, ReviewAnswer, ReviewQuestion, ReviewState};
use undersign_protocol::timestamp::Timestamp;

use super::{Decided, Reviewed};
use crate::storage::StorageError;

/// Petitions that one organiser who is not listed may have prepared or waiting.
pub const MAX_OF_A_STRANGER: usize = 2;
/// The same of all such organisers together: of 256 key ids the listed ones keep most, and 32 manifests fill no disk.
pub const MAX_OF_STRANGERS: usize = 32;
/// Days after which nobody is expected to decide any more.
const UNDECIDED_DAYS: u64 = 90;
/// Days for which a refused text and the reason are kept.
const REFUSED_DAYS: u64 = 30;
/// Most characters of a reason.
pub const MAX_REASON: usize = 1_000;

/// Whose petitions wait for the moderator (the setting `review`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    /// Listed organisers publish at once, others are refused.
    #[default]
    Nobody,
    /// Those of listed organisers; others are refused.
    Listed,
    /// Those of all others; listed organisers publish at once.
    Others,
    /// Everybody's.
    All,
}

/// How a petition of some organiser is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is public at once.
    AtOnce,
    /// It waits.
    AfterReview,
}

/// Why a question is not answered.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// There is no such petition, or another key is its organiser's: these are not told apart.
    #[error("there is no such petition of this key")]
    Unknown,
    /// It was asked before, or long ago.
    #[error("the question was asked before, or is not of this moment")]
    Replayed,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Review {
    /// How an organiser's petition is taken; `None` where it is not.
    pub fn admission(self, is_listed: bool) -> Option<Admission> {
        match (self, is_listed) {
            (Self::Nobody | Self::Others, true) => Some(Admission::AtOnce),
            (Self::Listed, true) | (Self::Others, false) | (Self::All, _) => Some(Admission::AfterReview),
            (Self::Nobody | Self::Listed, false) => None,
        }
    }

    /// Whether organisers who are not listed may hand something in.
    pub fn takes_strangers(self) -> bool {
        self.admission(false).is_some()
    }
}

/// Whether the question is the organiser's, and of this moment. That it was not asked before only the database knows.
pub fn check_question(
    question: &ReviewQuestion,
    petition_id: &PetitionId,
    organiser: &undersign_protocol::ed25519::PublicKey,
    now: Timestamp,
) -> Result<(), ReviewError> {
    question.verify(petition_id, organiser).map_err(|_| ReviewError::Unknown)?;
    if question.is_recent(now) { Ok(()) } else { Err(ReviewError::Replayed) }
}

/// What the organiser is told of a petition that is not public.
pub(crate) fn answer(reviewed: &Reviewed) -> ReviewAnswer {
    let state = match reviewed.decided {
        None => ReviewState::Waiting,
        Some(Decided::Accepted) => ReviewState::Accepted,
        Some(Decided::Refused | Decided::RefusedAndForgotten) => ReviewState::Refused,
    };
    ReviewAnswer { petition_id: reviewed.petition.petition_id(), state, reason: reviewed.reason.clone() }
}

/// The first day of which what was handed in may still wait.
pub(crate) fn oldest_undecided_day(now: Timestamp) -> u64 {
    now.day().saturating_sub(UNDECIDED_DAYS)
}

/// The first day of which what was refused is still kept.
pub(crate) fn oldest_refused_day(now: Timestamp) -> u64 {
    now.day().saturating_sub(REFUSED_DAYS)
}
