//! Codes: eight digits, written with a dash and typed as people type.

use proptest::prelude::*;
use undersign_protocol::email_verification::Code;

use crate::common::laws::check;

#[test]
fn a_number_gives_its_last_eight_digits() {
    for (number, text) in [
        (0, "0000-0000"),
        (7, "0000-0007"),
        (12_345_678, "1234-5678"),
        (9_912_345_678, "1234-5678"),
        (u64::MAX, "0955-1615"),
    ] {
        assert_eq!(Code::from_number(number).to_string(), text);
    }
}

#[test]
fn people_may_type_dashes_and_spaces_or_none() {
    let code = Code::from_number(12_345_678);
    for text in ["1234-5678", "12345678", " 1234 5678 ", "1234 - 5678", "12-34-56-78"] {
        assert!(text.parse::<Code>().is_ok_and(|typed| typed.matches(&code)), "{text:?}");
    }
}

#[test]
fn other_texts_are_refused() {
    for text in ["", "1234-567", "1234-56789", "1234-567a", "1234_5678", "١٢٣٤٥٦٧٨", "1234\t5678", "1234\n5678"]
    {
        assert!(text.parse::<Code>().is_err(), "{text:?}");
    }
}

#[test]
fn only_the_same_code_matches() {
    check((0..100_000_000u64, 0..100_000_000u64), |(one, other)| {
        let code = Code::from_number(one);
        prop_assert_eq!(code.matches(&Code::from_number(other)), one == other);
        prop_assert!(code.matches(&Code::from_number(one)));
        prop_assert!(code.to_string().parse::<Code>().is_ok_and(|typed| typed.matches(&code)));
        Ok(())
    });
}

#[test]
fn any_text_is_read_without_panic_and_gives_its_own_digits() {
    check(prop_oneof![".{0,20}", "[0-9 -]{0,14}"], |text| {
        let Ok(code) = text.parse::<Code>() else { return Ok(()) };
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        prop_assert_eq!(digits(&code.to_string()), digits(&text));
        Ok(())
    });
}
