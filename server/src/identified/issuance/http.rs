use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use undersign_protocol::issuance::{BatchTokenResponse, IssuanceStatement, media_type};
use undersign_protocol::problem::Problem;
use undersign_protocol::public_log::CloseStatement;

use super::rules::IssuanceError;
use super::{Issuer, RequestForm, TokenAnswer};
use crate::identified::IdentifiedState;
use crate::petition::Registry;
use crate::web::extract::{PathPart, TypedBody};
use crate::web::problem::WebProblem;

/// Longest wait for a confirmation that a client is given, in seconds.
const MAX_WAIT: u64 = 20;
/// Seconds after which a client that was not let wait asks again.
const RETRY_AFTER: u64 = 5;

/// Routes of this stage.
pub fn router() -> Router<IdentifiedState> {
    Router::new()
        .route("/.well-known/private-token-issuer-directory", get(directory))
        .route("/v1/token-requests", post(token_requests))
        .route("/v1/petitions/{petition}/issued", get(issued))
        .route("/v1/petitions/{petition}/close", get(close))
}

async fn directory(State(issuer): State<Arc<Issuer>>) -> Result<Response, WebProblem> {
    let directory = issuer.directory().await?;
    Ok(([(header::CONTENT_TYPE, media_type::ISSUER_DIRECTORY)], Json(directory)).into_response())
}

async fn token_requests(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    body: TypedBody,
) -> Result<Response, WebProblem> {
    let form = RequestForm::of(&body.media_type)?;
    let answer = issuer.answer(form, &body.bytes, wait(&headers)).await?;
    Ok(answer.into_response())
}

async fn issued(
    State(issuer): State<Arc<Issuer>>,
    State(registry): State<Registry>,
    PathPart(petition): PathPart<String>,
) -> Result<Json<IssuanceStatement>, WebProblem> {
    let petition = registry.find(&petition).await?;
    Ok(Json(issuer.issued(&petition).await?))
}

async fn close(
    State(issuer): State<Arc<Issuer>>,
    State(registry): State<Registry>,
    PathPart(petition): PathPart<String>,
) -> Result<Json<CloseStatement>, WebProblem> {
    let petition = registry.find(&petition).await?;
    issuer.close_statement(&petition).map(Json).ok_or_else(|| Problem::NotYetClosed.into())
}

/// `Prefer: wait=20` (RFC 7240 §4.3).
fn wait(headers: &HeaderMap) -> Duration {
    let preferences = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let mut waits = preferences.flat_map(|value| value.split(',')).filter_map(|preference| {
        let (name, seconds) = preference.trim().split_once('=')?;
        name.trim().eq_ignore_ascii_case("wait").then(|| seconds.trim().parse::<u64>().ok())?
    });
    Duration::from_secs(waits.next().unwrap_or(0).min(MAX_WAIT))
}

impl IntoResponse for TokenAnswer {
    fn into_response(self) -> Response {
        match self {
            Self::Single(response) => {
                ([(header::CONTENT_TYPE, media_type::TOKEN_RESPONSE)], response.encode()).into_response()
            }
            Self::Batch(token_responses) => {
                let issued = token_responses.iter().flatten().count();
                let status = match issued {
                    0 => StatusCode::BAD_REQUEST,
                    some if some < token_responses.len() => StatusCode::PARTIAL_CONTENT,
                    _ => StatusCode::OK,
                };
                let body = BatchTokenResponse { token_responses }.encode();
                (status, [(header::CONTENT_TYPE, media_type::BATCH_RESPONSE)], body).into_response()
            }
        }
    }
}

impl From<IssuanceError> for WebProblem {
    fn from(error: IssuanceError) -> Self {
        match error {
            IssuanceError::MediaType => Problem::UnsupportedMediaType.into(),
            IssuanceError::NotValid(what) => Self::with_detail(Problem::TokenRequestNotValid, what),
            IssuanceError::NotConfirmed { at_once: true } => Self::from(Problem::NotConfirmed).retry_after(RETRY_AFTER),
            IssuanceError::NotConfirmed { at_once: false } => Problem::NotConfirmed.into(),
            IssuanceError::TooOften => Self::from(Problem::TooManyRequests).retry_after(60),
            IssuanceError::AlreadyIssued => Problem::AlreadyIssued.into(),
            IssuanceError::NotYetOpen => Problem::NotYetOpen.into(),
            IssuanceError::Closed => Problem::Closed.into(),
            IssuanceError::Behind => Self::from(Problem::Unavailable).retry_after(60),
            IssuanceError::Busy => Self::from(Problem::Unavailable).retry_after(1),
            IssuanceError::Verification(error) => error.into(),
            IssuanceError::Signing(_) | IssuanceError::NoKeyId | IssuanceError::KeyMissing | IssuanceError::Key(_) => {
                Self::internal(&error)
            }
            IssuanceError::Storage(error) => Self::storage(&error),
            IssuanceError::Gathered(error) => Self::gathered(*error, Self::from),
        }
    }
}
