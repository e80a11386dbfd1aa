use crate::base::{Base, BaseError};
use crate::json_text;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Longest path.
const LONGEST_PATH: usize = 300;

/// Where a relay takes requests for one host: `https://relay.example/petitions.example`. Plain HTTP only to the machine itself, for
/// demonstrations and tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayUrl {
    base: Base,
    path: String,
}

/// Why text is not the URL of a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RelayUrlError {
    /// Scheme or host.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// An onion service, which hides from its clients and not its clients from others.
    #[error("a relay is no onion service")]
    Onion,
    /// An empty segment, a dot segment, a query, or a character that a path of a relay does not need.
    #[error("not of the form https://relay.example/petitions.example")]
    Path,
}

impl RelayUrl {
    /// Scheme and authority: what a page must be allowed to ask.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// Whether TLS is spoken with it. A client that reached the host itself by TLS MUST pass over one that is not.
    pub fn is_secure(&self) -> bool {
        self.base.is_secure()
    }
}

/// Reads `https://host[:port]`, and a path of segments of small letters, digits and `-._:[]`. One text for one place: no slash ends it.
impl std::str::FromStr for RelayUrl {
    type Err = RelayUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let scheme = text.find("://").map_or(0, |at| at + 3);
        let authority_end = text[scheme..].find('/').map_or(text.len(), |at| scheme + at);
        let (base, path) = text.split_at(authority_end);
        let base: Base = base.parse()?;
        if base.is_onion() {
            return Err(RelayUrlError::Onion);
        }
        if path.len() > LONGEST_PATH || !path.split('/').skip(1).all(is_segment) {
            return Err(RelayUrlError::Path);
        }
        Ok(Self { base, path: path.to_owned() })
    }
}

fn is_segment(segment: &str) -> bool {
    let allowed = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_' | b':' | b'[' | b']')
    };
    !matches!(segment, "" | "." | "..") && segment.bytes().all(allowed)
}

impl std::fmt::Display for RelayUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.base, self.path)
    }
}

json_text!(RelayUrl);

impl Serialize for RelayUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RelayUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
