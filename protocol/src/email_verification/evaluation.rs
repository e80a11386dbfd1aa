use crate::bytes::byte_string;
use crate::codec::{DecodeError, Reader};

/// Media type of requests and answers.
pub const EVALUATION_MEDIA_TYPE: &str = "application/octet-stream";

/// What the authenticator of an [`EvaluationRequest`] begins with.
pub const EVALUATION_CONTEXT: &[u8] = b"undersign evaluation v1";

byte_string!(
    /// An evaluator's public key: an element of ristretto255 (RFC 9496), 32 bytes. An issuer pins it.
    EvaluatorKey,
    32
);

/// What an issuer asks its evaluator: to evaluate an element that hides an address (RFC 9497, OPRF(ristretto255, SHA-512), verifiable
/// mode). One size, one element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvaluationRequest {
    /// The blinded element, serialized.
    pub blinded_element: [u8; 32],
    /// HMAC-SHA-256(secret, [`EVALUATION_CONTEXT`] ‖ blinded element), under the secret that issuer and evaluator share.
    pub authenticator: [u8; 32],
}

impl EvaluationRequest {
    /// Size in bytes.
    pub const SIZE: usize = 64;

    /// `blinded_element[32] ‖ authenticator[32]`.
    pub fn encode(&self) -> Vec<u8> {
        [self.blinded_element, self.authenticator].concat()
    }

    /// Reads exactly that. Whether the element is one is not looked at.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let request = Self { blinded_element: reader.array()?, authenticator: reader.array()? };
        reader.finish()?;
        Ok(request)
    }
}

/// The evaluator's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvaluationAnswer {
    /// The evaluated element, serialized.
    pub evaluated_element: [u8; 32],
    /// The proof that the evaluator's key was used: two scalars.
    pub proof: [u8; 64],
}

impl EvaluationAnswer {
    /// Size in bytes.
    pub const SIZE: usize = 96;

    /// `evaluated_element[32] ‖ proof[64]`.
    pub fn encode(&self) -> Vec<u8> {
        [self.evaluated_element.as_slice(), &self.proof].concat()
    }

    /// Reads exactly that. Whether the proof proves anything is not looked at.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let answer = Self { evaluated_element: reader.array()?, proof: reader.array()? };
        reader.finish()?;
        Ok(answer)
    }
}
