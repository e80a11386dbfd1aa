use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{TOKEN_TYPE, TokenKey};
use crate::bytes::{from_padded_base64url, to_padded_base64url};

/// The issuer directory (RFC 9578 §4), JSON at `/.well-known/private-token-issuer-directory`. Members that the RFC does not name are
/// passed over, as it asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct IssuerDirectory {
    /// Path or URL that takes token requests.
    pub issuer_request_uri: String,
    /// Keys in order of preference.
    pub token_keys: Vec<DirectoryKey>,
}

/// A key of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DirectoryKey {
    /// 0x0002; a directory with a key of another type is refused.
    #[serde(deserialize_with = "read_type")]
    pub token_type: u16,
    /// SPKI, base64url with padding.
    #[serde(serialize_with = "write_key", deserialize_with = "read_key")]
    pub token_key: TokenKey,
    /// Seconds since the Unix epoch from which the key is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<u64>,
}

impl DirectoryKey {
    /// A key of our token type.
    pub fn new(token_key: TokenKey, not_before: u64) -> Self {
        Self { token_type: TOKEN_TYPE, token_key, not_before: Some(not_before) }
    }
}

fn write_key<S: Serializer>(key: &TokenKey, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_padded_base64url(&key.to_spki()))
}

fn read_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    match u16::deserialize(deserializer)? {
        TOKEN_TYPE => Ok(TOKEN_TYPE),
        _ => Err(de::Error::custom("token-type: must be 2")),
    }
}

fn read_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TokenKey, D::Error> {
    let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
    let spki = from_padded_base64url(&text).map_err(de::Error::custom)?;
    TokenKey::from_spki(&spki).map_err(de::Error::custom)
}
