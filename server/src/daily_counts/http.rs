use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::routing::post;
use axum::{Json, Router};
use undersign_protocol::daily_counts::{CountedDays, CountsRequest};
use undersign_protocol::problem::Problem;

use super::{CountsError, DailyCounts};
use crate::petition::Registry;
use crate::web::extract::{JsonBody, PathPart};
use crate::web::problem::WebProblem;

/// Where a petition's organiser asks the identified side.
pub const ISSUED_DAYS: &str = "/v1/petitions/{petition}/issued/days";
/// Where it asks the anonymous side.
pub const TOTAL_DAYS: &str = "/v1/petitions/{petition}/total/days";

/// The one route, which each side has elsewhere: in one process both are asked.
pub fn router<S>(path: &str) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Registry: FromRef<S>,
    Arc<DailyCounts>: FromRef<S>,
{
    Router::new().route(path, post(days))
}

async fn days(
    State(registry): State<Registry>,
    State(counts): State<Arc<DailyCounts>>,
    PathPart(petition): PathPart<String>,
    JsonBody(request): JsonBody<CountsRequest>,
) -> Result<Json<CountedDays>, WebProblem> {
    let petition = registry.find_by_id(&petition).await?;
    Ok(Json(counts.for_organiser(&petition, &request).await?))
}

impl From<CountsError> for WebProblem {
    fn from(error: CountsError) -> Self {
        match error {
            CountsError::Signature => Problem::SignatureNotValid.into(),
            CountsError::Day | CountsError::Repeated => Self::with_detail(Problem::SignatureNotValid, error),
            CountsError::Storage(error) => Self::storage(&error),
        }
    }
}
