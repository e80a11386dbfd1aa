use std::sync::Arc;

use axum::extract::FromRef;

use super::email_verification::{EmailVerification, VerificationError, VerificationSettings};
use super::issuance::{IssuanceError, Issuer, OriginClient};
use super::waits::Waits;
use crate::announcement::Announcements;
use crate::clock::Clock;
use crate::daily_counts::DailyCounts;
use crate::entropy::Entropy;
use crate::key_directory::{KeyDirectory, KeyError};
use crate::petition::{OrganiserLimits, Organisers, Registry};
use crate::storage::{Database, Side, StorageError};
use crate::web::assets::Assets;
use crate::web::client_network::TrustedProxies;
use crate::web::cors::Cors;

/// The identified side's database: only this side's states give it out.
#[derive(Clone, Debug)]
pub struct IdentifiedDatabase(Database);

impl IdentifiedDatabase {
    /// Opens and migrates.
    pub async fn open(url: &str) -> Result<Self, StorageError> {
        Database::open(url, Side::Identified).await.map(Self)
    }
}

impl std::ops::Deref for IdentifiedDatabase {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.0
    }
}

/// What the identified side is run with.
pub struct Settings {
    /// Host of the issuer as manifests name it: issuer_name of the TokenChallenge.
    pub issuer_name: String,
    /// Where the public logs are asked whether this side is behind them.
    pub origin: Option<OriginClient>,
    /// Whose petitions are taken.
    pub organisers: Organisers,
    /// How many petitions of one organiser are open at once.
    pub organiser_limits: OrganiserLimits,
    /// Proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: TrustedProxies,
    /// Mail and limits.
    pub verification: VerificationSettings,
    /// What the confirm page loads.
    pub assets: Arc<Assets>,
    /// Whether pages of the other host may ask this one.
    pub cors: Cors,
    /// What stands on the confirm page, and whether signing is paused.
    pub announcements: Announcements,
}

/// Why the identified side does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error("the identified database")]
    Storage(#[from] StorageError),
    /// The keys.
    #[error("the identified side's keys")]
    Key(#[from] KeyError),
    /// Mail and limits.
    #[error("mail")]
    Verification(#[from] VerificationError),
    /// The issuer.
    #[error("the issuer")]
    Issuer(#[from] IssuanceError),
}

/// Everything that the identified side's handlers are given.
///
/// Behind one pointer: the state is copied some times for each request.
#[derive(Clone)]
pub struct IdentifiedState(Arc<Parts>);

/// What there is of it.
pub struct Parts {
    pub(super) database: IdentifiedDatabase,
    pub(super) registry: Registry,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) organisers: Arc<Organisers>,
    pub(super) organiser_limits: Arc<OrganiserLimits>,
    pub(super) trusted_proxies: TrustedProxies,
    pub(super) cors: Cors,
    pub(super) verification: Arc<EmailVerification>,
    pub(super) assets: Arc<Assets>,
    pub(super) announcements: Announcements,
    pub(super) issuer: Arc<Issuer>,
    pub(super) counts: Arc<DailyCounts>,
}

impl IdentifiedState {
    /// Reads keys and petitions.
    pub async fn start(
        database: IdentifiedDatabase,
        keys: &KeyDirectory,
        settings: Settings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StartError> {
        let registry = Registry::load(database.0.clone()).await?;
        let processes = settings.verification.processes;
        let waits = Arc::new(Waits::new(processes));
        let counts = DailyCounts::new(database.0.clone(), Side::Identified, processes, Arc::clone(&clock));
        let counts = Arc::new(counts);
        let verification = EmailVerification::start(
            database.clone(),
            keys,
            settings.verification,
            Arc::clone(&waits),
            Arc::clone(&counts),
            Arc::clone(&clock),
            Arc::clone(&entropy),
        )
        .await?;
        let verification = Arc::new(verification);
        let issuer = Issuer::start(
            database.clone(),
            registry.clone(),
            keys,
            settings.issuer_name,
            settings.origin,
            processes,
            waits,
            &verification,
            Arc::clone(&counts),
            Arc::clone(&clock),
            entropy,
        )
        .await?;
        Ok(Self(Arc::new(Parts {
            database,
            registry,
            clock,
            organisers: Arc::new(settings.organisers),
            organiser_limits: Arc::new(settings.organiser_limits),
            trusted_proxies: settings.trusted_proxies,
            cors: settings.cors,
            verification,
            assets: settings.assets,
            announcements: settings.announcements,
            issuer: Arc::new(issuer),
            counts,
        })))
    }
}

impl std::ops::Deref for IdentifiedState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<IdentifiedState> for IdentifiedDatabase {
    fn from_ref(state: &IdentifiedState) -> Self {
        state.database.clone()
    }
}

impl FromRef<IdentifiedState> for Registry {
    fn from_ref(state: &IdentifiedState) -> Self {
        state.registry.clone()
    }
}

impl FromRef<IdentifiedState> for Arc<dyn Clock> {
    fn from_ref(state: &IdentifiedState) -> Self {
        Arc::clone(&state.clock)
    }
}

impl FromRef<IdentifiedState> for TrustedProxies {
    fn from_ref(state: &IdentifiedState) -> Self {
        state.trusted_proxies.clone()
    }
}

impl FromRef<IdentifiedState> for Arc<EmailVerification> {
    fn from_ref(state: &IdentifiedState) -> Self {
        Arc::clone(&state.verification)
    }
}

impl FromRef<IdentifiedState> for Arc<Assets> {
    fn from_ref(state: &IdentifiedState) -> Self {
        Arc::clone(&state.assets)
    }
}

impl FromRef<IdentifiedState> for Announcements {
    fn from_ref(state: &IdentifiedState) -> Self {
        state.announcements.clone()
    }
}

impl FromRef<IdentifiedState> for Arc<Issuer> {
    fn from_ref(state: &IdentifiedState) -> Self {
        Arc::clone(&state.issuer)
    }
}

impl FromRef<IdentifiedState> for Arc<DailyCounts> {
    fn from_ref(state: &IdentifiedState) -> Self {
        Arc::clone(&state.counts)
    }
}
