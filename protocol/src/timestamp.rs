use crate::json_text;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

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

    /// Earlier by `seconds`; at least the Unix epoch.
    pub fn minus(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// Later by `seconds`; at most [`Timestamp::MAX`].
    pub fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds).min(Self::MAX.0))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = *TEMPLATE;
        let (year, month, day) = date_of(self.day());
        let second = self.0 % DAY;
        for (place, number) in [(0, year / 100), (2, year % 100), (5, month), (8, day)] {
            write_two(&mut text[place..], number);
        }
        for (place, number) in [(11, second / 3600), (14, second / 60 % 60), (17, second % 60)] {
            write_two(&mut text[place..], number);
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| std::fmt::Error)?)
    }
}

impl std::str::FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text: &[u8; 20] = text.as_bytes().try_into().map_err(|_| TimestampError)?;
        // Digits where the template has them, and nothing else than it elsewhere.
        let fits = |(byte, form): (&u8, &u8)| if form.is_ascii_digit() { byte.is_ascii_digit() } else { byte == form };
        if !text.iter().zip(TEMPLATE).all(fits) {
            return Err(TimestampError);
        }
        let two = |place: usize| u64::from(text[place] - b'0') * 10 + u64::from(text[place + 1] - b'0');
        let (year, month, day) = (two(0) * 100 + two(2), two(5), two(8));
        let (hour, minute, second) = (two(11), two(14), two(17));
        let in_range = year >= 1970 && (1..=12).contains(&month) && day >= 1 && hour < 24 && minute < 60 && second < 60;
        // A day that the month does not have would be one of the next.
        if !in_range || date_of(day_of(year, month, day)) != (year, month, day) {
            return Err(TimestampError);
        }
        Self::from_seconds(day_of(year, month, day) * DAY + hour * 3600 + minute * 60 + second)
    }
}

/// The one form.
const TEMPLATE: &[u8; 20] = b"0000-00-00T00:00:00Z";

fn write_two(text: &mut [u8], number: u64) {
    text[0] = b'0' + (number / 10) as u8;
    text[1] = b'0' + (number % 10) as u8;
}

/// Days from 1970-01-01 to a day of the Gregorian calendar. Years are counted from March, so that the leap day ends one.
fn day_of(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    // Five months from March on have 153 days, and so have the next five.
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - BEFORE_1970
}

/// The day of the Gregorian calendar, as year, month and day.
fn date_of(day: u64) -> (u64, u64, u64) {
    let day = day + BEFORE_1970;
    let (era, day) = (day / DAYS_OF_400_YEARS, day % DAYS_OF_400_YEARS);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (year * 365 + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let year = era * 400 + year;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

/// Days from March 1 of the year 0 to 1970-01-01.
const BEFORE_1970: u64 = 719_468;
const DAYS_OF_400_YEARS: u64 = 146_097;

json_text!(Timestamp);

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
