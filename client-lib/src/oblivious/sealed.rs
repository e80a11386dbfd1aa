use std::io::Cursor;

use bhttp::Message;
use ohttp::{ClientRequest, ClientResponse};
use undersign_protocol::oblivious::{
    ENCAPSULATED_RESPONSE_SIZE, KeyConfig, REQUEST_MEDIA_TYPE, RESPONSE_MEDIA_TYPE, RelayUrl, unpad_response,
};
use zeroize::Zeroizing;

use super::Inner;
use crate::request::Request;
use crate::response::Response;

/// A request that the host's gateway alone can open (RFC 9458 §4.3), and what opens its answer. For one relay: two of the same would
/// let relays that talk to each other see that one person has tried both.
pub struct Sealed {
    body: Vec<u8>,
    opener: ClientResponse,
}

/// Why a request cannot be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Larger than what every request is filled up to.
    #[error("the request is too large for a relay")]
    TooLarge,
    /// No point of the curve, or one that anyone can compute with.
    #[error("the gateway's key is not valid")]
    Key,
}

/// Why a relay's answer is none of the server's. Whatever it is, the relay has brought nothing, and another one is tried: the request
/// may have arrived, and counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRelayed {
    /// The relay, or the gateway before it has opened anything, answered another status than 200.
    #[error("it answered {0}")]
    Status(u16),
    /// Not of the one form and size that every answer has.
    #[error("its answer is not of the form that every answer has")]
    Form,
    /// Not sealed for this request: changed on the way, or an answer to another one.
    #[error("its answer was not sealed for this request")]
    NotOurs,
    /// Sealed by the gateway, and no message.
    #[error("the server's answer is not well-formed")]
    Message,
}

impl Sealed {
    /// Seals a request, with fresh randomness of the system.
    ///
    /// # Arguments
    /// * `host` – the origin's name in the manifest
    /// * `key` – [`Announced::key`](super::Announced::key)
    pub fn new(request: &Inner<'_>, host: &str, key: &KeyConfig) -> Result<Self, SealError> {
        let message = request.encode(host).ok_or(SealError::TooLarge)?;
        let sealer = ClientRequest::from_encoded_config(&key.encode()).map_err(|_| SealError::Key)?;
        let (body, opener) = sealer.encapsulate(&message).map_err(|_| SealError::Key)?;
        Ok(Self { body, opener })
    }

    /// The bytes for a relay: [`ENCAPSULATED_REQUEST_SIZE`](undersign_protocol::oblivious::ENCAPSULATED_REQUEST_SIZE) of them.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// To be posted to a relay, on a connection of its own.
    pub fn request(&self, relay: &RelayUrl) -> Request {
        Request::to_relay(relay.to_string()).body(REQUEST_MEDIA_TYPE, self.body.clone())
    }

    /// Opens the answer of the relay.
    ///
    /// # Returns
    /// What the server has answered, as if it had been asked directly.
    pub fn open(self, answer: &Response) -> Result<Response, NotRelayed> {
        if answer.status != 200 {
            return Err(NotRelayed::Status(answer.status));
        }
        if !answer.is(RESPONSE_MEDIA_TYPE) || answer.body.len() != ENCAPSULATED_RESPONSE_SIZE {
            return Err(NotRelayed::Form);
        }
        let padded = Zeroizing::new(self.opener.decapsulate(&answer.body).map_err(|_| NotRelayed::NotOurs)?);
        let message = unpad_response(&padded).map_err(|_| NotRelayed::Message)?;
        let message = Message::read_bhttp(&mut Cursor::new(message)).map_err(|_| NotRelayed::Message)?;
        let status = message.control().status().ok_or(NotRelayed::Message)?.code();
        let header = |name: &[u8]| message.header().get(name).and_then(|value| std::str::from_utf8(value).ok());
        Ok(Response {
            status,
            media_type: header(b"content-type").map(str::to_owned),
            retry_after: header(b"retry-after").and_then(|seconds| seconds.trim().parse().ok()),
            body: message.content().to_vec(),
        })
    }
}
