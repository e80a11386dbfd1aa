use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use undersign_protocol::petition::PetitionId;
use undersign_protocol::timestamp::Timestamp;

use crate::petition::Petition;

/// What was answered about how many tokens were issued, by petition: counted at the first question after a tick, and the same until
/// the next. A count that moved with each token would tell everyone who asks often enough the second of every issuance, which the
/// ticks of the log exist to hide.
#[derive(Default)]
pub(super) struct IssuedCounts {
    counts: Mutex<HashMap<PetitionId, (Timestamp, u64)>>,
}

impl IssuedCounts {
    /// The count of this interval, if one was given.
    pub(super) fn get(&self, petition: &Petition, now: Timestamp) -> Option<u64> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, count) = counts.get(&petition.verified.petition_id())?;
        (now < *until).then_some(*count)
    }

    /// Keeps a count until the next tick.
    pub(super) fn set(&self, petition: &Petition, now: Timestamp, count: u64) {
        let manifest = petition.verified.manifest();
        let until = manifest.publication.next_tick(manifest.opens_at, now);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.insert(petition.verified.petition_id(), (until, count));
    }
}
