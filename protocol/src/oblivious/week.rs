use crate::timestamp::Timestamp;

/// Seconds in a week.
pub const WEEK: u64 = 604_800;

/// A week as key configurations count them: from one multiple of 604,800 seconds since the Unix epoch, a Thursday, to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week(u64);

impl Week {
    /// The week of a moment.
    pub fn of(now: Timestamp) -> Self {
        Self(now.seconds() / WEEK)
    }

    /// The week after this one.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Whole weeks since the Unix epoch.
    pub fn number(self) -> u64 {
        self.0
    }

    /// Its first moment; at most [`Timestamp::MAX`].
    pub fn begins(self) -> Timestamp {
        Timestamp::from_seconds(self.0.saturating_mul(WEEK)).unwrap_or(Timestamp::MAX)
    }

    /// The first moment of the next one.
    pub fn ends(self) -> Timestamp {
        self.next().begins()
    }

    /// What its key is called in a request (RFC 9458 §3.1): its number, the last eight bits. No two keys that are opened with at once
    /// have one name.
    pub fn key_id(self) -> u8 {
        (self.0 % 256) as u8
    }
}
