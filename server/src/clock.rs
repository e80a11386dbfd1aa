//! The one place that reads the clock.

use std::time::{SystemTime, UNIX_EPOCH};

use undersign_protocol::timestamp::Timestamp;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// Now, in whole seconds.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one reading of the clock")]
    fn now(&self) -> Timestamp {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs());
        Timestamp::from_seconds(seconds).unwrap_or(Timestamp::MAX)
    }
}
