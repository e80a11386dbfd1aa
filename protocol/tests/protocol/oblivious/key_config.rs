//! Key configurations (RFC 9458 §3.1), and which of them is the one of now.

use proptest::prelude::*;
use undersign_protocol::codec::DecodeError;
use undersign_protocol::oblivious::{KeyConfig, Week};
use undersign_protocol::public_log::KeyConfigEntry;
use undersign_protocol::timestamp::{DAY, Timestamp};

use crate::common::laws::{Format, check};

fn key_configs() -> impl Strategy<Value = KeyConfig> {
    (any::<u8>(), any::<[u8; 32]>()).prop_map(|(key_id, public_key)| KeyConfig { key_id, public_key })
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_seconds(seconds).unwrap()
}

#[test]
fn keeps_the_laws() {
    Format { decode: |bytes| KeyConfig::decode(bytes).ok(), encode: KeyConfig::encode }.keeps_the_laws(key_configs());
}

#[test]
fn text_is_base64url_of_the_bytes() {
    check(key_configs(), |config| {
        prop_assert_eq!(config.to_string().parse(), Ok(config));
        prop_assert_eq!(config.encode().len(), KeyConfig::SIZE);
        Ok(())
    });
    for text in ["", "AA", "AA==", "ä"] {
        assert!(text.parse::<KeyConfig>().is_err(), "{text}");
    }
}

/// The configuration of RFC 9458 Appendix A, which has two pairs of algorithms, the second of them ours; and what is left when the first
/// is taken away.
#[test]
fn only_the_one_suite_is_read() {
    let example = "01002031e1f05a740102115220e9af918f738674aec95f54db6e04eb705aae8e79815500080001000100010003";
    let example = hex::decode(example).unwrap();
    assert_eq!(KeyConfig::decode(&example), Err(DecodeError::Invalid("symmetric algorithms")));
    let ours = [&example[..35], &[0, 4, 0, 1, 0, 3]].concat();
    let read = KeyConfig::decode(&ours).unwrap();
    assert_eq!((read.key_id, &read.public_key[..]), (1, &example[3..35]));
    for (place, name) in
        [(2, "KEM"), (36, "symmetric algorithms"), (38, "symmetric algorithms"), (40, "symmetric algorithms")]
    {
        let mut other = ours.clone();
        other[place] ^= 1;
        assert_eq!(KeyConfig::decode(&other), Err(DecodeError::Invalid(name)));
    }
}

#[test]
fn the_key_of_now_is_the_one_that_began_last_and_of_two_the_last_in_the_log() {
    let monday = at(1_796_000_000);
    let week = Week::of(monday);
    let entry = |week, key| KeyConfigEntry::of_week(week, [key; 32]).unwrap();
    let log = [entry(week, 1), entry(week, 2), entry(week.next(), 3)];
    let key_at = |now| KeyConfigEntry::current(&log, now).map(|entry| entry.key_config().public_key[0]);
    assert_eq!(key_at(week.begins().minus(1)), None);
    assert_eq!(key_at(week.begins()), Some(2));
    assert_eq!(key_at(week.ends().minus(1)), Some(2));
    assert_eq!(key_at(week.ends()), Some(3));
    let last = week.next().ends().plus(DAY);
    assert_eq!((key_at(last.minus(1)), key_at(last)), (Some(3), None));
}

#[test]
fn without_the_next_key_the_last_one_stands_a_day_longer() {
    let week = Week::of(at(1_796_000_000));
    let log = [KeyConfigEntry::of_week(week, [1; 32]).unwrap()];
    let is_there = |now| KeyConfigEntry::current(&log, now).is_some();
    assert!(is_there(week.ends().plus(DAY - 1)) && !is_there(week.ends().plus(DAY)));
}
