use std::borrow::Cow;
use std::ops::Deref;

use zeroize::Zeroize as _;

use super::JsonError;

/// A JSON value.
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// As it is written.
    Number(Text<'a>),
    /// Without quotes and escapes.
    String(Text<'a>),
    /// In order.
    Array(Vec<Value<'a>>),
    /// In the order of the text, repeated names among them.
    Object(Vec<Member<'a>>),
    /// Nested too deeply to be read.
    TooDeep,
    /// JSON that is written as it is.
    Raw(&'a str),
}

/// A member of an object.
pub struct Member<'a> {
    /// Its name.
    pub name: Text<'a>,
    /// Its value.
    pub value: Value<'a>,
    /// The value as it was received; empty where the object was not received.
    pub text: &'a str,
}

/// A string. It may be a secret, so what was copied for it is wiped when it is dropped.
pub struct Text<'a>(Cow<'a, str>);

impl Value<'_> {
    /// The string.
    pub fn string(&self) -> Result<&str, JsonError> {
        match self {
            Self::String(text) => Ok(text),
            _ => Err(self.unexpected("a string")),
        }
    }

    /// The members of the object.
    pub fn object(&self) -> Result<&[Member<'_>], JsonError> {
        match self {
            Self::Object(members) => Ok(members),
            _ => Err(self.unexpected("an object")),
        }
    }

    /// The items of the array.
    pub fn array(&self) -> Result<&[Value<'_>], JsonError> {
        match self {
            Self::Array(items) => Ok(items),
            _ => Err(self.unexpected("an array")),
        }
    }

    /// That another type was expected.
    #[cold]
    pub(super) fn unexpected(&self, expected: &str) -> JsonError {
        let found = match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(text) if text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) || &**text == "-0" => {
                "a floating point number"
            }
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) | Self::Raw(_) => "an object",
            Self::TooDeep => "something nested too deeply",
        };
        JsonError::new(&[found, " where ", expected, " was expected"].concat())
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl Drop for Text<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(text) = &mut self.0 {
            text.zeroize();
        }
    }
}
