use sha2::{Digest as _, Sha256};

use super::{NK, TOKEN_TYPE};
use crate::bytes::byte_string;
use crate::codec::{DecodeError, Reader};

byte_string!(
    /// SHA-256 of an encoded TokenRequest, 32 bytes: what the issuer keeps to know a repeat. The blinded message is uniform and
    /// independent of the token, so the hash tells nothing of it.
    TokenRequestHash,
    32
);

/// A token request (RFC 9578 §6.1), 259 bytes: u16 token_type ‖ u8 truncated_token_key_id ‖ `blinded_msg[256]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// Last byte of the token_key_id.
    pub truncated_token_key_id: u8,
    /// RFC 9474 §4.2's blinded_msg.
    pub blinded_msg: [u8; NK],
}

impl TokenRequest {
    /// Bytes of the encoding.
    pub const SIZE: usize = 2 + 1 + NK;

    /// Reads exactly one.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let request = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(request)
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.u16()? != TOKEN_TYPE {
            return Err(DecodeError::Invalid("token_type"));
        }
        Ok(Self { truncated_token_key_id: reader.u8()?, blinded_msg: reader.array()? })
    }

    /// Writes it.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(Self::SIZE);
        out.extend_from_slice(&TOKEN_TYPE.to_be_bytes());
        out.push(self.truncated_token_key_id);
        out.extend_from_slice(&self.blinded_msg);
        out
    }

    /// SHA-256 of the encoding.
    pub fn hash(&self) -> TokenRequestHash {
        TokenRequestHash::from(<[u8; 32]>::from(Sha256::digest(self.encode())))
    }
}

/// A token response (RFC 9578 §6.2), 256 bytes: `blind_sig[256]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenResponse {
    /// RFC 9474 §4.3's blind_sig.
    pub blind_sig: [u8; NK],
}

impl TokenResponse {
    /// Reads exactly one.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let blind_sig = reader.array()?;
        reader.finish()?;
        Ok(Self { blind_sig })
    }

    /// Writes it.
    pub fn encode(&self) -> Vec<u8> {
        self.blind_sig.to_vec()
    }
}
