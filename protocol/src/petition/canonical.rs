use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

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
pub fn from_canonical<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, CanonicalError> {
    let value: T = serde_json::from_slice(bytes).map_err(|error| CanonicalError::Form(error.to_string()))?;
    if to_canonical(&value)? == bytes { Ok(value) } else { Err(CanonicalError::NotCanonical) }
}

/// Writes canonical JSON (RFC 8785).
pub fn to_canonical<T: Serialize>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let value = serde_json::to_value(value).map_err(|error| CanonicalError::Form(error.to_string()))?;
    check_numbers(&value, "")?;
    serde_json_canonicalizer::to_vec(&value).map_err(|error| CanonicalError::Form(error.to_string()))
}

fn check_numbers(value: &Value, place: &str) -> Result<(), CanonicalError> {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(integer) if integer.unsigned_abs() < INTEGER_LIMIT => Ok(()),
            _ => Err(CanonicalError::Number(place.to_owned())),
        },
        Value::Array(items) => items.iter().try_for_each(|item| check_numbers(item, place)),
        Value::Object(members) => members.iter().try_for_each(|(key, member)| {
            let dot = if place.is_empty() { "" } else { "." };
            check_numbers(member, &format!("{place}{dot}{key}"))
        }),
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
    }
}
