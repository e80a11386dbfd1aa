//! Check numbers: two digits from a request digest.

use std::collections::BTreeMap;

use proptest::prelude::*;
use undersign_protocol::email_verification::{CheckNumber, RequestDigest};

use crate::common::laws::check;

/// Computed with Python: `int.from_bytes(sha256(b"undersign check v1" + digest).digest(), "big") % 100`.
#[test]
fn known_values() {
    let ascending: [u8; 32] = std::array::from_fn(|place| place as u8);
    for (digest, expected) in [
        (RequestDigest::from([0; 32]), "74"),
        (RequestDigest::from([0xff; 32]), "02"),
        (RequestDigest::from(ascending), "92"),
        (RequestDigest::of(b""), "98"),
        (RequestDigest::of(b"undersign"), "94"),
    ] {
        assert_eq!(CheckNumber::of(&digest).to_string(), expected);
    }
}

/// 20,000 digests give each of the hundred numbers about 200 times; 120 to 280 is more than five standard deviations away.
#[test]
fn every_number_comes_about_as_often() {
    let mut counts = BTreeMap::new();
    for body in 0..20_000u32 {
        let number = CheckNumber::of(&RequestDigest::of(&body.to_be_bytes())).to_string();
        *counts.entry(number).or_insert(0) += 1;
    }
    let expected: Vec<String> = (0..100).map(|number| format!("{number:02}")).collect();
    assert!(counts.keys().eq(&expected));
    assert!(counts.values().all(|count| (120..280).contains(count)), "{counts:?}");
}

#[test]
fn two_digits_are_read_with_white_space_around_them() {
    for number in 0..100 {
        let text = format!("{number:02}");
        let read: CheckNumber = text.parse().unwrap();
        assert_eq!(read.to_string(), text);
        assert_eq!(format!(" {text}\n").parse(), Ok(read));
    }
}

#[test]
fn nothing_else_is_read() {
    for text in ["", " ", "7", "123", "4 2", "-1", "+7", "4a", "٤٢", "４２", "0x", "1.", "4\u{0}"] {
        assert!(text.parse::<CheckNumber>().is_err(), "{text:?}");
    }
    check(prop_oneof![".{0,6}", "[0-9 ]{0,5}"], |text| {
        let read = text.parse::<CheckNumber>().map(|number| number.to_string());
        prop_assert!(read.is_err() || read == Ok(text.trim().to_owned()));
        Ok(())
    });
}
