use super::{TOKEN_TYPE, TokenKey};
use crate::bytes::{from_padded_base64url, to_padded_base64url};
use crate::json::{FromJson, JsonError, Members, Object, ToJson, Value};
use crate::{json_object, serde_by_json};

/// The issuer directory (RFC 9578 §4), JSON at `/.well-known/private-token-issuer-directory`. Members that the RFC does not name are
/// passed over, as it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerDirectory {
    /// Path or URL that takes token requests.
    pub issuer_request_uri: String,
    /// Keys in order of preference.
    pub token_keys: Vec<DirectoryKey>,
}

json_object!(open IssuerDirectory { issuer_request_uri as "issuer-request-uri", token_keys as "token-keys" });
serde_by_json!(IssuerDirectory, DirectoryKey);

/// A key of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryKey {
    /// 0x0002; a directory with a key of another type is refused.
    pub token_type: u16,
    /// SPKI, base64url with padding.
    pub token_key: TokenKey,
    /// Seconds since the Unix epoch from which the key is used.
    pub not_before: Option<u64>,
}

impl DirectoryKey {
    /// A key of our token type.
    pub fn new(token_key: TokenKey, not_before: u64) -> Self {
        Self { token_type: TOKEN_TYPE, token_key, not_before: Some(not_before) }
    }
}

impl FromJson for DirectoryKey {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        let mut members = Members::of(value)?;
        let token_type: u16 = members.read("token-type")?;
        if token_type != TOKEN_TYPE {
            return Err(JsonError::new("token-type: must be 2"));
        }
        let text: String = members.read("token-key")?;
        let spki = from_padded_base64url(&text).map_err(|error| JsonError::of(&error))?;
        let token_key = TokenKey::from_spki(&spki).map_err(|error| JsonError::of(&error))?;
        Ok(Self { token_type, token_key, not_before: members.read("not-before")? })
    }
}

impl ToJson for DirectoryKey {
    fn to_json(&self) -> Value<'_> {
        let mut object = Object::new();
        object.member("token-type", &self.token_type);
        object.push("token-key", Value::String(to_padded_base64url(&self.token_key.to_spki()).into()));
        object.optional("not-before", &self.not_before);
        object.finish()
    }
}
