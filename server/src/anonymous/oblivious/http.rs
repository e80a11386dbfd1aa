use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use tower::ServiceExt as _;
use undersign_protocol::oblivious::{KEYS_MEDIA_TYPE, REQUEST_MEDIA_TYPE, RESPONSE_MEDIA_TYPE};
use undersign_protocol::problem::Problem;

use super::{Gateway, GatewayError, message};
use crate::web::extract::TypedBody;
use crate::web::problem::WebProblem;

#[derive(Clone)]
struct GatewayState {
    gateway: Arc<Gateway>,
    /// The routes that take the same directly.
    inside: Router,
}

/// The gateway (RFC 9540 §4).
///
/// # Arguments
/// * `inside` – the stage's routes, which answer what comes through relays as they answer everyone
pub(in crate::anonymous) fn router(gateway: Arc<Gateway>, inside: Router) -> Router {
    Router::new()
        .route("/.well-known/ohttp-gateway", get(key_configs).post(take))
        .with_state(GatewayState { gateway, inside })
}

/// No address reaches the routes inside, and so no limit counts a relay as if it were a person.
async fn take(State(state): State<GatewayState>, body: TypedBody) -> Result<Response, WebProblem> {
    if body.media_type != REQUEST_MEDIA_TYPE {
        return Err(Problem::UnsupportedMediaType.into());
    }
    let (request, sealing) = state.gateway.decapsulate(&body.bytes)?;
    // From here on every answer is sealed and of one size, refusals with the others.
    let answer = match message::read(&request) {
        Ok(request) => match state.inside.oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        },
        Err(problem) => WebProblem::from(problem).into_response(),
    };
    let sealed = sealing.encapsulate(&message::write(answer).await?).map_err(GatewayError::from)?;
    Ok(([(header::CONTENT_TYPE, RESPONSE_MEDIA_TYPE)], sealed).into_response())
}

/// RFC 9458 §3.2: a list of one.
async fn key_configs(State(state): State<GatewayState>) -> Result<Response, WebProblem> {
    let config = state.gateway.key_config()?.ok_or(Problem::Unavailable)?.encode();
    let list = [(config.len() as u16).to_be_bytes().as_slice(), &config].concat();
    Ok(([(header::CONTENT_TYPE, KEYS_MEDIA_TYPE)], list).into_response())
}

impl From<GatewayError> for WebProblem {
    fn from(error: GatewayError) -> Self {
        match error {
            GatewayError::Size => Self::with_detail(Problem::MalformedRequest, error),
            GatewayError::Key => Problem::ObliviousKey.into(),
            GatewayError::Keys(_) | GatewayError::Library(_) => Self::internal(&error),
        }
    }
}
