use crate::json::{FromJson, JsonError, ToJson, Value};

/// Bytes as ALTCHA writes them: two small hexadecimal digits each. One text for one byte string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hex<const N: usize>(pub [u8; N]);

impl<const N: usize> Hex<N> {
    /// Reads exactly N bytes.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 2 * N {
            return None;
        }
        let mut bytes = [0; N];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = digit(digits[0])? << 4 | digit(digits[1])?;
        }
        Some(Self(bytes))
    }

    /// The digits.
    pub fn text(&self) -> String {
        let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
        self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }
}

fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    }
}

impl<const N: usize> FromJson for Hex<N> {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        Self::parse(value.string()?).ok_or_else(|| JsonError::new("not small hexadecimal digits of the expected size"))
    }
}

impl<const N: usize> ToJson for Hex<N> {
    fn to_json(&self) -> Value<'_> {
        Value::String(self.text().into())
    }
}
