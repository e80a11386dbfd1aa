use super::{TOKEN_TYPE, TokenRequest, TokenResponse};
use crate::codec::{DecodeError, Reader, write_vector_varint};

/// Several token requests in one body (draft-ietf-privacypass-batched-tokens, generic batch): `TokenRequest token_requests<V>`, the
/// length a minimal variable-length integer, token_type once per element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchTokenRequest {
    /// At least one.
    pub token_requests: Vec<TokenRequest>,
}

/// The answers in the order of the requests: u8 present ‖ (u16 token_type ‖ `blind_sig[256]` where present), all behind their length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchTokenResponse {
    /// `None` where a request was refused.
    pub token_responses: Vec<Option<TokenResponse>>,
}

impl BatchTokenRequest {
    /// Reads exactly one batch.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let token_requests = read_elements(bytes, TokenRequest::read)?;
        if token_requests.is_empty() {
            return Err(DecodeError::Invalid("token_requests"));
        }
        Ok(Self { token_requests })
    }

    /// Writes it.
    pub fn encode(&self) -> Vec<u8> {
        let mut elements = Vec::new();
        for request in &self.token_requests {
            elements.extend_from_slice(&request.encode());
        }
        in_vector(&elements)
    }
}

impl BatchTokenResponse {
    /// Reads exactly one batch.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let token_responses = read_elements(bytes, |reader| match reader.u8()? {
            0 => Ok(None),
            1 if reader.u16()? == TOKEN_TYPE => Ok(Some(TokenResponse { blind_sig: reader.array()? })),
            1 => Err(DecodeError::Invalid("token_type")),
            _ => Err(DecodeError::Invalid("present")),
        })?;
        if token_responses.is_empty() {
            return Err(DecodeError::Invalid("token_responses"));
        }
        Ok(Self { token_responses })
    }

    /// Writes it.
    pub fn encode(&self) -> Vec<u8> {
        let mut elements = Vec::new();
        for response in &self.token_responses {
            match response {
                None => elements.push(0),
                Some(response) => {
                    elements.push(1);
                    elements.extend_from_slice(&TOKEN_TYPE.to_be_bytes());
                    elements.extend_from_slice(&response.blind_sig);
                }
            }
        }
        in_vector(&elements)
    }
}

fn read_elements<T>(
    bytes: &[u8],
    read: impl Fn(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let mut outer = Reader::new(bytes);
    let mut reader = Reader::new(outer.vector_varint()?);
    outer.finish()?;
    let mut elements = Vec::new();
    while !reader.is_empty() {
        elements.push(read(&mut reader)?);
    }
    Ok(elements)
}

fn in_vector(elements: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(elements.len() + 8);
    write_vector_varint(&mut out, elements);
    out
}
