use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use undersign_protocol::email_verification::ADDRESS_RULES_VERSION;
use undersign_protocol::issuance::{TokenKey, TokenKeyId};
use undersign_protocol::petition::{
    Issuer as ManifestIssuer, PetitionDocument, PrepareRequest, PreparedIdentified, PublishRequest, Tags,
    VerifiedManifest,
};
use undersign_protocol::timestamp::Timestamp;

use super::Issuer;
use super::rules::{IssuanceError, holds_key_id};
use crate::identified::IdentifiedState;
use crate::petition::rules::oldest_prepared_day;
use crate::petition::{Checked, Petition, PetitionError};
use crate::storage::StorageError;
use crate::web::client_network::ClientNetwork;
use crate::web::extract::JsonBody;
use crate::web::problem::WebProblem;

/// Draws of a key before the issuer counts as full: with 255 of 256 last bytes taken, this many still find the free one with
/// near certainty.
const MAX_DRAWS: u32 = 2_048;

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
    let issuer = state.issuer.prepare(&request).await?;
    Ok(Json(PreparedIdentified { issuer }))
}

async fn publish(
    State(state): State<IdentifiedState>,
    network: ClientNetwork,
    JsonBody(request): JsonBody<PublishRequest>,
) -> Result<Json<PetitionDocument>, WebProblem> {
    let verified = state.organisers.check_publication(&request, network.is_loopback())?;
    let petition = state.issuer.publish(&verified).await?;
    Ok(Json(petition.document(state.clock.now())))
}

async fn check(
    State(state): State<IdentifiedState>,
    network: ClientNetwork,
    JsonBody(request): JsonBody<PublishRequest>,
) -> Result<Json<Checked>, WebProblem> {
    let verified = state.organisers.check_publication(&request, network.is_loopback())?;
    state.issuer.check_publication(&verified).await?;
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

    /// Makes a key and keeps it under the request, unless another request was first: then that one's stands, and ours is destroyed
    /// with the next clean-up as every key that nothing names.
    async fn prepare_key(self: &Arc<Self>, request: &PrepareRequest) -> Result<Vec<u8>, PetitionError> {
        let _guard = self.key_changes.lock().await;
        let now = self.clock.now();
        let taken = self.taken_key_ids(now).await?;
        let issuer = Arc::clone(self);
        let made = tokio::task::spawn_blocking(move || issuer.make_distinct_key(&taken));
        let token_key = made.await.map_err(|_| PetitionError::KeyGeneration)??;
        let mut tx = self.database.begin("issuance::prepare").await?;
        tx.insert_prepared(&request.slug, &request.organiser_key, &token_key.to_spki(), now.day()).await?;
        let kept = tx.prepared_key(&request.slug, &request.organiser_key).await?;
        tx.commit().await?;
        kept.ok_or(PetitionError::Storage(StorageError::Conflict))
    }

    /// The last bytes of key ids are distinct, for a token request carries no more of them.
    fn make_distinct_key(&self, taken: &[u8]) -> Result<TokenKey, PetitionError> {
        if taken.len() >= 256 {
            return Err(PetitionError::IssuerFull);
        }
        for _ in 0..MAX_DRAWS {
            let token_key = self.keys.make(self.entropy.as_ref()).map_err(|error| match error {
                IssuanceError::Key(error) => PetitionError::Key(error),
                _ => PetitionError::KeyGeneration,
            })?;
            if !taken.contains(&token_key.id().truncated()) {
                return Ok(token_key);
            }
        }
        Err(PetitionError::IssuerFull)
    }

    async fn taken_key_ids(&self, now: Timestamp) -> Result<Vec<u8>, PetitionError> {
        let petitions = self.registry.all(now).await?;
        let mut tx = self.database.begin_read("issuance::taken_key_ids").await?;
        let prepared = tx.prepared_keys().await?;
        let prepared = prepared.iter().filter_map(|spki| TokenKey::from_spki(spki).ok());
        let mut taken: Vec<u8> = prepared.map(|key| key.id().truncated()).collect();
        taken.extend((0..=255).filter(|byte| petitions.iter().any(|petition| holds_key_id(petition, *byte, now))));
        taken.sort_unstable();
        taken.dedup();
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
    async fn check_publication(&self, verified: &VerifiedManifest) -> Result<(), PetitionError> {
        let manifest = verified.manifest();
        let mut tx = self.database.begin_read("issuance::check_publication").await?;
        let prepared = tx.prepared_key(&manifest.slug, &manifest.organiser.public_key).await?;
        drop(tx);
        self.registry.check_publication(verified, self.is_prepared(prepared, verified))
    }

    fn is_prepared(&self, prepared: Option<Vec<u8>>, verified: &VerifiedManifest) -> bool {
        let prepared = prepared.and_then(|spki| TokenKey::from_spki(&spki).ok());
        prepared.is_some_and(|token_key| self.section(token_key) == verified.manifest().issuer)
    }

    /// Takes a petition whose issuer section is the prepared one. A repeat gets the same answer.
    async fn publish(&self, verified: &VerifiedManifest) -> Result<Arc<Petition>, PetitionError> {
        if let Some(petition) = self.registry.by_id(&verified.petition_id()) {
            return Ok(petition);
        }
        let manifest = verified.manifest();
        let organiser = &manifest.organiser.public_key;
        let mut tx = self.database.begin("issuance::publish").await?;
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
        self.registry.by_id(&verified.petition_id()).ok_or(PetitionError::Unknown)
    }

    /// Destroys the keys that neither a petition before its end nor a prepare of these two days names.
    pub(in crate::identified) async fn destroy_unused_keys(&self) -> Result<(), IssuanceError> {
        let _guard = self.key_changes.lock().await;
        let now = self.clock.now();
        let mut tx = self.database.begin("issuance::destroy_unused_keys").await?;
        tx.delete_prepared_before(oldest_prepared_day(now)).await?;
        let prepared = tx.prepared_keys().await?;
        tx.commit().await?;
        // Read after the prepared keys, from the database: what was published in between stands in one of the two.
        self.registry.reload().await?;
        let petitions = self.registry.all(now).await?;
        let mut keep: Vec<TokenKeyId> =
            petitions.iter().map(|petition| petition.verified.manifest().issuer.token_key.id()).collect();
        keep.extend(prepared.iter().filter_map(|spki| TokenKey::from_spki(spki).ok()).map(|key| key.id()));
        self.keys.retain(&keep)
    }
}
