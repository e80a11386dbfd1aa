//! What is demanded of witnesses before a log is believed.

use undersign_protocol::public_log::{NotWitnessed, Policy};
use undersign_protocol::timestamp::{DAY, Timestamp};

/// Seconds for which a cosignature counts where nothing else is said. A log has its newest head cosigned again every hour, also where it
/// has not grown: so enough witnesses may be away for most of a day.
pub const MAX_AGE: u64 = DAY;

/// A policy, and how old cosignatures may be.
#[derive(Debug, Clone, Copy)]
pub struct Demand<'a> {
    /// Whom to believe.
    pub policy: &'a Policy,
    /// What the clock says.
    pub now: Timestamp,
    /// Seconds.
    pub max_age: u64,
}

impl Demand<'_> {
    /// Whether a head of a petition's log, or of its host's, is cosigned as the policy demands, and not too long ago.
    ///
    /// After a petition's end nothing is added to its count, and its age does not matter any more; but the head must have been cosigned
    /// as recently before the end as it had to be for anyone who looked then, or later. Otherwise an old head could be shown for ever.
    ///
    /// # Arguments
    /// * `ends_at` – the end of the petition for whose sake the log is read: the earliest of its manifest and its notices, plus grace
    pub fn check(&self, note: &str, ends_at: Timestamp) -> Result<(), NotWitnessed> {
        self.policy.check_since(note, self.now.min(ends_at).minus(self.max_age))
    }
}
