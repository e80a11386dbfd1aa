use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use undersign_protocol::petition::{ReviewAnswer, ReviewQuestion};
use undersign_protocol::problem::Problem;
use undersign_protocol::timestamp::Timestamp;

use super::{ReviewError, Taken};
use crate::clock::Clock;
use crate::petition::Registry;
use crate::web::extract::{JsonBody, PathPart};
use crate::web::problem::WebProblem;

/// `POST /v1/petitions/{petition_id}/review`, on both sides.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Registry: FromRef<S>,
    Arc<dyn Clock>: FromRef<S>,
{
    Router::new().route("/v1/petitions/{petition}/review", post(ask))
}

async fn ask(
    State(registry): State<Registry>,
    State(clock): State<Arc<dyn Clock>>,
    PathPart(petition): PathPart<String>,
    JsonBody(question): JsonBody<ReviewQuestion>,
) -> Result<Json<ReviewAnswer>, WebProblem> {
    Ok(Json(registry.review(&petition, &question, clock.now()).await?))
}

impl Taken {
    /// 200 with the petition's document where it is public, 202 where it waits.
    pub(crate) fn into_response(self, now: Timestamp) -> Response {
        match self {
            Self::Published(petition) => Json(petition.document(now)).into_response(),
            Self::Waiting(answer) => (StatusCode::ACCEPTED, Json(answer)).into_response(),
        }
    }
}

impl From<ReviewError> for WebProblem {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::Unknown => Problem::UnknownPetition.into(),
            ReviewError::Replayed => Problem::Replayed.into(),
            ReviewError::Storage(error) => Self::storage(&error),
        }
    }
}
