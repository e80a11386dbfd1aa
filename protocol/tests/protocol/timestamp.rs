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
