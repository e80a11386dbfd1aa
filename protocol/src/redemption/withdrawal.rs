use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::Nonce;
use crate::bytes::{from_base64url, to_base64url};
use crate::codec::{DecodeError, Reader};
use crate::json::{FromJson, JsonError, ToJson, Value};

/// 32 random bytes from which a token's nonce is made. Revealing them withdraws the signature and names nobody; whoever finds them
/// sees that its holder signed. So they are dropped unless the signer asks for a receipt.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct WithdrawalKey([u8; 32]);

impl WithdrawalKey {
    /// From random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to keep or to reveal.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// SHA-256("undersign withdrawal v1" ‖ withdrawal_key).
    pub fn nonce(&self) -> Nonce {
        let hash = Sha256::new().chain_update(b"undersign withdrawal v1").chain_update(self.0).finalize();
        Nonce::from(<[u8; 32]>::from(hash))
    }

    /// As text: base64url, 43 characters. There is no `Display`, so that no key is printed by accident.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(to_base64url(&self.0))
    }

    /// Reads the text; other texts for the same bytes are refused.
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(from_base64url(text).ok()?);
        Some(Self(bytes.as_slice().try_into().ok()?))
    }
}

impl std::fmt::Debug for WithdrawalKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WithdrawalKey(…)")
    }
}

impl FromJson for WithdrawalKey {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        Self::from_text(value.string()?).ok_or_else(|| JsonError::new("not a withdrawal key"))
    }
}

impl ToJson for WithdrawalKey {
    fn to_json(&self) -> Value<'_> {
        Value::String(to_base64url(&self.0).into())
    }
}

impl Serialize for WithdrawalKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for WithdrawalKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        Self::from_text(&text).ok_or_else(|| de::Error::custom("not a withdrawal key"))
    }
}

/// A withdrawal as it stands in the log, 64 bytes: `nonce[32]` ‖ `withdrawal_key[32]`. It exists only where the key fits the nonce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    nonce: Nonce,
    withdrawal_key: WithdrawalKey,
}

impl Withdrawal {
    /// Reveals a key.
    pub fn of(withdrawal_key: WithdrawalKey) -> Self {
        Self { nonce: withdrawal_key.nonce(), withdrawal_key }
    }

    /// The nonce of the signature that is withdrawn.
    pub fn nonce(&self) -> &Nonce {
        &self.nonce
    }

    /// The key that is revealed.
    pub fn withdrawal_key(&self) -> &WithdrawalKey {
        &self.withdrawal_key
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let nonce = Nonce::from(reader.array::<32>()?);
        let withdrawal = Self::of(WithdrawalKey::from_bytes(reader.array()?));
        if withdrawal.nonce == nonce { Ok(withdrawal) } else { Err(DecodeError::Invalid("withdrawal_key")) }
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.nonce.as_bytes());
        out.extend_from_slice(self.withdrawal_key.as_bytes());
    }
}
