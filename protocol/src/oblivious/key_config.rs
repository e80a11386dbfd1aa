use crate::bytes::{BytesError, from_base64url, to_base64url};
use crate::codec::{DecodeError, Reader};
use crate::json_text;

/// DHKEM(X25519, HKDF-SHA256) (RFC 9180 §7.1).
const KEM: u16 = 0x0020;
/// HKDF-SHA256 (RFC 9180 §7.2).
const KDF: u16 = 0x0001;
/// ChaCha20-Poly1305 (RFC 9180 §7.3).
const AEAD: u16 = 0x0003;

/// A gateway's key configuration (RFC 9458 §3.1) with the one suite that is spoken here: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
/// ChaCha20-Poly1305.
///
/// 41 bytes: `key_id[1] ‖ 0x0020 ‖ public_key[32] ‖ 0x0004 ‖ 0x0001 ‖ 0x0003`. In text and JSON base64url without padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyConfig {
    /// What requests call the key.
    pub key_id: u8,
    /// The public key, X25519 (RFC 7748).
    pub public_key: [u8; 32],
}

/// Why text is not a key configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyConfigError {
    /// Not base64url.
    #[error(transparent)]
    Bytes(#[from] BytesError),
    /// Other bytes, or another suite.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl KeyConfig {
    /// Bytes of one.
    pub const SIZE: usize = 41;

    /// Reads one configuration, with no length before it. Another suite, or one more, is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let key_id = reader.u8()?;
        if reader.u16()? != KEM {
            return Err(DecodeError::Invalid("KEM"));
        }
        let public_key = reader.array()?;
        // One pair of a KDF and an AEAD.
        if reader.u16()? != 4 || reader.u16()? != KDF || reader.u16()? != AEAD {
            return Err(DecodeError::Invalid("symmetric algorithms"));
        }
        reader.finish()?;
        Ok(Self { key_id, public_key })
    }

    /// Writes it.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(Self::SIZE);
        out.push(self.key_id);
        out.extend(KEM.to_be_bytes());
        out.extend(self.public_key);
        for number in [4, KDF, AEAD] {
            out.extend(number.to_be_bytes());
        }
        out
    }
}

impl std::fmt::Display for KeyConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&to_base64url(&self.encode()))
    }
}

impl std::str::FromStr for KeyConfig {
    type Err = KeyConfigError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::decode(&from_base64url(text)?)?)
    }
}

json_text!(KeyConfig);
