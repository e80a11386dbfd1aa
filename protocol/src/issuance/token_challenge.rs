use sha2::{Digest as _, Sha256};

use super::TOKEN_TYPE;
use crate::bytes::byte_string;
use crate::codec::{DecodeError, Reader};
use crate::petition::{Manifest, PetitionId};

byte_string!(
    /// SHA-256 of an encoded TokenChallenge, 32 bytes.
    ChallengeDigest,
    32
);

/// What a token is for (RFC 9577 §2.1.1): u16 token_type ‖ issuer_name<1..2^16-1> ‖ redemption_context<0..32> ‖
/// origin_info<0..2^16-1>. Ours has the petition_id as its redemption_context, so that a token counts for one text alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenChallenge {
    /// The issuer's host; ASCII, not empty.
    pub issuer_name: String,
    /// Nothing, or 32 bytes.
    pub redemption_context: Option<[u8; 32]>,
    /// Hosts that take the token, with commas between; ASCII, may be empty.
    pub origin_info: String,
}

impl TokenChallenge {
    /// The one challenge of a petition, the same for every signer.
    pub fn of_petition(manifest: &Manifest, petition_id: &PetitionId) -> Self {
        Self {
            issuer_name: manifest.issuer.name.clone(),
            redemption_context: Some(*petition_id.as_bytes()),
            origin_info: manifest.origin.host.clone(),
        }
    }

    /// Reads a challenge of token type 0x0002.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        if reader.u16()? != TOKEN_TYPE {
            return Err(DecodeError::Invalid("token_type"));
        }
        let issuer_name = ascii(reader.vector_u16()?, "issuer_name")?;
        if issuer_name.is_empty() {
            return Err(DecodeError::Invalid("issuer_name"));
        }
        let redemption_context = match reader.vector_u8()? {
            [] => None,
            context => Some(context.try_into().map_err(|_| DecodeError::Invalid("redemption_context"))?),
        };
        let origin_info = ascii(reader.vector_u16()?, "origin_info")?;
        reader.finish()?;
        Ok(Self { issuer_name, redemption_context, origin_info })
    }

    /// Writes it. Names longer than 65,535 bytes, which no manifest allows, are cut by the caller's own checks, not here.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = TOKEN_TYPE.to_be_bytes().to_vec();
        write_vector_u16(&mut out, self.issuer_name.as_bytes());
        match &self.redemption_context {
            None => out.push(0),
            Some(context) => {
                out.push(32);
                out.extend_from_slice(context);
            }
        }
        write_vector_u16(&mut out, self.origin_info.as_bytes());
        out
    }

    /// What the token carries (RFC 9578 §6.1): SHA-256 of the encoding.
    pub fn digest(&self) -> ChallengeDigest {
        ChallengeDigest::from(<[u8; 32]>::from(Sha256::digest(self.encode())))
    }
}

fn ascii(bytes: &[u8], field: &'static str) -> Result<String, DecodeError> {
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.iter().all(u8::is_ascii_graphic) => Ok(text.to_owned()),
        _ => Err(DecodeError::Invalid(field)),
    }
}

fn write_vector_u16(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u16).to_be_bytes());
    out.extend_from_slice(bytes);
}
