//! When signatures enter the log: at the same times for everyone.

use proptest::prelude::*;
use undersign_protocol::petition::Publication;
use undersign_protocol::timestamp::{DAY, Timestamp};

use crate::common::laws::check;

/// Rules as manifests have them, an opening, and a moment after it: any, or at a tick, or a second before or after one.
fn cases() -> impl Strategy<Value = (Publication, Timestamp, Timestamp)> {
    let publication = (1..=DAY, 1..=30u64).prop_map(|(interval, steps)| Publication {
        interval,
        min_batch: 1,
        max_wait: interval * steps,
    });
    let second = prop_oneof![Just(0), Just(1), Just(2), 0..=DAY];
    (publication, 1..100_000_000_000u64, 0..1_000u64, second).prop_map(|(publication, opens_at, ticks, second)| {
        let opens_at = Timestamp::from_seconds(opens_at).unwrap();
        let now = opens_at.plus((ticks * publication.interval + second).saturating_sub(1));
        (publication, opens_at, now)
    })
}

fn since(opens_at: Timestamp, moment: Timestamp) -> u64 {
    moment.seconds() - opens_at.seconds()
}

#[test]
fn a_tick_is_the_first_multiple_of_the_interval_later_than_now() {
    check(cases(), |(publication, opens_at, now)| {
        let tick = publication.next_tick(opens_at, now);
        prop_assert!(tick > now);
        prop_assert!(tick.seconds() - now.seconds() <= publication.interval);
        prop_assert!(since(opens_at, tick).is_multiple_of(publication.interval));
        let multiple = publication.next_max_wait(opens_at, now);
        prop_assert!(multiple >= tick && since(opens_at, multiple).is_multiple_of(publication.max_wait));
        Ok(())
    });
}

#[test]
fn publish_by_is_the_next_multiple_of_max_wait_and_one_interval() {
    check(cases(), |(publication, opens_at, now)| {
        let publish_by = publication.publish_by(opens_at, now);
        let multiple = publish_by.seconds() - publication.interval;
        prop_assert!(multiple > now.seconds());
        prop_assert!(multiple - now.seconds() <= publication.max_wait);
        prop_assert!((multiple - opens_at.seconds()).is_multiple_of(publication.max_wait));
        Ok(())
    });
}

/// The answer to a redemption must not tell when it came.
#[test]
fn publish_by_is_equal_for_all_of_one_window() {
    check((cases(), any::<proptest::sample::Index>(), any::<proptest::sample::Index>()), |(case, one, other)| {
        let (publication, opens_at, now) = case;
        let window = since(opens_at, now) / publication.max_wait * publication.max_wait;
        let within =
            |place: proptest::sample::Index| opens_at.plus(window + place.index(publication.max_wait as usize) as u64);
        let publish_by = publication.publish_by(opens_at, now);
        prop_assert_eq!(publication.publish_by(opens_at, within(one)), publish_by);
        prop_assert_eq!(publication.publish_by(opens_at, within(other)), publish_by);
        prop_assert_eq!(publication.publish_by(opens_at, opens_at.plus(window)), publish_by);
        prop_assert!(publication.publish_by(opens_at, opens_at.plus(window + publication.max_wait)) > publish_by);
        Ok(())
    });
}

/// A promise is kept by the tick at the next multiple of max_wait, at which a batch of one is published too.
#[test]
fn a_tick_at_which_everything_is_published_comes_before_publish_by() {
    check(cases(), |(publication, opens_at, now)| {
        let moment = publication.next_max_wait(opens_at, now);
        prop_assert_eq!(moment.plus(publication.interval), publication.publish_by(opens_at, now));
        let just_before = Timestamp::from_seconds(moment.seconds() - 1).unwrap();
        prop_assert_eq!(publication.next_tick(opens_at, just_before), moment);
        Ok(())
    });
}

#[test]
fn times_of_an_example() {
    let publication = Publication { interval: 600, min_batch: 20, max_wait: DAY };
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    let opens_at = at("2026-12-01T00:00:00Z");
    for (now, tick, publish_by) in [
        ("2026-11-30T23:59:59Z", "2026-12-01T00:00:00Z", "2026-12-01T00:10:00Z"),
        ("2026-12-01T00:00:00Z", "2026-12-01T00:10:00Z", "2026-12-02T00:10:00Z"),
        ("2026-12-01T00:09:59Z", "2026-12-01T00:10:00Z", "2026-12-02T00:10:00Z"),
        ("2026-12-01T00:10:00Z", "2026-12-01T00:20:00Z", "2026-12-02T00:10:00Z"),
        ("2026-12-01T23:59:59Z", "2026-12-02T00:00:00Z", "2026-12-02T00:10:00Z"),
        ("2026-12-02T00:00:00Z", "2026-12-02T00:10:00Z", "2026-12-03T00:10:00Z"),
    ] {
        assert_eq!(publication.next_tick(opens_at, at(now)), at(tick), "{now}");
        assert_eq!(publication.publish_by(opens_at, at(now)), at(publish_by), "{now}");
    }
    assert_eq!(publication.next_max_wait(opens_at, at("2026-12-01T12:00:00Z")), at("2026-12-02T00:00:00Z"));
}

/// At the end of the calendar nothing overflows.
#[test]
fn the_last_moments_of_9999() {
    let publication = Publication { interval: 600, min_batch: 1, max_wait: 600 };
    let opens_at = Timestamp::from_seconds(Timestamp::MAX.seconds() - 10).unwrap();
    assert_eq!(publication.next_tick(opens_at, Timestamp::MAX), Timestamp::MAX);
    assert_eq!(publication.publish_by(opens_at, Timestamp::MAX), Timestamp::MAX);
}
