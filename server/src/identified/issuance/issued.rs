use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use undersign_protocol::petition::PetitionId;
use undersign_protocol::timestamp::Timestamp;

use crate::petition::Petition;

/// Seconds after a tick in which every answer is newly counted: the anonymous side asks then, and whoever asked a moment earlier must
/// not have frozen a count that is too low for its batch.
const NEW_AFTER_TICK: u64 = 5;

/// What was answered about how many tokens were issued, by petition: the same from shortly after a tick until the next. A count that
/// always moved with each token would tell everyone who asks often enough the second of every issuance, which the ticks of the log
/// exist to hide.
#[derive(Default)]
pub(super) struct IssuedCounts {
    counts: Mutex<HashMap<PetitionId, (Timestamp, u64)>>,
}

impl IssuedCounts {
    /// The count that is answered until the next tick, if one was given and is not to be taken anew.
    pub(super) fn get(&self, petition: &Petition, now: Timestamp) -> Option<u64> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, count) = counts.get(&petition.verified.petition_id())?;
        let interval = petition.verified.manifest().publication.interval;
        let into_interval = interval.saturating_sub(until.seconds().saturating_sub(now.seconds()));
        (now < *until && into_interval >= NEW_AFTER_TICK).then_some(*count)
    }

    /// Keeps a count until the next tick.
    pub(super) fn set(&self, petition: &Petition, now: Timestamp, count: u64) {
        let manifest = petition.verified.manifest();
        let until = manifest.publication.next_tick(manifest.opens_at, now);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.insert(petition.verified.petition_id(), (until, count));
    }
}
