use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// Seconds in a day of UTC.
pub const DAY: u64 = 86_400;

/// A moment in whole seconds since 1970-01-01T00:00:00Z; in text always `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339 in UTC), years 1970 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// The text is not of the form `YYYY-MM-DDTHH:MM:SSZ`, or the moment lies outside the years 1970 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time of the form 2026-12-01T00:00:00Z")]
pub struct TimestampError;

impl Timestamp {
    /// The last moment of the year 9999.
    pub const MAX: Self = Self(253_402_300_799);

    /// From seconds since the Unix epoch.
    pub fn from_seconds(seconds: u64) -> Result<Self, TimestampError> {
        if seconds <= Self::MAX.0 { Ok(Self(seconds)) } else { Err(TimestampError) }
    }

    /// Seconds since the Unix epoch.
    pub fn seconds(self) -> u64 {
        self.0
    }

    /// Whole days since the Unix epoch: the finest time that is ever stored.
    pub fn day(self) -> u64 {
        self.0 / DAY
    }

    /// Later by `seconds`; at most [`Timestamp::MAX`].
    pub fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds).min(Self::MAX.0))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = i64::try_from(self.0)
            .ok()
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .and_then(|moment| moment.format(FORMAT).ok())
            .ok_or(std::fmt::Error)?;
        f.write_str(&text)
    }
}

impl std::str::FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let moment = time::PrimitiveDateTime::parse(text, FORMAT).map_err(|_| TimestampError)?;
        let seconds = moment.assume_utc().unix_timestamp();
        let moment = Self::from_seconds(u64::try_from(seconds).map_err(|_| TimestampError)?)?;
        // One text for one moment: signs and other widths that the parser may take are refused.
        if moment.to_string() == text { Ok(moment) } else { Err(TimestampError) }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
