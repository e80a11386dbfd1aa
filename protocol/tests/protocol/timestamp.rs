//! Times: one text for one second.

use proptest::prelude::*;
use undersign_protocol::timestamp::{DAY, Timestamp};

use crate::common::generate::timestamp;
use crate::common::laws::{Format, check};

#[test]
fn keeps_the_laws() {
    Format {
        decode: |bytes| std::str::from_utf8(bytes).ok()?.parse().ok(),
        encode: |moment: &Timestamp| moment.to_string().into_bytes(),
    }
    .keeps_the_laws(timestamp());
    Format {
        decode: |bytes| serde_json::from_slice(bytes).ok(),
        encode: |moment: &Timestamp| serde_json::to_vec(moment).unwrap(),
    }
    .keeps_the_laws_of_json(timestamp());
}

/// Seconds computed with `date -u -d TIME +%s`.
#[test]
fn examples() {
    for (seconds, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (1_796_083_199, "2026-11-30T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ] {
        let moment = Timestamp::from_seconds(seconds).unwrap();
        assert_eq!(moment.to_string(), text);
        assert_eq!(text.parse(), Ok(moment));
        assert_eq!(moment.day(), seconds / DAY);
    }
}

/// As another implementation of the calendar has it, on every day from 1970 to 9999.
#[test]
fn every_day_is_that_of_another_library() {
    let mut date = time::Date::from_ordinal_date(1970, 1).unwrap();
    for day in 0..=Timestamp::MAX.day() {
        let (year, month, of_month) = date.to_calendar_date();
        let text = format!("{year:04}-{:02}-{of_month:02}T23:05:09Z", u8::from(month));
        let moment = Timestamp::from_seconds(day * DAY + 23 * 3600 + 5 * 60 + 9).unwrap();
        assert_eq!(moment.to_string(), text);
        assert_eq!(text.parse(), Ok(moment));
        let Some(next) = date.next_day().filter(|next| next.year() <= 9999) else { return };
        date = next;
    }
}

/// Of all texts of the form, those are taken that name a day of the calendar.
#[test]
fn days_that_no_month_has_are_refused() {
    for year in [1970, 1972, 1999, 2000, 2026, 2028, 2100, 2400, 9999] {
        for month in 0..=13u8 {
            for day in 0..=32u8 {
                let exists = time::Month::try_from(month)
                    .is_ok_and(|month| time::Date::from_calendar_date(year, month, day).is_ok());
                let text = format!("{year}-{month:02}-{day:02}T00:00:00Z");
                assert_eq!(text.parse::<Timestamp>().is_ok(), exists, "{text}");
            }
        }
    }
}

#[test]
fn other_texts_are_refused() {
    for text in [
        "",
        "2026-12-01",
        "2026-12-01T00:00:00",
        "2026-12-01T00:00:00z",
        "2026-12-01t00:00:00Z",
        "2026-12-01 00:00:00Z",
        "2026-12-01T00:00Z",
        "2026-12-01T00:00:00.0Z",
        "2026-12-01T00:00:00+00:00",
        "2026-12-01T24:00:00Z",
        "2026-12-01T00:60:00Z",
        "2026-12-01T00:00:60Z",
        "2016-12-31T23:59:60Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-12-1T00:00:00Z",
        "26-12-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "-2026-12-01T00:00:00Z",
        "+2026-12-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        " 2026-12-01T00:00:00Z",
        "2026-12-01T00:00:00Z\n",
        "٢٠٢٦-12-01T00:00:00Z",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text:?}");
    }
}

#[test]
fn no_moment_is_later_than_the_last_of_9999() {
    assert!(Timestamp::from_seconds(Timestamp::MAX.seconds() + 1).is_err());
    assert_eq!(Timestamp::MAX.plus(u64::MAX), Timestamp::MAX);
    check((timestamp(), any::<u64>()), |(moment, seconds)| {
        let later = moment.plus(seconds);
        prop_assert!(later >= moment && later <= Timestamp::MAX);
        prop_assert!(later == Timestamp::MAX || later.seconds() - moment.seconds() == seconds);
        Ok(())
    });
}
