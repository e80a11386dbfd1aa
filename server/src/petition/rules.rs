use undersign_protocol::ed25519::PublicKey;
use undersign_protocol::petition::{ManifestError, PrepareRequest, PublishRequest, VerifiedManifest};
use undersign_protocol::timestamp::Timestamp;

use crate::key_directory::KeyError;
use crate::storage::StorageError;

/// Why a petition is not served, prepared or published.
#[derive(Debug, thiserror::Error)]
pub enum PetitionError {
    /// No petition has this id or slug.
    #[error("there is no such petition")]
    Unknown,
    /// The key is not in the operator's list.
    #[error("the organiser's key is not allowed here")]
    NotAllowed,
    /// The signature of a prepare request does not verify.
    #[error("the signature is not valid")]
    Signature,
    /// The manifest is refused.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The manifest names other keys or hosts than this side prepared.
    #[error("issuer, origin or log: not those that were prepared")]
    NotPrepared,
    /// Another petition has the slug.
    #[error("the slug is taken")]
    SlugTaken,
    /// The organiser has prepared as many petitions as it may.
    #[error("too many petitions are prepared and not published")]
    TooManyPrepared,
    /// Every truncated key id is in use.
    #[error("the issuer has no room")]
    IssuerFull,
    /// A key could not be kept or made.
    #[error("a key could not be kept")]
    Key(#[from] KeyError),
    /// A witness has seen the host's log with other entries.
    #[error("the database is older than the public log")]
    Behind,
    /// Making a key failed.
    #[error("a key could not be made")]
    KeyGeneration,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Whose petitions this server takes.
#[derive(Debug, Clone)]
pub enum Organisers {
    /// Those whose keys are in the configuration.
    Listed(Vec<PublicKey>),
    /// Anyone on this machine: the demo.
    AnyFromLoopback,
}

impl Organisers {
    /// Whether this key may publish from there.
    pub fn check(&self, key: &PublicKey, from_loopback: bool) -> Result<(), PetitionError> {
        let allowed = match self {
            Self::Listed(keys) => keys.contains(key),
            Self::AnyFromLoopback => from_loopback,
        };
        if allowed { Ok(()) } else { Err(PetitionError::NotAllowed) }
    }

    /// Checks a publication: the manifest, its signature, and who signed it.
    pub fn check_publication(
        &self,
        request: &PublishRequest,
        from_loopback: bool,
    ) -> Result<VerifiedManifest, PetitionError> {
        let verified = VerifiedManifest::verify(request.manifest.get().as_bytes(), request.organiser_signature)?;
        self.check(&verified.manifest().organiser.public_key, from_loopback)?;
        Ok(verified)
    }

    /// Checks a prepare request: first who, then the signature.
    pub fn check_prepare(&self, request: &PrepareRequest, from_loopback: bool) -> Result<(), PetitionError> {
        self.check(&request.organiser_key, from_loopback)?;
        request.verify().map_err(|_| PetitionError::Signature)
    }
}

/// The last day whose prepared keys are still kept.
pub fn oldest_prepared_day(now: Timestamp) -> u64 {
    now.day().saturating_sub(1)
}
