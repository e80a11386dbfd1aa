//! Weeks of key configurations.

use proptest::prelude::*;
use undersign_protocol::oblivious::{WEEK, Week};
use undersign_protocol::timestamp::Timestamp;

use crate::common::generate::timestamp;
use crate::common::laws::check;

#[test]
fn every_moment_lies_in_its_week() {
    check(timestamp(), |now| {
        let week = Week::of(now);
        prop_assert!(week.begins() <= now && (now < week.ends() || week.ends() == Timestamp::MAX));
        prop_assert_eq!(week.begins().seconds(), week.number() * WEEK);
        prop_assert_eq!(u64::from(week.key_id()), week.number() % 256);
        prop_assert!(week < week.next() && week.key_id() != week.next().key_id());
        Ok(())
    });
}

#[test]
fn a_week_begins_on_thursday_at_midnight() {
    let week = Week::of("2026-12-06T12:00:00Z".parse().unwrap());
    assert_eq!(week.begins().to_string(), "2026-12-03T00:00:00Z");
    assert_eq!(week.ends().to_string(), "2026-12-10T00:00:00Z");
    assert_eq!((week.number(), week.key_id()), (2_970, 154));
}
