//! An evaluator: the key behind an issuer's tags, on a machine that the issuer's seizure does not reach. It sees blinded elements
//! alone, answers one issuer, and answers so often and not oftener: whoever holds the issuer's databases and keys guesses addresses
//! at this rate while it runs, and not at all once it is off. What it keeps is its key, the issuer's secret, and the day's count.

/// The configuration file.
pub mod config;

/// Routes: evaluate, and the public key.
pub mod http;

/// Decisions and errors.
pub mod rules;

mod store;

use std::sync::Arc;

use anyhow::Context as _;
use tokio::net::TcpListener;
use undersign_protocol::email_verification::{EvaluationAnswer, EvaluatorKey};
use zeroize::Zeroizing;

pub use rules::EvaluatorError;

use self::config::EvaluatorConfig;
use self::rules::{Limits, Usage, authenticated};
use self::store::Folder;
use crate::clock::{Clock, SystemClock};
use crate::entropy::{Entropy, SystemEntropy};
use crate::oprf::{OprfError, OprfKey};

/// An evaluator at work.
pub struct Evaluator {
    key: OprfKey,
    secret: Zeroizing<[u8; 32]>,
    /// Locked from the question to the write: of many at once no more are let through than the limit has left.
    usage: tokio::sync::Mutex<(Usage, Folder)>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Evaluator {
    /// Opens its folder; makes the key and the issuer's secret at the first start.
    pub fn open(config: &EvaluatorConfig, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> anyhow::Result<Self> {
        let (folder, secrets) = Folder::open(&config.data, entropy.as_ref())?;
        let limits = Limits { per_minute: config.per_minute.get().into(), per_day: config.per_day.get().into() };
        let usage = Usage::from_kept(limits, folder.count()?);
        Ok(Self {
            key: OprfKey::from_seed(&secrets.seed)?,
            secret: secrets.issuer,
            usage: tokio::sync::Mutex::new((usage, folder)),
            clock,
            entropy,
        })
    }

    /// Its public key, which the issuer pins.
    pub fn key(&self) -> EvaluatorKey {
        self.key.public_key()
    }

    /// Evaluates an element for the issuer. What is not from the issuer, or is no element, uses nothing up.
    pub async fn evaluate(&self, body: &[u8]) -> Result<EvaluationAnswer, EvaluatorError> {
        let blinded = authenticated(body, &self.secret)?;
        // Before it is counted; and counted before anybody has it.
        let answer = self.key.evaluate(&blinded, self.entropy.as_ref())?;
        self.count_one().await?;
        Ok(answer)
    }

    async fn count_one(&self) -> Result<(), EvaluatorError> {
        let mut locked = self.usage.lock().await;
        let (usage, folder) = &mut *locked;
        let next = usage.before_next(self.clock.now())?;
        next.map_or(Ok(()), |next| folder.keep(next))?;
        usage.take(next);
        Ok(())
    }
}

impl From<OprfError> for EvaluatorError {
    fn from(_: OprfError) -> Self {
        Self::Form
    }
}

/// Serves until the process is told to stop. `ready` is called once the socket listens.
pub async fn serve(config: &EvaluatorConfig, ready: impl FnOnce(&EvaluatorKey)) -> anyhow::Result<()> {
    let evaluator = Arc::new(Evaluator::open(config, Arc::new(SystemClock), Arc::new(SystemEntropy))?);
    let address = config.listen;
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    ready(&evaluator.key());
    axum::serve(listener, http::router(evaluator)).with_graceful_shutdown(crate::serve::stopped()).await?;
    Ok(())
}
