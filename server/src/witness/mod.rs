//! A witness (C2SP tlog-witness): somebody else than the operator, who signs that a log has only grown. It is told of hosts' logs, and
//! takes the petitions' logs that these announce. All that it keeps is its key and the newest tree head of each log.

/// The configuration file.
pub mod config;

/// Route: `add-checkpoint`.
pub mod http;

/// Decisions and errors.
pub mod rules;

mod host_log;
mod store;

use std::sync::Arc;

use anyhow::Context as _;
use tokio::net::TcpListener;
use undersign_protocol::public_log::{AddCheckpoint, Checkpoint, CheckpointKey, WitnessKey};

pub use rules::WitnessError;

use self::config::WitnessConfig;
use self::host_log::HostLogs;
use self::rules::{check_growth, origin_of};
use self::store::TreeHeads;
use crate::clock::{Clock, SystemClock};
use crate::entropy::SystemEntropy;
use undersign_protocol::ed25519::SecretKey;

/// A witness at work.
pub struct Witness {
    key: WitnessKey,
    secret: SecretKey,
    host_logs: HostLogs,
    /// Locked from the check to the write: of two checkpoints that do not contain each other, one is cosigned (C2SP tlog-witness).
    tree_heads: tokio::sync::Mutex<TreeHeads>,
    clock: Arc<dyn Clock>,
}

impl Witness {
    /// Opens key and tree heads; makes both at the first start.
    pub fn open(config: &WitnessConfig, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let (tree_heads, seed) = TreeHeads::open(&config.data, &SystemEntropy)?;
        let secret = SecretKey::from_seed(&seed);
        let key = WitnessKey::new(&config.name, secret.public_key())
            .context("name: a witness's name has no spaces, pluses or control characters")?;
        let host_logs = HostLogs::new(&config.logs)?;
        Ok(Self { key, secret, host_logs, tree_heads: tokio::sync::Mutex::new(tree_heads), clock })
    }

    /// Its key, for the logs' configurations and for policies.
    pub fn key(&self) -> &WitnessKey {
        &self.key
    }

    /// Cosigns a checkpoint that contains all that was cosigned of its log before. Durable when it returns.
    ///
    /// # Returns
    /// The line to be added to the checkpoint's note.
    pub async fn add_checkpoint(&self, body: &str) -> Result<String, WitnessError> {
        let request = AddCheckpoint::parse(body).map_err(|_| WitnessError::Form)?;
        let key = self.log_key(origin_of(&request.checkpoint)?).await?;
        let checkpoint = Checkpoint::open(&request.checkpoint, &key)?;
        let tree_heads = self.tree_heads.lock().await;
        let cosigned = tree_heads.newest(&checkpoint.origin)?;
        check_growth(&request, cosigned.as_ref(), &checkpoint)?;
        tree_heads.replace(&checkpoint)?;
        drop(tree_heads);
        Ok(self.key.cosign(&checkpoint, self.clock.now(), &self.secret))
    }

    /// A host's log that was configured, or a petition's that one of these announces in a tree that was cosigned here.
    async fn log_key(&self, origin: &str) -> Result<CheckpointKey, WitnessError> {
        if let Some(key) = self.host_logs.key(origin) {
            return Ok(key.clone());
        }
        let host_log = self.host_logs.of_petition_log(origin).ok_or(WitnessError::UnknownLog)?;
        let cosigned = self.tree_heads.lock().await.newest(host_log.origin())?.ok_or(WitnessError::UnknownLog)?;
        self.host_logs.announced(host_log, &cosigned, origin).await
    }
}

/// Serves until the process is told to stop. `ready` is called once the socket listens.
pub async fn serve(config: &WitnessConfig, ready: impl FnOnce(&WitnessKey)) -> anyhow::Result<()> {
    let witness = Arc::new(Witness::open(config, Arc::new(SystemClock))?);
    let address = config.listen;
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    ready(witness.key());
    axum::serve(listener, http::router(witness)).with_graceful_shutdown(crate::serve::stopped()).await?;
    Ok(())
}
