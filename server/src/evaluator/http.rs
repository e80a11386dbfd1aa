use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use undersign_protocol::email_verification::{EVALUATION_MEDIA_TYPE, EvaluationRequest};

use super::{Evaluator, EvaluatorError};

/// The routes of an evaluator. Refusals are a line of text: nobody but a program reads them.
pub fn router(evaluator: Arc<Evaluator>) -> Router {
    Router::new()
        .route("/v1/evaluations", post(evaluate))
        .route("/key", get(key))
        .layer(DefaultBodyLimit::max(EvaluationRequest::SIZE))
        .with_state(evaluator)
}

async fn evaluate(
    State(evaluator): State<Arc<Evaluator>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, EvaluatorError> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if media_type != Some(EVALUATION_MEDIA_TYPE) {
        return Ok(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    let answer = evaluator.evaluate(&body).await?;
    Ok(([(header::CONTENT_TYPE, EVALUATION_MEDIA_TYPE)], answer.encode()).into_response())
}

/// The public key: for whoever configures an issuer and has seen it elsewhere too.
async fn key(State(evaluator): State<Arc<Evaluator>>) -> String {
    format!("{}\n", evaluator.key())
}

impl IntoResponse for EvaluatorError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Form => StatusCode::BAD_REQUEST,
            Self::NotTheIssuer => StatusCode::FORBIDDEN,
            Self::Limit { retry_after } => {
                let retry_after = [(header::RETRY_AFTER, retry_after.to_string())];
                return (StatusCode::TOO_MANY_REQUESTS, retry_after, format!("{self}\n")).into_response();
            }
            Self::Store(error) => {
                tracing::error!(error = error as &dyn std::error::Error, "the count could not be kept");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        (status, format!("{self}\n")).into_response()
    }
}
