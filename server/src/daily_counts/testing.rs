//! A clock for tests that go through days.

use std::sync::{Arc, Mutex, PoisonError};

use undersign_protocol::timestamp::Timestamp;

use crate::clock::Clock;

/// Stands still until it is set.
pub(crate) struct TestClock(Mutex<Timestamp>);

impl TestClock {
    /// A clock that shows this.
    pub(crate) fn at(now: Timestamp) -> Arc<Self> {
        Arc::new(Self(Mutex::new(now)))
    }

    /// Sets it.
    pub(crate) fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
