use std::sync::Arc;

use undersign_protocol::issuance::TokenRequest;
use undersign_protocol::timestamp::{DAY, Timestamp};

use crate::gather::GatherError;
use crate::identified::email_verification::VerificationError;
use crate::key_directory::KeyError;
use crate::petition::Petition;
use crate::storage::{FromStorage, StorageError};

/// Seconds after a petition's end in which the last byte of its key id stays taken, so that a request which was prepared for it never
/// meets another key.
pub const KEY_ID_REST: u64 = 7 * DAY;

/// How this side's count compares with the one in a petition's public log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is not below: every token that the log counts has its row here.
    Level,
    /// It is below: this database is older than the log.
    Behind,
    /// The log could not be asked.
    Unknown,
}

impl Standing {
    /// By the two counts. The log's is never the newer one: it is asked for before each batch.
    pub fn of(issued: u64, published: u64) -> Self {
        if issued < published { Self::Behind } else { Self::Level }
    }
}

/// Why tokens are not issued.
#[derive(Debug, thiserror::Error)]
pub enum IssuanceError {
    /// Neither of the two media types.
    #[error("another media type")]
    MediaType,
    /// Wrong size, type, key or range, or a key twice in one body. Nothing was stored.
    #[error("{0}")]
    NotValid(&'static str),
    /// The body's digest is not confirmed.
    #[error("not confirmed")]
    NotConfirmed {
        /// Whether this request was not even let wait.
        at_once: bool,
    },
    /// The body was answered ten times in this minute.
    #[error("answered too often")]
    TooOften,
    /// Another request was answered for this address and petition.
    #[error("already issued")]
    AlreadyIssued,
    /// The petition has not opened.
    #[error("not open yet")]
    NotYetOpen,
    /// First-time issuance is over, or all of it.
    #[error("closed")]
    Closed,
    /// The database is older than the public log.
    #[error("this side is behind the public log")]
    Behind,
    /// Every signer is busy and the queue is full.
    #[error("the signers are busy")]
    Busy,
    /// OpenSSL refused.
    #[error("signing failed")]
    Signing(#[source] openssl::error::ErrorStack),
    /// Every last byte of a key id is taken.
    #[error("no key id is free")]
    NoKeyId,
    /// The petition's key is not where it should be.
    #[error("a petition's key is missing")]
    KeyMissing,
    /// A key could not be read or kept.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The confirmation could not be read.
    #[error(transparent)]
    Verification(#[from] VerificationError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// It was not done with the others that came at the same time.
    #[error(transparent)]
    Gathered(Box<GatherError<Self>>),
}

impl IssuanceError {
    /// Whether it is about one petition of a body, and not about all of it.
    pub fn is_of_petition(&self) -> bool {
        matches!(self, Self::AlreadyIssued | Self::NotYetOpen | Self::Closed)
    }
}

impl From<GatherError<Self>> for IssuanceError {
    fn from(error: GatherError<Self>) -> Self {
        match error {
            GatherError::Failed(error) => error,
            other => Self::Gathered(Box::new(other)),
        }
    }
}

impl FromStorage for IssuanceError {
    fn storage(&self) -> Option<&StorageError> {
        match self {
            Self::Storage(error) | Self::Verification(VerificationError::Storage(error)) => Some(error),
            _ => None,
        }
    }
}

/// A token request whose key is known and whose message can be signed.
pub struct AdmittedRequest {
    /// The request.
    pub request: TokenRequest,
    /// Whose key it names.
    pub petition: Arc<Petition>,
}

/// Checks all requests of a body against the keys that are known, before anything is stored. One that is not well-formed, or a key
/// that is named twice, refuses the whole body: signing "every element whose row is there" would sign two for one row, and an
/// element that fails after its row is stored would use up the address.
pub fn admit(
    requests: Vec<TokenRequest>,
    petitions: &[Arc<Petition>],
    now: Timestamp,
) -> Result<Vec<AdmittedRequest>, IssuanceError> {
    let mut admitted: Vec<AdmittedRequest> = Vec::with_capacity(requests.len());
    for request in requests {
        let petition = petitions
            .iter()
            .find(|petition| holds_key_id(petition, request.truncated_token_key_id, now))
            .ok_or(IssuanceError::NotValid("truncated_token_key_id: no such key"))?;
        let manifest = petition.verified.manifest();
        if admitted.iter().any(|other| Arc::ptr_eq(&other.petition, petition)) {
            return Err(IssuanceError::NotValid("truncated_token_key_id: named twice"));
        }
        if !manifest.issuer.token_key.in_range(&request.blinded_msg) {
            return Err(IssuanceError::NotValid("blinded_msg: not between 1 and the modulus"));
        }
        admitted.push(AdmittedRequest { request, petition: Arc::clone(petition) });
    }
    Ok(admitted)
}

/// Whether a petition's key holds this last byte now.
pub fn holds_key_id(petition: &Petition, truncated: u8, now: Timestamp) -> bool {
    let token_key = &petition.verified.manifest().issuer.token_key;
    token_key.id().truncated() == truncated && now < petition.ends_at().plus(KEY_ID_REST)
}
