use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use crate::bytes::byte_string;
use crate::json_text;

byte_string!(
    /// SHA-256 of the canonical manifest, 32 bytes.
    PetitionId,
    32
);

impl PetitionId {
    /// Hashes the canonical bytes of a manifest as they were received.
    pub fn of_manifest(canonical: &[u8]) -> Self {
        Self::from(<[u8; 32]>::from(Sha256::digest(canonical)))
    }
}

/// A petition's short name in links: 1 to 40 of `a-z`, `0-9` and `-`. A petition_id in text has 43 characters, so neither can be
/// taken for the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// The text is not 1 to 40 of `a-z`, `0-9` and `-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a slug is 1 to 40 of a-z, 0-9 and -")]
pub struct SlugError;

impl Slug {
    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=40).contains(&text.len());
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if fits && text.bytes().all(allowed) { Ok(Self(text.to_owned())) } else { Err(SlugError) }
    }
}

impl std::fmt::Display for Slug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

json_text!(Slug);

impl Serialize for Slug {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
