//! Keys for a new petition, and its publication on this side: first entry of its own log, announcement in the host's.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use undersign_protocol::ed25519::PublicKey;
use undersign_protocol::petition::{
    Log, Origin, PetitionDocument, PrepareRequest, PreparedAnonymous, PublishRequest, VerifiedManifest,
};
use undersign_protocol::public_log::{Announcement, Entry, HostEntry};

use super::AnonymousState;
use super::public_log::{LogError, LogId};
use crate::petition::rules::oldest_prepared_day;
use crate::petition::{Checked, Petition, PetitionError};
use crate::storage::{Lock, StorageError};
use crate::web::client_network::ClientNetwork;
use crate::web::extract::JsonBody;
use crate::web::problem::WebProblem;

/// Routes of organisers on this side.
pub fn router() -> Router<AnonymousState> {
    Router::new().route("/v1/petitions/prepare", post(prepare)).route("/v1/petitions", post(publish))
}

/// The checks of a publication alone.
pub fn check_router() -> Router<AnonymousState> {
    Router::new().route("/v1/petitions", post(check))
}

async fn prepare(
    State(state): State<AnonymousState>,
    network: ClientNetwork,
    JsonBody(request): JsonBody<PrepareRequest>,
) -> Result<Json<PreparedAnonymous>, WebProblem> {
    state.organisers.check_prepare(&request, network.is_loopback())?;
    let mut tx = state.database.begin_read("public_log::check_limits").await.map_err(PetitionError::from)?;
    let now = state.clock.now();
    state.organiser_limits.check_in(&mut tx, &request.organiser_key, None, now).await?;
    drop(tx);
    Ok(Json(state.prepare(&request).await?))
}

async fn publish(
    State(state): State<AnonymousState>,
    network: ClientNetwork,
    JsonBody(request): JsonBody<PublishRequest>,
) -> Result<Json<PetitionDocument>, WebProblem> {
    let verified = state.organisers.check_publication(&request, network.is_loopback())?;
    // On its own: a client that goes away between the commit and what follows it must not leave a petition that nobody is shown.
    let clock = Arc::clone(&state.clock);
    let published = tokio::spawn(async move { state.publish(&verified).await });
    let petition = published.await.map_err(|error| WebProblem::internal(&error))??;
    Ok(Json(petition.document(clock.now())))
}

async fn check(
    State(state): State<AnonymousState>,
    network: ClientNetwork,
    JsonBody(request): JsonBody<PublishRequest>,
) -> Result<Json<Checked>, WebProblem> {
    let verified = state.organisers.check_publication(&request, network.is_loopback())?;
    state.check_publication(&verified).await?;
    Ok(Json(Checked {}))
}

impl AnonymousState {
    /// Origin and log key for a slug and organiser: the same until it is published or dropped after a day.
    async fn prepare(&self, request: &PrepareRequest) -> Result<PreparedAnonymous, PetitionError> {
        let today = self.clock.now();
        let mut tx = self.database.begin("public_log::prepare").await?;
        tx.lock(Lock::Petitions).await?;
        let dropped = tx.delete_prepared_before(oldest_prepared_day(today)).await?;
        let kept = match tx.prepared_key(&request.slug, &request.organiser_key).await? {
            Some(kept) => kept,
            None => {
                // The file is durable before the row that names it: a key that nothing names is harmless, the reverse is not.
                let made = self.log.make_key(self.entropy.as_ref())?;
                tx.insert_prepared(&request.slug, &request.organiser_key, made.as_bytes(), today.day()).await?;
                made.as_bytes().to_vec()
            }
        };
        tx.commit().await?;
        for public_key in dropped.iter().filter_map(|key| PublicKey::try_from(key.as_slice()).ok()) {
            self.log.destroy_key(&public_key)?;
        }
        let public_key = PublicKey::try_from(kept.as_slice()).map_err(|_| StorageError::Row("public_key"))?;
        Ok(PreparedAnonymous { origin: Origin { host: self.log.origin_host().to_owned() }, log: Log { public_key } })
    }

    /// Whether [`AnonymousState::publish`] would take a petition.
    async fn check_publication(&self, verified: &VerifiedManifest) -> Result<(), PetitionError> {
        let manifest = verified.manifest();
        let mut tx = self.database.begin_read("public_log::check_publication").await?;
        let (organiser, petition_id) = (&manifest.organiser.public_key, verified.petition_id());
        let prepared = tx.prepared_key(&manifest.slug, organiser).await?;
        self.organiser_limits.check_in(&mut tx, organiser, Some(&petition_id), self.clock.now()).await?;
        drop(tx);
        let is_prepared = self.is_prepared(prepared, verified);
        if !is_prepared {
            // A repeat of this very request may have taken it just now, and the list in memory may not have it yet.
            self.registry.reload().await?;
        }
        self.registry.check_publication(verified, is_prepared)
    }

    fn is_prepared(&self, prepared: Option<Vec<u8>>, verified: &VerifiedManifest) -> bool {
        let manifest = verified.manifest();
        manifest.origin.host == self.log.origin_host()
            && prepared.as_deref() == Some(manifest.log.public_key.as_bytes().as_slice())
    }

    /// Takes a petition whose origin and log are the prepared ones, and opens its log, in one transaction with the announcement in
    /// the host's log. A repeat gets the same answer.
    async fn publish(&self, verified: &VerifiedManifest) -> Result<Arc<Petition>, PetitionError> {
        let petition_id = verified.petition_id();
        if let Some(petition) = self.registry.by_id(&petition_id) {
            return Ok(petition);
        }
        let manifest = verified.manifest();
        let organiser = &manifest.organiser.public_key;
        self.log.check_host_not_behind()?;
        let mut tx = self.database.begin("public_log::publish").await?;
        tx.lock(Lock::Petitions).await?;
        self.organiser_limits.check_in(&mut tx, organiser, Some(&petition_id), self.clock.now()).await?;
        let prepared = tx.prepared_key(&manifest.slug, organiser).await?;
        let is_prepared = self.is_prepared(prepared, verified);
        if !is_prepared || !tx.insert_petition(verified).await? {
            drop(tx);
            return self.registry.published_meanwhile(verified, is_prepared).await;
        }
        tx.delete_prepared(&manifest.slug, organiser).await?;
        let first = Entry::Manifest {
            manifest: verified.canonical().to_vec(),
            organiser_signature: *verified.organiser_signature(),
        };
        tx.append(&LogId::of_petition(&petition_id), &[first]).await?;
        tx.append_host_entry(&HostEntry::Announcement(Announcement::of(verified))).await?;
        tx.commit().await?;
        self.log.appended();
        self.registry.reload().await?;
        self.registry.all(self.clock.now()).await?;
        self.registry.by_id(&petition_id).ok_or(PetitionError::Unknown)
    }
}

impl From<LogError> for PetitionError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Storage(error) => Self::Storage(error),
            LogError::Key(error) => Self::Key(error),
            LogError::Behind => Self::Behind,
            _ => Self::KeyGeneration,
        }
    }
}
