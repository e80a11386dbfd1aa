//! How long a step took. The only place of this program that reads a clock.

use std::fmt;
use std::time::{Duration, Instant};

/// Runs from its creation.
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "a developer is told how long a step took; nothing depends on it")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed(&self) -> Elapsed {
        Elapsed(self.0.elapsed())
    }
}

impl Elapsed {
    /// In seconds, with fractions.
    pub fn seconds(self) -> f64 {
        self.0.as_secs_f64()
    }
}

/// A duration as people read it: `0.4 s`, `12.0 s`, `3 min 5 s`.
#[derive(Clone, Copy)]
pub struct Elapsed(Duration);

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        if seconds < 60 {
            write!(f, "{:.1} s", self.0.as_secs_f64())
        } else {
            write!(f, "{} min {} s", seconds / 60, seconds % 60)
        }
    }
}
