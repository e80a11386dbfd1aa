//! What Rust's own types are in JSON.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::{FromJson, JsonError, Member, Text, ToJson, Value};

/// A value whose text is kept byte for byte, because it is hashed or signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw(String);

impl Raw {
    /// Of a text that is one JSON value.
    pub fn new(text: String) -> Result<Self, JsonError> {
        super::parse::parse(text.as_bytes())?;
        Ok(Self(text))
    }

    /// `null`
    pub fn null() -> Self {
        Self("null".to_owned())
    }

    /// The text.
    pub fn get(&self) -> &str {
        &self.0
    }
}

impl FromJson for Raw {
    fn from_json(_: &Value<'_>) -> Result<Self, JsonError> {
        Err(JsonError::new("only a member's text is known"))
    }

    fn from_member(member: &Member<'_>) -> Result<Self, JsonError> {
        Ok(Self(member.text.to_owned()))
    }
}

impl ToJson for Raw {
    fn to_json(&self) -> Value<'_> {
        Value::Raw(&self.0)
    }
}

impl FromJson for String {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        value.string().map(str::to_owned)
    }
}

impl ToJson for String {
    fn to_json(&self) -> Value<'_> {
        Value::String(Text::from(self.as_str()))
    }
}

impl ToJson for &str {
    fn to_json(&self) -> Value<'_> {
        Value::String(Text::from(*self))
    }
}

impl FromJson for bool {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        match value {
            Value::Bool(value) => Ok(*value),
            _ => Err(value.unexpected("a boolean")),
        }
    }
}

impl ToJson for bool {
    fn to_json(&self) -> Value<'_> {
        Value::Bool(*self)
    }
}

macro_rules! integers {
    ($widest:ident: $($type:ident),+) => {$(
        impl FromJson for $type {
            fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
                integer::<$widest>(value)?.try_into().map_err(|_| value.unexpected("an integer"))
            }
        }

        impl ToJson for $type {
            fn to_json(&self) -> Value<'_> {
                Value::Number(Text::from((*self as $widest).to_string()))
            }
        }
    )+};
}

integers!(u64: u16, u32, u64, usize);
integers!(i64: i64);

fn integer<T: FromStr>(value: &Value<'_>) -> Result<T, JsonError> {
    match value {
        // Rust reads "-0" as zero, which no JSON of ours means by it.
        Value::Number(text) if &**text != "-0" => text.parse().map_err(|_| value.unexpected("an integer")),
        _ => Err(value.unexpected("an integer")),
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        match value {
            Value::Null => Ok(None),
            _ => T::from_json(value).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, T::to_json)
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        T::from_json(value).map(Box::new)
    }
}

impl<T: ToJson> ToJson for Box<T> {
    fn to_json(&self) -> Value<'_> {
        T::to_json(self)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        let items = value.array()?;
        let mut read = Self::with_capacity(items.len());
        for item in items {
            read.push(T::from_json(item)?);
        }
        Ok(read)
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self) -> Value<'_> {
        let mut items = Vec::with_capacity(self.len());
        for item in self {
            items.push(item.to_json());
        }
        Value::Array(items)
    }
}

/// Of a name that stands twice, the last value counts: canonical texts have none.
impl<K: FromStr<Err: std::fmt::Display> + Ord, V: FromJson> FromJson for BTreeMap<K, V> {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        let mut map = Self::new();
        for member in value.object()? {
            let key = member.name.parse().map_err(|error| JsonError::of(&error))?;
            map.insert(key, V::from_member(member).map_err(|error| error.within(&member.name))?);
        }
        Ok(map)
    }
}

impl<K: AsRef<str>, V: ToJson> ToJson for BTreeMap<K, V> {
    fn to_json(&self) -> Value<'_> {
        let mut object = super::Object::new();
        for (key, value) in self {
            object.member(key.as_ref(), value);
        }
        object.finish()
    }
}
