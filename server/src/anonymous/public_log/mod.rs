//! Signatures become entries of a log that anyone can read: one log per petition and one of the host, C2SP tlog-tiles.

/// Routes: checkpoints and tiles.
pub mod http;

/// Decisions and errors.
pub mod rules;

pub(in crate::anonymous) mod store;

mod batch;
pub(in crate::anonymous) mod close;
#[cfg(test)]
mod contract;
mod issuer_client;
mod service;
mod ticks;
mod witnesses;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use undersign_protocol::ed25519::{PublicKey, SecretKey};
use undersign_protocol::petition::PetitionId;
use undersign_protocol::public_log::{Checkpoint, HostLogKey, host_log_origin};

pub use rules::{LogError, LogId};
pub use witnesses::{WitnessAddress, WitnessSettings};

use self::issuer_client::IssuerClient;
use self::store::Head;
use self::witnesses::Witnesses;
use super::AnonymousDatabase;
use crate::clock::Clock;
use crate::daily_counts::DailyCounts;
use crate::entropy::{Entropy, random};
use crate::key_directory::KeyDirectory;
use crate::petition::Petition;
use crate::web::cached::Version;

/// The file of the host log's key.
pub(in crate::anonymous) const HOST_LOG_KEY: &str = "host-log.key";

/// The stage at work.
pub struct PublicLog {
    database: AnonymousDatabase,
    origin_host: String,
    host_key: SecretKey,
    keys: KeyDirectory,
    open_keys: RwLock<HashMap<PublicKey, Arc<SecretKey>>>,
    issuer: IssuerClient,
    witnesses: Witnesses,
    /// Changes with every head and cosignature.
    version: Version,
    counts: Arc<DailyCounts>,
    clock: Arc<dyn Clock>,
}

impl PublicLog {
    /// Reads the host log's key.
    #[expect(clippy::too_many_arguments, reason = "each is a part of its own, named at the one place that calls this")]
    pub(super) async fn start(
        database: AnonymousDatabase,
        keys: &KeyDirectory,
        origin_host: String,
        issuer_url: &str,
        witnesses: WitnessSettings,
        counts: Arc<DailyCounts>,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
    ) -> Result<Self, LogError> {
        let host_key = SecretKey::from_seed(&*keys.read_or_make(HOST_LOG_KEY, entropy)?);
        let keys = keys.subdirectory("logs")?;
        let (issuer, witnesses) = (IssuerClient::new(issuer_url)?, Witnesses::new(witnesses)?);
        Ok(Self {
            database,
            origin_host,
            host_key,
            keys,
            open_keys: RwLock::default(),
            issuer,
            witnesses,
            version: Version::default(),
            counts,
            clock,
        })
    }

    /// First part of log origins.
    pub(super) fn origin_host(&self) -> &str {
        &self.origin_host
    }

    /// Makes a petition's log key; durable when it returns.
    pub(super) fn make_key(&self, entropy: &dyn Entropy) -> Result<PublicKey, LogError> {
        let key = SecretKey::from_seed(&random(entropy));
        self.keys.write_new(&file_name(&key.public_key()), &key.seed())?;
        Ok(key.public_key())
    }

    /// Destroys the key of a petition that was prepared and never published.
    pub(super) fn destroy_key(&self, public_key: &PublicKey) -> Result<(), LogError> {
        Ok(self.keys.destroy(&file_name(public_key))?)
    }

    /// Whether the issuer has published a petition.
    pub(super) async fn is_at_the_issuer(&self, petition_id: &PetitionId) -> Result<bool, LogError> {
        self.issuer.has(petition_id).await
    }

    /// The key of a petition's log.
    pub(super) fn petition_key(&self, petition: &Petition) -> Result<Arc<SecretKey>, LogError> {
        let public_key = petition.verified.manifest().log.public_key;
        if let Some(key) = self.open_keys.read().unwrap_or_else(PoisonError::into_inner).get(&public_key) {
            return Ok(Arc::clone(key));
        }
        let seed = self.keys.read_array::<32>(&file_name(&public_key))?.ok_or(LogError::KeyMissing)?;
        let key = Arc::new(SecretKey::from_seed(&seed));
        self.open_keys.write().unwrap_or_else(PoisonError::into_inner).insert(public_key, Arc::clone(&key));
        Ok(key)
    }

    /// The head of a petition's log and its signed checkpoint. What is signed was committed before: a signed head never goes back.
    pub(super) async fn petition_checkpoint(&self, petition: &Petition) -> Result<(Head, String), LogError> {
        let origin = petition.verified.log_origin();
        let key = self.petition_key(petition)?;
        self.checkpoint(&LogId::of_petition(&petition.verified.petition_id()), origin, &key).await
    }

    /// A petition's total. Nothing is signed for it.
    pub(super) async fn petition_total(&self, petition: &Petition) -> Result<u64, LogError> {
        let mut tx = self.database.begin_read("public_log::total").await?;
        let head = tx.head(&LogId::of_petition(&petition.verified.petition_id())).await?;
        Ok(head.unwrap_or_default().tally.total())
    }

    /// The head of the host's log and its signed checkpoint.
    pub(super) async fn host_checkpoint(&self) -> Result<(Head, String), LogError> {
        self.checkpoint(&LogId::HOST, host_log_origin(&self.origin_host), &self.host_key).await
    }

    /// Fails where the host's log must not be appended to.
    pub(super) fn check_host_not_behind(&self) -> Result<(), LogError> {
        self.witnesses.check_not_behind(&LogId::HOST)
    }

    /// Fails where a petition's log must not be appended to.
    pub(super) fn check_not_behind(&self, petition: &Petition) -> Result<(), LogError> {
        self.witnesses.check_not_behind(&LogId::of_petition(&petition.verified.petition_id()))
    }

    /// Changes with every head and cosignature.
    pub(super) fn version(&self) -> &Version {
        &self.version
    }

    /// Says that a log has grown.
    pub(super) fn appended(&self) {
        self.version.changed();
        self.witnesses.wake();
    }

    /// The host log's name and public key.
    pub(super) fn host_key(&self) -> HostLogKey {
        HostLogKey { origin: host_log_origin(&self.origin_host), public_key: self.host_key.public_key() }
    }

    async fn checkpoint(&self, log: &LogId, origin: String, key: &SecretKey) -> Result<(Head, String), LogError> {
        let mut tx = self.database.begin_read("public_log::checkpoint").await?;
        let head = tx.head(log).await?.unwrap_or_default();
        let note = Checkpoint { origin, tree_size: head.tree_size, root: head.root }.sign(key)?;
        // Those of the newest tree alone: until the witnesses have signed it, it has none.
        let cosignatures = tx.cosignature_lines(log, head.tree_size).await?;
        Ok((head, note + &cosignatures.concat()))
    }
}

fn file_name(key: &PublicKey) -> String {
    format!("{key}.key")
}
