use std::collections::HashSet;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::FromRef;
use undersign_pages::Pages;
use undersign_protocol::oblivious::RelayUrl;
use undersign_protocol::petition::PetitionId;

use super::oblivious::Gateway;
use super::public_log::{LogError, LogId, PublicLog, WitnessSettings};
use super::redemption::Redemption;
use crate::announcement::Announcements;
use crate::clock::Clock;
use crate::daily_counts::DailyCounts;
use crate::entropy::Entropy;
use crate::key_directory::{KeyDirectory, KeyError};
use crate::petition::{OrganiserLimits, Organisers, Registry};
use crate::storage::{Database, Side, StorageError};
use crate::web::assets::Assets;
use crate::web::cached::CachedAnswers;
use crate::web::client_network::TrustedProxies;
use crate::web::cors::Cors;

/// The anonymous side's database: only this side's states give it out.
#[derive(Clone, Debug)]
pub struct AnonymousDatabase(Database);

impl AnonymousDatabase {
    /// Opens and migrates.
    pub async fn open(url: &str) -> Result<Self, StorageError> {
        Database::open(url, Side::Anonymous).await.map(Self)
    }

    /// A petition's picture as pages show it, a JPEG file; also of one that waits for the moderator.
    pub async fn picture(&self, petition_id: &PetitionId) -> Result<Option<Vec<u8>>, StorageError> {
        let picture = self.begin_read("pictures::moderation").await?.picture(petition_id).await?;
        Ok(picture.map(|picture| picture.jpeg))
    }

    /// The issued count of the last statement in a petition's log; 0 where there is no such log.
    pub async fn published_issued(&self, petition_id: &PetitionId) -> Result<u64, StorageError> {
        let mut tx = self.begin_read("public_log::published_issued").await?;
        let head = tx.head(&LogId::of_petition(petition_id)).await?;
        Ok(head.map_or(0, |head| head.tally.issued))
    }
}

impl std::ops::Deref for AnonymousDatabase {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.0
    }
}

/// What the anonymous side is run with.
pub struct Settings {
    /// Host of the origin as manifests name it: origin_info of the TokenChallenge, first part of log origins.
    pub origin_host: String,
    /// Where the issuer is asked how many tokens it issued: scheme, host and port.
    pub issuer_url: String,
    /// Who is asked to cosign the logs, and how often.
    pub witnesses: WitnessSettings,
    /// Whose petitions are taken.
    pub organisers: Organisers,
    /// How many petitions of one organiser are open at once.
    pub organiser_limits: OrganiserLimits,
    /// Proxies whose X-Forwarded-For is believed, for the demo's "from this machine" alone.
    pub trusted_proxies: TrustedProxies,
    /// What the operator says on every page, and whether signing is paused.
    pub announcements: Announcements,
    /// What pages are made with.
    pub pages: Pages,
    /// What pages load.
    pub assets: Arc<Assets>,
    /// Whether pages of the other host may ask this one.
    pub cors: Cors,
    /// How many processes there are.
    pub processes: NonZeroU32,
    /// Relays of other organisations that bring requests here; without any there is no gateway.
    pub relays: Vec<RelayUrl>,
}

/// Why the anonymous side does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error("the anonymous database")]
    Storage(#[from] StorageError),
    /// The logs.
    #[error("the logs")]
    Log(#[from] LogError),
    /// The gateway's keys.
    #[error("the gateway for relays")]
    Gateway(#[from] KeyError),
}

/// Everything that the anonymous side's handlers are given.
///
/// Behind one pointer: the state is copied some times for each request.
#[derive(Clone)]
pub struct AnonymousState(Arc<Parts>);

/// What there is of it.
pub struct Parts {
    pub(super) database: AnonymousDatabase,
    pub(super) registry: Registry,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) organisers: Arc<Organisers>,
    pub(super) organiser_limits: Arc<OrganiserLimits>,
    pub(super) trusted_proxies: TrustedProxies,
    pub(super) cors: Cors,
    pub(super) log: Arc<PublicLog>,
    pub(super) redemption: Arc<Redemption>,
    pub(super) gateway: Option<Arc<Gateway>>,
    pub(super) relays: Arc<[RelayUrl]>,
    pub(super) announcements: Announcements,
    pub(super) pages: Arc<Pages>,
    pub(super) assets: Arc<Assets>,
    pub(super) cached: Arc<CachedAnswers>,
    pub(super) counts: Arc<DailyCounts>,
}

impl AnonymousState {
    /// Reads keys and petitions.
    pub async fn start(
        database: AnonymousDatabase,
        keys: &KeyDirectory,
        settings: Settings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StartError> {
        let registry = Registry::load(database.0.clone()).await?;
        let counts = DailyCounts::new(database.0.clone(), Side::Anonymous, settings.processes, Arc::clone(&clock));
        let counts = Arc::new(counts);
        let log = PublicLog::start(
            database.clone(),
            keys,
            settings.origin_host,
            &settings.issuer_url,
            settings.witnesses,
            Arc::clone(&counts),
            Arc::clone(&clock),
            entropy.as_ref(),
        )
        .await?;
        let log = Arc::new(log);
        let redemption =
            Arc::new(Redemption::new(database.clone(), Arc::clone(&log), Arc::clone(&counts), Arc::clone(&clock)));
        let gateway = Gateway::open(keys, &settings.relays, Arc::clone(&clock), Arc::clone(&entropy))?;
        let announced = settings.announcements.version().clone();
        let versions = vec![registry.version().clone(), log.version().clone(), announced];
        let cached = Arc::new(CachedAnswers::new(Arc::clone(&clock), versions));
        Ok(Self(Arc::new(Parts {
            cached,
            counts,
            database,
            registry,
            clock,
            entropy,
            organisers: Arc::new(settings.organisers),
            organiser_limits: Arc::new(settings.organiser_limits),
            trusted_proxies: settings.trusted_proxies,
            cors: settings.cors,
            log,
            redemption,
            gateway: gateway.map(Arc::new),
            relays: settings.relays.into(),
            announcements: settings.announcements,
            pages: Arc::new(settings.pages),
            assets: settings.assets,
        })))
    }
}

impl std::ops::Deref for AnonymousState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<AnonymousState> for AnonymousDatabase {
    fn from_ref(state: &AnonymousState) -> Self {
        state.database.clone()
    }
}

impl FromRef<AnonymousState> for Registry {
    fn from_ref(state: &AnonymousState) -> Self {
        state.registry.clone()
    }
}

impl FromRef<AnonymousState> for Arc<dyn Clock> {
    fn from_ref(state: &AnonymousState) -> Self {
        Arc::clone(&state.clock)
    }
}

impl FromRef<AnonymousState> for TrustedProxies {
    fn from_ref(state: &AnonymousState) -> Self {
        state.trusted_proxies.clone()
    }
}

impl FromRef<AnonymousState> for Arc<PublicLog> {
    fn from_ref(state: &AnonymousState) -> Self {
        Arc::clone(&state.log)
    }
}

impl FromRef<AnonymousState> for Arc<Redemption> {
    fn from_ref(state: &AnonymousState) -> Self {
        Arc::clone(&state.redemption)
    }
}

impl FromRef<AnonymousState> for Arc<Pages> {
    fn from_ref(state: &AnonymousState) -> Self {
        Arc::clone(&state.pages)
    }
}

impl FromRef<AnonymousState> for Arc<DailyCounts> {
    fn from_ref(state: &AnonymousState) -> Self {
        Arc::clone(&state.counts)
    }
}

impl AnonymousState {
    /// Runs what this side does by itself until the process ends: has the logs cosigned, tends the gateway's keys, publishes batches at ticks, keeps the counts of
    /// a day that is over, rewrites the tables after ticks and between them.
    pub fn run(&self) {
        tokio::spawn((*self.database).clone().rewrite_between_ticks());
        tokio::spawn(Arc::clone(&self.counts).run());
        let (log, registry) = (Arc::clone(&self.log), self.registry.clone());
        let (gateway, service) = (self.gateway.clone(), self.pages.settings.service(&self.relays));
        tokio::spawn(registry.clone().follow());
        tokio::spawn(self.clone().follow_review());
        tokio::spawn(async move {
            log.run_witnesses(&registry).await;
            // Relays are not named before there is a key to seal for.
            if let Some(gateway) = gateway {
                let mut announced = HashSet::new();
                gateway.tend(&log, &mut announced).await;
                tokio::spawn(gateway.run(Arc::clone(&log), announced));
            }
            // People are told by Onion-Location all the same, and the next start tries again.
            if let Err(error) = log.announce_service(&service).await {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "the host's log does not say yet how this service is reached");
            }
            log.run(registry).await;
        });
    }
}
