use undersign_protocol::ed25519::PublicKey;
use undersign_protocol::petition::{ManifestError, PrepareRequest, PublishRequest, VerifiedManifest};
use undersign_protocol::timestamp::Timestamp;

use super::review::rules::{MAX_OF_A_STRANGER, MAX_OF_STRANGERS};
use super::review::{Admission, Review};
use crate::key_directory::KeyError;
use crate::storage::{Database, StorageError, Transaction};

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
    /// The operator has refused this very manifest.
    #[error("the operator has refused it")]
    Refused,
    /// As many petitions of organisers who are not listed wait as may.
    #[error("too many petitions wait for review")]
    ReviewFull,
    /// The organiser has prepared as many petitions as it may.
    #[error("too many petitions are prepared and not published")]
    TooManyPrepared,
    /// The organiser's key has as many open petitions as it may.
    #[error("too many petitions are open")]
    TooManyOpen,
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
    /// Those whose keys are in the configuration or in the operator's own list; others where it is looked at what they hand in.
    Listed {
        /// The configuration's.
        keys: Vec<PublicKey>,
        /// Whose petitions wait.
        review: Review,
    },
    /// Anyone on this machine: the demo.
    AnyFromLoopback,
}

impl Organisers {
    /// How a petition of this key is taken from there.
    pub(crate) async fn admission(
        &self,
        database: &Database,
        key: &PublicKey,
        from_loopback: bool,
    ) -> Result<Admission, PetitionError> {
        let admission = match self {
            Self::Listed { keys, review } => {
                // Read each time: an organiser is listed without a restart.
                let is_listed = keys.contains(key) || {
                    let mut tx = database.begin_read("petition::organisers").await?;
                    tx.listed_organisers().await?.iter().any(|listed| listed.public_key == *key)
                };
                review.admission(is_listed)
            }
            Self::AnyFromLoopback => from_loopback.then_some(Admission::AtOnce),
        };
        admission.ok_or(PetitionError::NotAllowed)
    }

    /// Checks a publication: the manifest, its signature, and who signed it.
    pub(crate) async fn check_publication(
        &self,
        database: &Database,
        request: &PublishRequest,
        from_loopback: bool,
    ) -> Result<(VerifiedManifest, Admission), PetitionError> {
        let verified = VerifiedManifest::verify(request.manifest.get().as_bytes(), request.organiser_signature)?;
        let admission = self.admission(database, &verified.manifest().organiser.public_key, from_loopback).await?;
        Ok((verified, admission))
    }

    /// Checks a prepare request: first who, then the signature.
    pub(crate) async fn check_prepare(
        &self,
        database: &Database,
        request: &PrepareRequest,
        from_loopback: bool,
    ) -> Result<(), PetitionError> {
        self.admission(database, &request.organiser_key, from_loopback).await?;
        request.verify().map_err(|_| PetitionError::Signature)
    }

    /// Whether something more may be prepared for this key, where it is not listed. Whatever is handed in was prepared before, so that
    /// this is the one place at which strangers are counted. The list of petitions is locked by whoever calls this.
    pub(crate) async fn check_room(&self, tx: &mut Transaction, key: &PublicKey) -> Result<(), PetitionError> {
        let Self::Listed { keys, .. } = self else { return Ok(()) };
        let listed = tx.listed_organisers().await?;
        let is_stranger =
            |key: &PublicKey| !keys.contains(key) && !listed.iter().any(|listed| listed.public_key == *key);
        if !is_stranger(key) {
            return Ok(());
        }
        let unpublished = tx.organisers_of_unpublished().await?;
        let of_key = unpublished.iter().filter(|organiser| *organiser == key).count();
        let of_strangers = unpublished.iter().filter(|organiser| is_stranger(organiser)).count();
        let is_full = of_key >= MAX_OF_A_STRANGER || of_strangers >= MAX_OF_STRANGERS;
        if is_full { Err(PetitionError::ReviewFull) } else { Ok(()) }
    }
}

/// The last day whose prepared keys are still kept.
pub fn oldest_prepared_day(now: Timestamp) -> u64 {
    now.day().saturating_sub(1)
}
