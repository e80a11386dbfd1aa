use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use undersign_protocol::ed25519::PublicKey;
use undersign_protocol::email_verification::ADDRESS_RULES_VERSION;
use undersign_protocol::issuance::TokenKey;
use undersign_protocol::petition::{
    Issuer as ManifestIssuer, PetitionDocument, PrepareRequest, PreparedIdentified, PublishRequest, Tags,
    VerifiedManifest,
};

use super::Issuer;
use super::rules::{IssuanceError, holds_key_id};
use crate::identified::IdentifiedState;
use crate::petition::rules::oldest_prepared_day;
use crate::petition::{Checked, OrganiserLimits, Petition, PetitionError};
use crate::storage::{Lock, StorageError, Transaction};
use crate::web::client_network::ClientNetwork;
use crate::web::extract::JsonBody;
use crate::web::problem::WebProblem;

/// Petitions that one organiser may have prepared and not published: each takes one of 256 key ids for up to two days.
const MAX_PREPARED: u64 = 8;
/// Keys that are made for one petition, where other processes make some at the same time that end in the same byte.
const MAX_CLASHES: u32 = 16;

/// Routes of organisers on this side.
pub fn router() -> Router<IdentifiedState> {
    Router::new().route("/v1/petitions/prepare", post(prepare)).route("/v1/petitions", post(publish))
}

/// The checks of a publication alone.
pub fn check_router() -> Router<IdentifiedState> {
    Router::new().route("/v1/petitions", post(check))
}

async fn prepare(
    State(state): State<IdentifiedState>,
    network: ClientNetwork,
    JsonBody(request): JsonBody<PrepareRequest>,
) -> Result<Json<PreparedIdentified>, WebProblem> {
    state.organisers.check_prepare(&request, network.is_loopback())?;
    let mut tx = state.database.begin_read("issuance::check_limits").await.map_err(PetitionError::from)?;
    let now = state.clock.now();
    state.organiser_limits.check_in(&mut tx, &request.organiser_key, None, now).await?;
    drop(tx);
    let issuer = state.issuer.prepare(&request).await?;
    Ok(Json(PreparedIdentified { issuer }))
}

async fn publish(
    State(state): State<IdentifiedState>,
    network: ClientNetwork,
    JsonBody(request): JsonBody<PublishRequest>,
) -> Result<Json<PetitionDocument>, WebProblem> {
    let verified = state.organisers.check_publication(&request, network.is_loopback())?;
    // On its own: a client that goes away between the commit and what follows it must not leave a petition that nobody is shown.
    let (issuer, limits) = (Arc::clone(&state.issuer), Arc::clone(&state.organiser_limits));
    let published = tokio::spawn(async move { issuer.publish(&verified, &limits).await });
    let petition = published.await.map_err(|error| WebProblem::internal(&error))??;
    Ok(Json(petition.document(state.clock.now())))
}

async fn check(
    State(state): State<IdentifiedState>,
    network: ClientNetwork,
    JsonBody(request): JsonBody<PublishRequest>,
) -> Result<Json<Checked>, WebProblem> {
    let verified = state.organisers.check_publication(&request, network.is_loopback())?;
    state.issuer.check_publication(&verified, &state.organiser_limits).await?;
    Ok(Json(Checked {}))
}

impl Issuer {
    /// The issuer section for a slug and organiser: the same until it is published or dropped after a day.
    async fn prepare(self: &Arc<Self>, request: &PrepareRequest) -> Result<ManifestIssuer, PetitionError> {
        let mut tx = self.database.begin_read("issuance::prepared").await?;
        let kept = tx.prepared_key(&request.slug, &request.organiser_key).await?;
        drop(tx);
        let spki = match kept {
            Some(spki) => spki,
            None => self.prepare_key(request).await?,
        };
        let token_key = TokenKey::from_spki(&spki).map_err(|_| StorageError::Row("public_key"))?;
        Ok(self.section(token_key))
    }

    /// Makes a key and keeps it under the request, unless another request was first: then that one's stands, and nothing names ours.
    async fn prepare_key(self: &Arc<Self>, request: &PrepareRequest) -> Result<Vec<u8>, PetitionError> {
        let _guard = self.key_changes.lock().await;
        let mut tx = self.database.begin_read("issuance::taken_key_ids").await?;
        let mut taken = self.taken_key_ids(&mut tx, &request.organiser_key).await?;
        drop(tx);
        for _ in 0..MAX_CLASHES {
            let token_key = self.make_key(taken).await?;
            let mut tx = self.database.begin("issuance::prepare").await?;
            tx.lock(Lock::Petitions).await?;
            if let Some(kept) = tx.prepared_key(&request.slug, &request.organiser_key).await? {
                return Ok(kept);
            }
            // While it was made, another process may have kept one that ends in the same byte.
            taken = self.taken_key_ids(&mut tx, &request.organiser_key).await?;
            if taken.contains(&token_key.id().truncated()) {
                self.keys.destroy(&token_key.id()).map_err(|_| PetitionError::KeyGeneration)?;
                continue;
            }
            let spki = token_key.to_spki();
            tx.insert_prepared(&request.slug, &request.organiser_key, &spki, self.clock.now().day()).await?;
            tx.commit().await?;
            return Ok(spki);
        }
        Err(PetitionError::KeyGeneration)
    }

    async fn make_key(self: &Arc<Self>, taken: Vec<u8>) -> Result<TokenKey, PetitionError> {
        let issuer = Arc::clone(self);
        let made = tokio::task::spawn_blocking(move || issuer.keys.make(&taken, issuer.entropy.as_ref()));
        made.await.map_err(|_| PetitionError::KeyGeneration)?.map_err(|error| match error {
            IssuanceError::Key(error) => PetitionError::Key(error),
            IssuanceError::NoKeyId => PetitionError::IssuerFull,
            _ => PetitionError::KeyGeneration,
        })
    }

    /// The last bytes of key ids that are taken: a token request carries no more of them. Prepared keys are read first, then the
    /// published ones from the database: what is published in between stands in one of the two.
    async fn taken_key_ids(&self, tx: &mut Transaction, organiser: &PublicKey) -> Result<Vec<u8>, PetitionError> {
        if tx.count_prepared(organiser).await? >= MAX_PREPARED {
            return Err(PetitionError::TooManyPrepared);
        }
        let prepared = tx.prepared_keys().await?;
        self.registry.reload().await?;
        let (now, petitions) = (self.clock.now(), self.registry.published());
        let prepared = prepared.iter().filter_map(|spki| TokenKey::from_spki(spki).ok());
        let mut taken: Vec<u8> = prepared.map(|key| key.id().truncated()).collect();
        taken.extend((0..=255).filter(|byte| petitions.iter().any(|petition| holds_key_id(petition, *byte, now))));
        Ok(taken)
    }

    fn section(&self, token_key: TokenKey) -> ManifestIssuer {
        ManifestIssuer {
            name: self.name.clone(),
            token_key,
            statement_key: self.statement_key.public_key(),
            address_rules: ADDRESS_RULES_VERSION,
            tags: Tags::Local,
        }
    }

    /// Whether [`Issuer::publish`] would take a petition.
    async fn check_publication(
        &self,
        verified: &VerifiedManifest,
        limits: &OrganiserLimits,
    ) -> Result<(), PetitionError> {
        let manifest = verified.manifest();
        let mut tx = self.database.begin_read("issuance::check_publication").await?;
        let organiser = &manifest.organiser.public_key;
        let prepared = tx.prepared_key(&manifest.slug, organiser).await?;
        limits.check_in(&mut tx, organiser, Some(&verified.petition_id()), self.clock.now()).await?;
        drop(tx);
        let is_prepared = self.is_prepared(prepared, verified);
        if !is_prepared {
            // A repeat of this very request may have taken it just now, and the list in memory may not have it yet.
            self.registry.reload().await?;
        }
        self.registry.check_publication(verified, is_prepared)
    }

    fn is_prepared(&self, prepared: Option<Vec<u8>>, verified: &VerifiedManifest) -> bool {
        let prepared = prepared.and_then(|spki| TokenKey::from_spki(&spki).ok());
        prepared.is_some_and(|token_key| self.section(token_key) == verified.manifest().issuer)
    }

    /// Takes a petition whose issuer section is the prepared one. A repeat gets the same answer.
    async fn publish(
        &self,
        verified: &VerifiedManifest,
        limits: &OrganiserLimits,
    ) -> Result<Arc<Petition>, PetitionError> {
        if let Some(petition) = self.registry.by_id(&verified.petition_id()) {
            return Ok(petition);
        }
        let manifest = verified.manifest();
        let organiser = &manifest.organiser.public_key;
        let mut tx = self.database.begin("issuance::publish").await?;
        tx.lock(Lock::Petitions).await?;
        limits.check_in(&mut tx, organiser, Some(&verified.petition_id()), self.clock.now()).await?;
        let prepared = tx.prepared_key(&manifest.slug, organiser).await?;
        let is_prepared = self.is_prepared(prepared, verified);
        if !is_prepared || !tx.insert_petition(verified).await? {
            drop(tx);
            return self.registry.published_meanwhile(verified, is_prepared).await;
        }
        tx.delete_prepared(&manifest.slug, organiser).await?;
        tx.commit().await?;
        self.registry.reload().await?;
        self.registry.all(self.clock.now()).await?;
        // Now, and not when the first token is asked for: the question would tell when that was.
        let _ = self.check_public_count(&verified.petition_id()).await;
        self.registry.by_id(&verified.petition_id()).ok_or(PetitionError::Unknown)
    }

    /// Destroys the keys of petitions that were prepared and not published within a day: those and no others. A key that nothing names
    /// is left alone: where a database is missing or old, it is the database that is wrong.
    pub(in crate::identified) async fn destroy_old_prepared(&self) -> Result<(), IssuanceError> {
        let mut tx = self.database.begin("issuance::destroy_old_prepared").await?;
        tx.lock(Lock::Petitions).await?;
        let dropped = tx.delete_prepared_before(oldest_prepared_day(self.clock.now())).await?;
        tx.commit().await?;
        let dropped = dropped.iter().filter_map(|spki| TokenKey::from_spki(spki).ok());
        dropped.map(|token_key| token_key.id()).try_for_each(|id| self.keys.destroy(&id).map(drop))
    }
}
