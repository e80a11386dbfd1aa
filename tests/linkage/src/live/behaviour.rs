use undersign_client_lib::journey::{Schedule, When};
use undersign_protocol::petition::{Publication, Redemption};
use undersign_protocol::timestamp::{DAY, Timestamp};

/// Seconds of a tick, of the longest wait and of an epoch, as an organiser gets them who sets nothing else.
pub const PUBLICATION: Publication = Publication { interval: 600, min_batch: 20, max_wait: DAY };

/// When people hand in what they hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Behaviour {
    /// As tables call it.
    pub name: &'static str,
    /// The petition's rule.
    pub redemption: Redemption,
    /// How many of them wait; the others sign at once.
    pub waiting: f64,
    /// Whether a program stays and does it at the moment that was drawn. Otherwise a person comes back, a day or two later, at
    /// about the hour at which they were there before, and does it then, if the moment is past.
    pub stays: bool,
}

const IMMEDIATE: Redemption = Redemption::Immediate {};
const NEXT_EPOCH: Redemption = Redemption::NextEpoch { epoch: DAY };

/// What is compared.
pub const BEHAVIOURS: [Behaviour; 6] = [
    Behaviour { name: "`immediate`, at once", redemption: IMMEDIATE, waiting: 0.0, stays: true },
    Behaviour { name: "`immediate`, one of ten with `--when auto`", redemption: IMMEDIATE, waiting: 0.1, stays: true },
    Behaviour { name: "`immediate`, all with `--when auto`", redemption: IMMEDIATE, waiting: 1.0, stays: true },
    Behaviour {
        name: "`immediate`, all with `--when auto`, by hand at their hour",
        redemption: IMMEDIATE,
        waiting: 1.0,
        stays: false,
    },
    Behaviour { name: "`next_epoch`", redemption: NEXT_EPOCH, waiting: 1.0, stays: true },
    Behaviour { name: "`next_epoch`, by hand at their hour", redemption: NEXT_EPOCH, waiting: 1.0, stays: false },
];

impl Behaviour {
    /// The petition's rules, as the client is told them. It is open for a year.
    pub fn schedule(&self, min_batch: u64) -> Schedule {
        let opens_at = opens_at();
        Schedule {
            opens_at,
            closes_at: opens_at.plus(365 * DAY),
            grace: 2 * DAY,
            publication: Publication { min_batch, ..PUBLICATION },
            redemption: self.redemption,
        }
    }

    /// What those who wait tell their client; under `next_epoch` it does so by itself.
    pub fn when(waits: bool) -> When {
        if waits { When::Auto } else { When::Now }
    }
}

/// Seconds of everything here are counted from this moment.
pub fn opens_at() -> Timestamp {
    // Unwrap safety: a moment of the year 2026.
    Timestamp::from_seconds(1_796_083_200).expect("a moment")
}

/// A moment in seconds since the opening.
pub fn since_opening(moment: Timestamp) -> f64 {
    moment.seconds().saturating_sub(opens_at().seconds()) as f64
}
