//! Canonical JSON, RFC 8785.

use std::collections::BTreeMap;

use proptest::collection::btree_map;
use proptest::prelude::*;
use undersign_protocol::petition::{CanonicalError, from_canonical, to_canonical};

use crate::common::laws::{Format, check};

type Texts = BTreeMap<String, String>;

fn read(text: &str) -> Result<Texts, CanonicalError> {
    from_canonical(text.as_bytes())
}

#[test]
fn any_texts_keep_the_laws() {
    Format { decode: |bytes| from_canonical(bytes).ok(), encode: |texts: &Texts| to_canonical(texts).unwrap() }
        .keeps_the_laws(btree_map(any::<String>(), any::<String>(), 0..5));
}

/// RFC 8785 §3.2.3: keys are sorted as UTF-16, in which a character beyond the BMP comes before U+FB33.
#[test]
fn keys_are_sorted_as_in_the_rfc() {
    let keys = ["\u{20ac}", "\r", "\u{fb33}", "1", "\u{1f600}", "\u{80}", "\u{f6}"];
    let texts: Texts = keys.map(|key| (key.to_owned(), String::new())).into();
    let expected = "{\"\\r\":\"\",\"1\":\"\",\"\u{80}\":\"\",\"ö\":\"\",\"€\":\"\",\"😀\":\"\",\"\u{fb33}\":\"\"}";
    assert_eq!(String::from_utf8(to_canonical(&texts).unwrap()).unwrap(), expected);
    assert_eq!(read(expected), Ok(texts));
}

/// RFC 8785 §3.2.2.2.
#[test]
fn strings_are_escaped_as_in_the_rfc() {
    let text = "€$\u{f}\nA'B\"\\\"/\u{8}\t\u{c}\r\u{1}\u{7f}";
    let json = to_canonical(&text).unwrap();
    assert_eq!(String::from_utf8(json).unwrap(), "\"€$\\u000f\\nA'B\\\"\\\\\\\"/\\b\\t\\f\\r\\u0001\u{7f}\"");
}

#[test]
fn another_spelling_of_the_same_value_is_refused() {
    let canonical = "{\"a\":\"/é\",\"b\":\"\\n\"}";
    let value = read(canonical).unwrap();
    for other in [
        "{\"a\": \"/é\",\"b\":\"\\n\"}",
        " {\"a\":\"/é\",\"b\":\"\\n\"}",
        "{\"a\":\"/é\",\"b\":\"\\n\"}\n",
        "{\"a\":\"\\/é\",\"b\":\"\\n\"}",
        "{\"a\":\"/\\u00e9\",\"b\":\"\\n\"}",
        "{\"\\u0061\":\"/é\",\"b\":\"\\n\"}",
        "{\"a\":\"/é\",\"b\":\"\\u000a\"}",
        "{\"a\":\"/é\",\"b\":\"\\u000A\"}",
        "{\"b\":\"\\n\",\"a\":\"/é\"}",
        "{\"a\":\"x\",\"a\":\"/é\",\"b\":\"\\n\"}",
        "{\"a\":\"/é\",\"b\":\"\\n\",\"b\":\"\\n\"}",
    ] {
        assert_eq!(serde_json::from_str::<Texts>(other).unwrap(), value, "the same value to other readers");
        assert_eq!(read(other), Err(CanonicalError::NotCanonical), "{other}");
    }
}

/// é in one and in two characters are two texts: nothing is normalised.
#[test]
fn unicode_is_left_as_it_is() {
    for text in ["\u{e9}", "e\u{301}", "\u{fb01}", "\u{2028}", "\u{feff}"] {
        assert_eq!(to_canonical(&text).unwrap(), format!("\"{text}\"").into_bytes());
    }
}

#[test]
fn what_is_no_json_is_refused() {
    for text in [
        "",
        "{",
        "{}}",
        "{}x",
        "nul",
        "\u{feff}{}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\udc00\\ud800\"}",
        "{\"a\":\"\n\"}",
        "{a:\"\"}",
        "{\"a\":\"\",}",
        "{'a':''}",
        "{\"a\":7}",
    ] {
        assert!(matches!(read(text), Err(CanonicalError::Form(_))), "{text:?}");
    }
    assert!(matches!(from_canonical::<Texts>(b"{\"a\":\"\xff\"}"), Err(CanonicalError::Form(_))));
    assert!(matches!(read(&"[".repeat(100_000)), Err(CanonicalError::Form(_))), "depth must not exhaust the stack");
}

#[test]
fn numbers_are_integers_below_2_to_the_53() {
    type Numbers = BTreeMap<String, Vec<i64>>;
    let limit = 1i64 << 53;
    for number in [0, 1, -1, limit - 1, 1 - limit] {
        let text = format!("{{\"a\":[{number}]}}");
        assert!(from_canonical::<Numbers>(text.as_bytes()).is_ok(), "{number}");
    }
    for number in [limit, -limit, i64::MAX, i64::MIN] {
        let text = format!("{{\"a\":[{number}]}}");
        let refused = Err(CanonicalError::Number("a".to_owned()));
        assert_eq!(from_canonical::<Numbers>(text.as_bytes()), refused, "{number}");
    }
    for number in ["1.0", "1e2", "1E2", "0.5", "-0", "01", "+1", "1e400", "NaN"] {
        let text = format!("{{\"a\":[{number}]}}");
        assert!(from_canonical::<Numbers>(text.as_bytes()).is_err(), "{number}");
    }
    assert_eq!(to_canonical(&u64::MAX), Err(CanonicalError::Number(String::new())));
}

/// As another implementation writes them.
#[test]
fn any_texts_are_written_as_another_library_writes_them() {
    check(btree_map(any::<String>(), any::<String>(), 0..5), |texts: Texts| {
        prop_assert_eq!(to_canonical(&texts).unwrap(), serde_json_canonicalizer::to_vec(&texts).unwrap());
        Ok(())
    });
}

#[test]
fn order_of_members_makes_no_difference_to_the_encoding() {
    check(btree_map("[a-z]{1,4}", "[a-z]{0,4}", 0..6), |texts: Texts| {
        let reversed: String = texts.iter().rev().map(|(key, text)| format!(",\"{key}\":\"{text}\"")).collect();
        let reversed = format!("{{{}}}", reversed.trim_start_matches(','));
        let value: serde_json::Value = serde_json::from_str(&reversed).unwrap();
        prop_assert_eq!(serde_json_canonicalizer::to_vec(&value).unwrap(), to_canonical(&texts).unwrap());
        Ok(())
    });
}
