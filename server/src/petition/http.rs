use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde::Serialize;
use tower_http::compression::CompressionLayer;
use undersign_protocol::petition::{ManifestError, PetitionDocument, PetitionList};
use undersign_protocol::problem::Problem;

use super::{PetitionError, Registry};
use crate::clock::Clock;
use crate::web::cached::Cacheable;
use crate::web::extract::PathPart;
use crate::web::problem::WebProblem;

/// That a publication would be taken; an empty JSON object.
#[derive(Serialize)]
pub struct Checked {}

/// `GET /v1/petitions` and `GET /v1/petitions/{petition_id}`: public data, the same on both sides.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Registry: FromRef<S>,
    Arc<dyn Clock>: FromRef<S>,
{
    let routes = Router::new().route("/v1/petitions", get(list)).route("/v1/petitions/{petition}", get(document));
    // Browsers load up to 60 kB of a manifest before they sign, of which a third remains. All of it is public. Where answers come from
    // memory, they are compressed there.
    routes.layer(CompressionLayer::new())
}

async fn list(
    State(registry): State<Registry>,
    State(clock): State<Arc<dyn Clock>>,
) -> Result<(Extension<Cacheable>, Json<PetitionList>), WebProblem> {
    let list = registry.list(clock.now()).await.map_err(PetitionError::from)?;
    Ok((Extension(Cacheable), Json(list)))
}

async fn document(
    State(registry): State<Registry>,
    State(clock): State<Arc<dyn Clock>>,
    PathPart(petition): PathPart<String>,
) -> Result<(Extension<Cacheable>, Json<PetitionDocument>), WebProblem> {
    let petition = registry.find(&petition).await?;
    Ok((Extension(Cacheable), Json(petition.document(clock.now()))))
}

impl From<PetitionError> for WebProblem {
    fn from(error: PetitionError) -> Self {
        match error {
            PetitionError::Unknown => Problem::UnknownPetition.into(),
            PetitionError::NotAllowed => Problem::OrganiserNotAllowed.into(),
            PetitionError::Signature | PetitionError::Manifest(ManifestError::Signature) => {
                Problem::SignatureNotValid.into()
            }
            PetitionError::Manifest(ManifestError::Canonical(error)) => {
                WebProblem::with_detail(Problem::ManifestNotCanonical, error)
            }
            PetitionError::Manifest(error) => WebProblem::with_detail(Problem::ManifestNotValid, error),
            PetitionError::NotPrepared => Problem::NotPrepared.into(),
            PetitionError::SlugTaken => Problem::SlugTaken.into(),
            PetitionError::TooManyPrepared => WebProblem::from(Problem::TooManyRequests).retry_after(86_400),
            PetitionError::TooManyOpen => Problem::TooManyPetitions.into(),
            PetitionError::IssuerFull => Problem::IssuerFull.into(),
            PetitionError::Behind => Problem::Unavailable.into(),
            PetitionError::Key(_) | PetitionError::KeyGeneration | PetitionError::Storage(_) => {
                WebProblem::internal(&error)
            }
        }
    }
}
