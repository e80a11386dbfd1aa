//! One blind signature per petition and tag, RFC 9578 byte for byte. The row that says which request is signed is committed before
//! anything is signed: a crash, a race or a repeat yields never two tokens and loses none.

/// Routes of RFC 9578 and `issued`.
pub mod http;

/// Keys for a new petition, and its publication on this side.
pub mod publication;

/// Decisions and errors.
pub mod rules;

mod accepted;
mod answer;
mod close;
#[cfg(test)]
mod contract;
mod issued;
mod keys;
mod public_count;
mod signer;
mod store;
mod together;

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::issuance::{DirectoryKey, IssuanceStatement, IssuerDirectory};
use undersign_protocol::petition::{PetitionState, Tags};

pub use answer::{RequestForm, TokenAnswer};
pub use public_count::{OriginClient, OriginError};
pub use rules::IssuanceError;

use self::close::Closings;
use self::issued::IssuedCounts;
use self::keys::PetitionKeys;
pub(in crate::identified) use self::keys::WRAPPING_KEYS;
use self::public_count::Standings;
use self::signer::SignerPool;
use self::together::Reserving;
use super::IdentifiedDatabase;
use super::email_verification::{EmailVerification, part};
use super::waits::Waits;
use crate::clock::Clock;
use crate::daily_counts::DailyCounts;
use crate::entropy::Entropy;
use crate::gather::Gather;
use crate::key_directory::KeyDirectory;
use crate::petition::{Petition, Registry};

/// The file of the key that signs the issued count.
pub(in crate::identified) const STATEMENT_KEY: &str = "statement.key";

/// Answers to one confirmed body in a minute, from all processes together.
const ANSWERS_A_MINUTE: NonZeroU32 = NonZeroU32::new(10).unwrap();

/// The stage at work.
pub struct Issuer {
    database: IdentifiedDatabase,
    registry: Registry,
    name: String,
    statement_key: SecretKey,
    tags: Tags,
    keys: Arc<PetitionKeys>,
    reserving: Gather<Reserving>,
    /// Held while a key is made: two that are made at once must not end in the same byte.
    key_changes: tokio::sync::Mutex<()>,
    signers: SignerPool,
    issued: IssuedCounts,
    closings: Closings,
    /// Where the public log is asked; `None` where nobody has said where it is.
    origin: Option<OriginClient>,
    standings: Standings,
    answers: DefaultKeyedRateLimiter<RequestDigest>,
    waits: Arc<Waits>,
    counts: Arc<DailyCounts>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Issuer {
    /// Reads the statement key; petitions' keys are read when they are first needed.
    #[expect(clippy::too_many_arguments, reason = "each is a part of its own, named at the one place that calls this")]
    pub(super) async fn start(
        database: IdentifiedDatabase,
        registry: Registry,
        keys: &KeyDirectory,
        name: String,
        origin: Option<OriginClient>,
        processes: NonZeroU32,
        waits: Arc<Waits>,
        verification: &EmailVerification,
        counts: Arc<DailyCounts>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, IssuanceError> {
        let statement_key = SecretKey::from_seed(&*keys.read_or_make(STATEMENT_KEY, entropy.as_ref())?);
        let keys = Arc::new(PetitionKeys::open(keys, database.claims().clone())?);
        let reserving = Reserving {
            database: database.clone(),
            registry: registry.clone(),
            keys: Arc::clone(&keys),
            day_keys: Arc::clone(verification.day_keys()),
            clock: Arc::clone(&clock),
        };
        Ok(Self {
            reserving: Gather::start(reserving),
            database,
            registry,
            name,
            statement_key,
            tags: verification.tags(),
            keys,
            key_changes: tokio::sync::Mutex::default(),
            signers: SignerPool::new(),
            issued: IssuedCounts::default(),
            closings: Closings::default(),
            origin,
            standings: Standings::default(),
            answers: RateLimiter::keyed(Quota::per_minute(part(ANSWERS_A_MINUTE, processes))),
            waits,
            counts,
            clock,
            entropy,
        })
    }

    /// The issuer directory (RFC 9578 §4): keys of petitions for which tokens are issued or lost answers repeated.
    pub(super) async fn directory(&self) -> Result<IssuerDirectory, IssuanceError> {
        let now = self.clock.now();
        let petitions = self.registry.all(now).await?;
        let live = petitions.iter().filter(|petition| petition.state(now) != PetitionState::Closed);
        Ok(IssuerDirectory {
            issuer_request_uri: "/v1/token-requests".to_owned(),
            token_keys: live
                .map(|petition| petition.verified.manifest())
                .map(|manifest| DirectoryKey::new(manifest.issuer.token_key, manifest.opens_at.seconds()))
                .collect(),
        })
    }

    /// How many tokens of a petition were issued when the count was last taken, soon after a tick, signed; after the close the final
    /// count, for ever.
    pub(super) async fn issued(&self, petition: &Petition) -> Result<IssuanceStatement, IssuanceError> {
        let petition_id = petition.verified.petition_id();
        let now = self.clock.now();
        // Once the petition has closed the count stands still and tells nothing: it must not be an older one.
        let moves = matches!(petition.state(now), PetitionState::Announced | PetitionState::Open);
        let issued = match self.issued.get(petition, now).filter(|_| moves) {
            Some(issued) => issued,
            None => {
                let mut tx = self.database.begin_read("issuance::issued").await?;
                let issued = tx.count_issued(&petition_id).await?;
                self.issued.set(petition, now, issued);
                issued
            }
        };
        Ok(IssuanceStatement::sign(&petition_id, issued, &self.statement_key))
    }

    /// Whether other processes know which keys are in this one's memory. Where they may not, the keys are gone from here.
    pub(super) async fn check_claims(&self) {
        if !self.database.claims().hold().await {
            self.keys.forget();
        }
    }

    /// Forgets bodies that are far from their limit.
    pub(super) fn shrink(&self) {
        self.answers.retain_recent();
        self.answers.shrink_to_fit();
    }
}
