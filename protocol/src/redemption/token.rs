use crate::bytes::byte_string;
use crate::codec::{DecodeError, Reader};
use crate::issuance::{ChallengeDigest, NK, TOKEN_TYPE, TokenChallenge, TokenKeyId};
use crate::petition::{Manifest, PetitionId};

byte_string!(
    /// A token's nonce, 32 bytes: the hash of a withdrawal key, random to everyone who does not have the key.
    Nonce,
    32
);

/// What is signed (RFC 9578 §6.1), 98 bytes: u16 token_type ‖ `nonce[32]` ‖ `challenge_digest[32]` ‖ `token_key_id[32]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenInput {
    /// Different in every token.
    pub nonce: Nonce,
    /// Digest of the petition's TokenChallenge.
    pub challenge_digest: ChallengeDigest,
    /// The full id of the petition's key.
    pub token_key_id: TokenKeyId,
}

/// A token (RFC 9577 §2.2.1), 354 bytes: the token input ‖ `authenticator[256]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// What is signed.
    pub input: TokenInput,
    /// The unblinded RSASSA-PSS signature.
    pub authenticator: [u8; NK],
}

/// For which other petition or key a token was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenBindingError {
    /// Of another key.
    #[error("the token is of another key")]
    KeyId,
    /// For another challenge: another petition, issuer or origin.
    #[error("the token is for another challenge")]
    Challenge,
}

impl TokenInput {
    /// Bytes of the encoding.
    pub const SIZE: usize = 2 + 32 + 32 + 32;

    /// The input for a petition's token.
    pub fn of_petition(manifest: &Manifest, petition_id: &PetitionId, nonce: Nonce) -> Self {
        Self {
            nonce,
            challenge_digest: TokenChallenge::of_petition(manifest, petition_id).digest(),
            token_key_id: manifest.issuer.token_key.id(),
        }
    }

    /// Writes it.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(Self::SIZE);
        out.extend_from_slice(&TOKEN_TYPE.to_be_bytes());
        out.extend_from_slice(self.nonce.as_bytes());
        out.extend_from_slice(self.challenge_digest.as_bytes());
        out.extend_from_slice(self.token_key_id.as_bytes());
        out
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.u16()? != TOKEN_TYPE {
            return Err(DecodeError::Invalid("token_type"));
        }
        Ok(Self {
            nonce: reader.array::<32>()?.into(),
            challenge_digest: reader.array::<32>()?.into(),
            token_key_id: reader.array::<32>()?.into(),
        })
    }

    /// Compares the **full** key id and the challenge digest with those of a petition. The key id is compared whole: tokens whose key
    /// ids share only the last byte verify under the same key and would be two tokens of one signature.
    pub fn check_binding(&self, manifest: &Manifest, petition_id: &PetitionId) -> Result<(), TokenBindingError> {
        self.check_bound_as(&Self::of_petition(manifest, petition_id, self.nonce))
    }

    /// The same, with another input of the petition, for who has made one already.
    pub fn check_bound_as(&self, expected: &Self) -> Result<(), TokenBindingError> {
        if self.token_key_id != expected.token_key_id {
            return Err(TokenBindingError::KeyId);
        }
        if self.challenge_digest != expected.challenge_digest {
            return Err(TokenBindingError::Challenge);
        }
        Ok(())
    }
}

impl Token {
    /// Bytes of the encoding.
    pub const SIZE: usize = TokenInput::SIZE + NK;

    /// Reads exactly one token of type 0x0002. Its signature is not verified by this.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let token = Self { input: TokenInput::read(&mut reader)?, authenticator: reader.array()? };
        reader.finish()?;
        Ok(token)
    }

    /// Writes it.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.input.encode();
        out.extend_from_slice(&self.authenticator);
        out
    }
}

/// A token is worth a signature until it is redeemed, so it is not printed.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}
