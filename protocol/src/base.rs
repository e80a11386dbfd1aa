use crate::json_text;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Scheme and authority of a server, `https://host[:port]`. Plain HTTP only on the machine itself and to onion services, which
/// authenticate and encrypt by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    secure: bool,
    authority: String,
}

/// Why text is not the base of a server that a signer may talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseError {
    /// Not `https://host[:port]`.
    #[error("not of the form https://host")]
    Form,
    /// `http` to a host that is neither this machine nor an onion service: anyone on the way could read and change it.
    #[error("http is not safe here; use https")]
    NotSecure,
}

impl Base {
    /// A host named in a manifest, with `:port` where it is not the default.
    pub fn of_host(host: &str) -> Result<Self, BaseError> {
        let scheme = if may_be_plain(host) { "http" } else { "https" };
        format!("{scheme}://{host}").parse()
    }

    /// Whether a connection is encrypted by TLS.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether it is an onion service, which is reached through Tor alone.
    pub fn is_onion(&self) -> bool {
        self.authority.split(':').next().unwrap_or_default().ends_with(".onion")
    }

    /// `host[:port]`.
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

/// Reads `https://host[:port]` in small ASCII letters; nothing may follow, not even a slash.
impl std::str::FromStr for Base {
    type Err = BaseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (secure, authority) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(authority), _) => (true, authority),
            (None, Some(authority)) => (false, authority),
            (None, None) => return Err(BaseError::Form),
        };
        let allowed = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b':' | b'[' | b']')
        };
        if authority.is_empty() || authority.len() > 260 || !authority.bytes().all(allowed) {
            return Err(BaseError::Form);
        }
        if !secure && !may_be_plain(authority) {
            return Err(BaseError::NotSecure);
        }
        Ok(Self { secure, authority: authority.to_owned() })
    }
}

impl std::fmt::Display for Base {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority)
    }
}

json_text!(Base);

impl Serialize for Base {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Base {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// This machine, or an onion service.
fn may_be_plain(authority: &str) -> bool {
    if authority == "[::1]" || authority.starts_with("[::1]:") {
        return true;
    }
    let host = authority.split(':').next().unwrap_or_default();
    let is_loopback = host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
    is_loopback || host == "localhost" || host.ends_with(".onion")
}
