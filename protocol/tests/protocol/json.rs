//! JSON, beside another implementation: what serde_json reads, ours reads as the same, and the other way round.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use undersign_protocol::json::{self, FromJson, JsonError, Members, ToJson, Value};
use undersign_protocol::json_object;

use crate::common::laws::{Format, check};

/// Any JSON, as serde_json has it.
#[derive(Debug, Clone, PartialEq)]
struct Any(serde_json::Value);

impl FromJson for Any {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        Ok(Self(match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(text) => serde_json::from_str(text).map_err(|error| JsonError::of(&error))?,
            Value::String(text) => text.to_string().into(),
            Value::Array(items) => {
                items.iter().map(|item| Self::from_json(item).map(|item| item.0)).collect::<Result<Vec<_>, _>>()?.into()
            }
            Value::Object(members) => {
                let mut map = serde_json::Map::new();
                for member in members {
                    map.insert(member.name.to_string(), Self::from_json(&member.value)?.0);
                }
                map.into()
            }
            Value::TooDeep | Value::Raw(_) => return Err(JsonError::new("nothing like that is read")),
        }))
    }
}

fn values() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Into::into),
            btree_map(any::<String>(), inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

fn is_read_alike(text: &[u8]) -> Result<(), TestCaseError> {
    let theirs = serde_json::from_slice::<serde_json::Value>(text).ok();
    let ours = json::from_slice::<Any>(text).ok().map(|any| any.0);
    prop_assert!(ours == theirs, "{}: {ours:?}, {theirs:?}", String::from_utf8_lossy(text));
    Ok(())
}

#[test]
fn every_value_is_read_as_another_library_reads_it() {
    check((values(), any::<bool>()), |(value, pretty)| {
        let text = if pretty { serde_json::to_vec_pretty(&value) } else { serde_json::to_vec(&value) };
        is_read_alike(&text.unwrap())
    });
}

/// One character taken out, doubled or replaced by one that means something.
#[test]
fn every_damaged_text_is_taken_or_refused_as_another_library_does() {
    check(
        (values(), vec((any::<prop::sample::Index>(), 0..3u8, r#"[\[\]{}:,"\\0-9eE.+_ \n\-ntfu]"#), 12)),
        |(value, damage)| {
            let text: Vec<char> = serde_json::to_string(&value).unwrap().chars().collect();
            for (place, kind, other) in damage {
                let place = place.index(text.len());
                let mut damaged = text.clone();
                match kind {
                    0 => _ = damaged.remove(place),
                    1 => damaged.insert(place, text[place]),
                    _ => damaged[place] = other.chars().next().unwrap(),
                }
                is_read_alike(damaged.into_iter().collect::<String>().as_bytes())?;
            }
            Ok(())
        },
    );
}

#[test]
fn escapes_are_read_as_another_library_reads_them() {
    for escape in [
        r"\u0041",
        r"\u00e9",
        r"\ud83d\ude00",
        r"\ud83d",
        r"\ude00",
        r"\ud83d\ud83d",
        r"\ud83dx",
        r"\ud83d\n",
        r"\u12",
        r"\u12g4",
        r"\b\f\n\r\t\/\\",
        r"\x41",
        r"\",
        r"\u+123",
        "\u{7f}",
        "\n",
        "\0",
    ] {
        for text in
            [format!("\"{escape}\""), format!("[\"a{escape}b\"]"), format!("{{\"{escape}\":1}}"), format!("\"{escape}")]
        {
            is_read_alike(text.as_bytes()).unwrap();
        }
    }
}

#[test]
fn depth_is_limited_as_in_another_library() {
    for depth in [1, 100, 126, 127, 128, 129, 10_000] {
        let text = "[".repeat(depth) + &"]".repeat(depth);
        is_read_alike(text.as_bytes()).unwrap();
        let text = "{\"a\":".repeat(depth) + "1" + &"}".repeat(depth);
        is_read_alike(text.as_bytes()).unwrap();
    }
}

/// What is passed over is JSON all the same, however deep.
#[test]
fn what_is_nested_too_deeply_is_passed_over_or_refused() {
    let open = |inner: &str| {
        let text = format!("{{\"more\":{}{inner}{},\"inner\":[]}}", "[".repeat(1_000), "]".repeat(1_000));
        let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
        (json::from_slice::<Open>(text.as_bytes()).is_ok(), theirs)
    };
    for inner in [
        "",
        "1",
        "{}",
        "[]",
        "1,2",
        "{\"a\":1}",
        "{\"a\":[],\"b\":{\"c\":[1]}}",
        "[],[[],{}]",
        "\"]\"",
        "null",
        " [ ] , { } ",
        "[1,[2],3]",
        "]",
        "[",
        "{",
        "}",
        "1,",
        ",1",
        "{]",
        "[}",
        "{\"a\"}",
        "{\"a\":}",
        "{1:2}",
        "[,]",
        "{,}",
        "{\"a\":1,}",
        "1 2",
        "[] []",
        "nul",
        "\"",
    ] {
        let (ours, theirs) = open(inner);
        assert_eq!(ours, theirs, "{inner}");
    }
}

#[derive(Debug, PartialEq)]
struct Strict {
    count: u64,
    name: Option<String>,
    note: Option<String>,
}

json_object!(strict Strict { count, name as "title" } omits { note });

#[derive(Debug, PartialEq)]
struct Open {
    inner: Vec<Strict>,
}

json_object!(open Open { inner });

fn refusal(text: &str) -> String {
    json::from_slice::<Open>(text.as_bytes()).expect_err(text).to_string()
}

#[test]
fn members_stand_once_and_are_all_there() {
    let read = |text: &str| json::from_slice::<Strict>(text.as_bytes());
    let expected = Strict { count: 7, name: None, note: None };
    for text in ["{\"count\":7}", "{\"title\":null,\"count\":7}", " {\"count\" : 7 , \"note\":null}\n"] {
        assert_eq!(read(text).unwrap(), expected, "{text}");
    }
    assert_eq!(json::to_vec(&expected), b"{\"count\":7,\"title\":null}");
    assert_eq!(refusal("{\"inner\":[{}]}"), "inner: missing field `count`");
    assert_eq!(refusal("{\"inner\":[{\"count\":1,\"count\":1}]}"), "inner: duplicate field `count`");
    assert_eq!(refusal("{\"inner\":[{\"count\":1,\"name\":null}]}"), "inner: unknown field `name`");
    assert_eq!(
        refusal("{\"inner\":[{\"count\":1.0}]}"),
        "inner.count: a floating point number where an integer was expected"
    );
    assert_eq!(refusal("{\"inner\":[[1]]}"), "inner: an array where an object was expected");
    assert_eq!(json::from_slice::<Open>(b"{\"inner\":[],\"more\":[1]}").unwrap(), Open { inner: Vec::new() });
}

/// More members than any type has: none is passed over because it stands far behind.
#[test]
fn an_unknown_member_is_refused_wherever_it_stands() {
    for before in [0, 1, 62, 63, 64, 65, 200] {
        let unknown = |from: usize, to: usize| (from..to).map(|number| format!("\"x{number}\":0,")).collect::<String>();
        let text = format!("{{{}\"count\":1,{}\"note\":null}}", unknown(0, before), unknown(before, 200));
        assert!(json::from_slice::<Strict>(text.as_bytes()).is_err(), "{before}");
    }
}

#[test]
fn a_type_keeps_the_laws_of_json() {
    Format { decode: |bytes| json::from_slice(bytes).ok(), encode: |value: &Strict| json::to_vec(value) }
        .keeps_the_laws_of_json(
            (any::<u64>(), any::<Option<String>>(), any::<Option<String>>()).prop_map(|(count, name, note)| Strict {
                count,
                name,
                note,
            }),
        );
}

/// What is read twice would be two members.
#[test]
fn has_tells_of_members_without_reading_them() {
    let text = b"{\"a\":1}";
    struct Has(bool, bool);
    impl FromJson for Has {
        fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
            let members = Members::of(value)?;
            Ok(Self(members.has("a"), members.has("b")))
        }
    }
    let Has(a, b) = json::from_slice(text).unwrap();
    assert!(a && !b);
    assert!(ToJson::to_json(&true).object().is_err());
}
