use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::limit::RequestBodyLimitLayer;
use undersign_protocol::public_log::SIZE_MEDIA_TYPE;

use super::{Witness, WitnessError};

/// Most bytes of a request: 63 hashes and a note with a hundred signatures are less.
const MAX_BODY: usize = 65_536;

/// The routes of a witness. Answers are text, as C2SP tlog-witness has it, not problem documents.
pub fn router(witness: Arc<Witness>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/key", get(key))
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        .with_state(witness)
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: String) -> Result<String, WitnessError> {
    // On its own: a log that goes away must not stop a witness between the check and the write.
    let added = tokio::spawn(async move { witness.add_checkpoint(&body).await });
    added.await.unwrap_or(Err(WitnessError::Form))
}

/// The vkey: for whoever writes a policy and has seen it elsewhere too.
async fn key(State(witness): State<Arc<Witness>>) -> String {
    format!("{}\n", witness.key())
}

impl IntoResponse for WitnessError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Form => StatusCode::BAD_REQUEST,
            Self::Signature => StatusCode::FORBIDDEN,
            Self::UnknownLog => StatusCode::NOT_FOUND,
            Self::Proof => StatusCode::UNPROCESSABLE_ENTITY,
            Self::HostAway(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Conflict { newest } => {
                let size = [(header::CONTENT_TYPE, SIZE_MEDIA_TYPE)];
                return (StatusCode::CONFLICT, size, format!("{newest}\n")).into_response();
            }
            Self::Store(error) => {
                tracing::error!(error = error as &dyn std::error::Error, "a tree head could not be kept");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        (status, format!("{self}\n")).into_response()
    }
}
