use undersign_pages::Petition;
use undersign_protocol::daily_counts::{CountedBy, CountsRequest};
use undersign_protocol::timestamp::Timestamp;

use crate::storage::{Side, StorageError};

/// Days for which counts are kept: a year and a month.
pub const KEPT_DAYS: u64 = 400;

/// Why an organiser is not told counts.
#[derive(Debug, thiserror::Error)]
pub enum CountsError {
    /// Not by the key of the petition's organiser, or for another petition or side.
    #[error("the signature is not that of the petition's organiser")]
    Signature,
    /// Signed on another day.
    #[error("the request is of another day: sign a new one")]
    Day,
    /// It was answered before.
    #[error("the request was answered before: sign a new one")]
    Repeated,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Checks a request: first whose it is.
pub fn check(request: &CountsRequest, petition: &Petition, side: Side, now: Timestamp) -> Result<(), CountsError> {
    let counted_by = match side {
        Side::Identified => CountedBy::Issuer,
        Side::Anonymous => CountedBy::Origin,
    };
    // Whoever has taken the first key asks in vain once the recovery key has spoken.
    let key = petition.organiser_key();
    request.verify(&petition.verified.petition_id(), counted_by, key).map_err(|_| CountsError::Signature)?;
    // Tomorrow, for clocks differ and midnight comes.
    let is_of_now = (oldest_request(now)..=now.day() + 1).contains(&request.day);
    if is_of_now { Ok(()) } else { Err(CountsError::Day) }
}

/// The first day whose requests are answered; those that were are remembered as long.
pub fn oldest_request(now: Timestamp) -> u64 {
    now.day().saturating_sub(1)
}
