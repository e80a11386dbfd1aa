//! Keys for a new petition, and its publication on this side: first entry of its own log, announcement in the host's.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use undersign_protocol::ed25519::PublicKey;
use undersign_protocol::petition::{Log, Origin, PrepareRequest, PreparedAnonymous, PublishRequest, VerifiedManifest};
use undersign_protocol::public_log::{Announcement, Entry, HostEntry};

use super::AnonymousState;
use super::public_log::{LogError, LogId};
use crate::petition::review::{Admission, Place, Taken};
use crate::petition::rules::oldest_prepared_day;
use crate::petition::{Checked, OrganiserLimits, PetitionError};
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
    state.organisers.check_prepare(&state.database, &request, network.is_loopback()).await?;
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
) -> Result<Response, WebProblem> {
    let (verified, admission) =
        state.organisers.check_publication(&state.database, &request, network.is_loopback()).await?;
    // On its own: a client that goes away between the commit and what follows it must not leave a petition that nobody is shown.
    let clock = Arc::clone(&state.clock);
    let taken = tokio::spawn(async move { state.publish(&verified, admission, &state.organiser_limits).await });
    let taken = taken.await.map_err(|error| WebProblem::internal(&error))??;
    Ok(taken.into_response(clock.now()))
}

async fn check(
    State(state): State<AnonymousState>,
    network: ClientNetwork,
    JsonBody(request): JsonBody<PublishRequest>,
) -> Result<Json<Checked>, WebProblem> {
    let (verified, _) = state.organisers.check_publication(&state.database, &request, network.is_loopback()).await?;
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
                tx.check_slug_is_free(&request.slug).await?;
                self.organisers.check_room(&mut tx, &request.organiser_key).await?;
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
        let is_waiting = tx.waiting(verified).await?.is_some();
        self.organiser_limits.check_in(&mut tx, organiser, Some(&petition_id), self.clock.now()).await?;
        drop(tx);
        let is_prepared = is_waiting || self.is_prepared(prepared, verified);
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
    /// the host's log; or leaves it in the queue. A repeat gets the same answer.
    pub(super) async fn publish(
        &self,
        verified: &VerifiedManifest,
        admission: Admission,
        limits: &OrganiserLimits,
    ) -> Result<Taken, PetitionError> {
        let petition_id = verified.petition_id();
        if let Some(petition) = self.registry.by_id(&petition_id) {
            return Ok(Taken::Published(petition));
        }
        let manifest = verified.manifest();
        let organiser = &manifest.organiser.public_key;
        self.log.check_host_not_behind()?;
        let mut tx = self.database.begin("public_log::publish").await?;
        tx.lock(Lock::Petitions).await?;
        limits.check_in(&mut tx, organiser, Some(&petition_id), self.clock.now()).await?;
        let prepared = tx.prepared_key(&manifest.slug, organiser).await?;
        let is_prepared = self.is_prepared(prepared, verified);
        match tx.place(verified, admission, is_prepared, self.clock.now().day()).await? {
            Place::Public if tx.insert_petition(verified).await? => {}
            Place::Public | Place::NotPrepared => {
                drop(tx);
                return self.registry.published_meanwhile(verified, is_prepared).await.map(Taken::Published);
            }
            Place::Queue(answer) => {
                tx.commit().await?;
                return Ok(Taken::Waiting(answer));
            }
        }
        tx.delete_prepared(&manifest.slug, organiser).await?;
        tx.delete_review(&petition_id).await?;
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
        self.registry.by_id(&petition_id).map(Taken::Published).ok_or(PetitionError::Unknown)
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
