use std::cmp::Ordering;

use crate::json::{self, FromJson, JsonError, Member, ToJson, Value};

/// Integers in canonical JSON stay below 2^53, where every JSON reader agrees on them (RFC 7493 §2.2).
const INTEGER_LIMIT: u64 = 1 << 53;

/// Why bytes are not the canonical JSON of a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// Not JSON, or not of the expected shape: an unknown, missing or repeated key, a value of another type, a lone surrogate.
    #[error("not of the expected form: {0}")]
    Form(String),
    /// JSON of the right shape, written otherwise than RFC 8785 writes it.
    #[error("not canonical JSON (RFC 8785)")]
    NotCanonical,
    /// A number that is not an integer below 2^53; the text is its place.
    #[error("not within bounds: {0} must be an integer below 2^53")]
    Number(String),
}

/// Reads canonical JSON (RFC 8785): the bytes must be exactly what the parsed value encodes to. That one comparison refuses
/// white space, other escapes, another order, repeated and unknown keys and numbers written otherwise.
pub fn from_canonical<T: ToJson + FromJson>(bytes: &[u8]) -> Result<T, CanonicalError> {
    let value: T = json::from_slice(bytes)?;
    if to_canonical(&value)? == bytes { Ok(value) } else { Err(CanonicalError::NotCanonical) }
}

/// Writes canonical JSON (RFC 8785).
pub fn to_canonical<T: ToJson>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    canonical(&value.to_json())
}

fn canonical(value: &Value<'_>) -> Result<Vec<u8>, CanonicalError> {
    let mut out = Vec::new();
    json::write(&sorted(value, "")?, &mut out);
    Ok(out)
}

/// The same value with the members of every object in order.
fn sorted<'v>(value: &'v Value<'_>, place: &str) -> Result<Value<'v>, CanonicalError> {
    Ok(match value {
        Value::Null | Value::TooDeep => Value::Null,
        Value::Bool(value) => Value::Bool(*value),
        Value::String(text) => Value::String((&**text).into()),
        Value::Raw(text) => Value::Raw(text),
        Value::Number(text) => {
            let integer = text.parse().is_ok_and(|integer: i64| integer.unsigned_abs() < INTEGER_LIMIT);
            integer.then(|| Value::Number((&**text).into())).ok_or_else(|| CanonicalError::Number(place.to_owned()))?
        }
        Value::Array(items) => {
            let mut ordered = Vec::with_capacity(items.len());
            for item in items {
                ordered.push(sorted(item, place)?);
            }
            Value::Array(ordered)
        }
        Value::Object(members) => {
            let mut ordered: Vec<Member<'v>> = Vec::with_capacity(members.len());
            for Member { name, value, .. } in members {
                let dot = if place.is_empty() { "" } else { "." };
                let value = sorted(value, &[place, dot, name].concat())?;
                // Types write most of their members in order already.
                let index = ordered.partition_point(|member| in_utf_16(&member.name, name) == Ordering::Less);
                ordered.insert(index, Member { name: (&**name).into(), value, text: "" });
            }
            Value::Object(ordered)
        }
    })
}

/// The order of RFC 8785 §3.2.3.
fn in_utf_16(first: &str, second: &str) -> Ordering {
    first.encode_utf16().cmp(second.encode_utf16())
}

impl From<JsonError> for CanonicalError {
    fn from(error: JsonError) -> Self {
        Self::Form(error.to_string())
    }
}
