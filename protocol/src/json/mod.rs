//! JSON, strictly: one reader and one writer for every format of this crate and of clients.
//!
//! A text becomes one tree of values ([`Value`]), which types read from and write to ([`FromJson`], [`ToJson`]). Nothing of it is
//! compiled once for each type but the names of its members, because browsers load this code. Servers and programs that use serde get
//! the same reading and writing by [`serde_by_json`](crate::serde_by_json).

mod bridge;
mod error;
mod macros;
mod members;
mod parse;
mod types;
mod value;
mod write;

pub use bridge::{deserialize, serialize};
pub use error::JsonError;
pub use members::{Members, Object, Place};
pub use types::Raw;
pub use value::{Member, Text, Value};
pub use write::write;

/// A value that JSON is read into.
pub trait FromJson: Sized {
    /// Reads it.
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError>;

    /// Reads it where it is a member of an object, of which the text is known too.
    fn from_member(member: &Member<'_>) -> Result<Self, JsonError> {
        Self::from_json(&member.value)
    }

    /// What stands for a member that is not there; `None` where it must be there.
    fn absent() -> Option<Self> {
        None
    }
}

/// A value that is written as JSON.
pub trait ToJson {
    /// Writes it.
    fn to_json(&self) -> Value<'_>;
}

/// Reads a whole text.
pub fn from_slice<T: FromJson>(text: &[u8]) -> Result<T, JsonError> {
    T::from_json(&parse::parse(text)?)
}

/// Writes a text.
pub fn to_vec(value: &impl ToJson) -> Vec<u8> {
    let mut out = Vec::new();
    write(&value.to_json(), &mut out);
    out
}
