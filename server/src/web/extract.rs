use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use undersign_protocol::problem::Problem;

use super::problem::WebProblem;

/// Most bytes of a body.
pub const MAX_BODY: usize = 64 * 1024;

/// The parts of a path that a route leaves open. What is not UTF-8 is the name of nothing here.
pub struct PathPart<T>(pub T);

/// A JSON object of `application/json`, at most 64 KiB.
pub struct JsonBody<T>(pub T);

/// A body of any media type, at most 64 KiB, with the media type as sent, without parameters, in small letters.
pub struct TypedBody {
    /// The media type.
    pub media_type: String,
    /// The bytes.
    pub bytes: Bytes,
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for PathPart<T> {
    type Rejection = WebProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, WebProblem> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(part)| Self(part)).map_err(|_| Problem::NotFound.into())
    }
}

impl<S: Send + Sync> FromRequest<S> for TypedBody {
    type Rejection = WebProblem;

    async fn from_request(request: Request, _: &S) -> Result<Self, WebProblem> {
        let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default();
        let media_type = media_type.trim().to_ascii_lowercase();
        let bytes = axum::body::to_bytes(request.into_body(), MAX_BODY).await.map_err(|error| {
            let too_large =
                std::error::Error::source(&error).is_some_and(|source| source.is::<http_body_util::LengthLimitError>());
            WebProblem::from(if too_large { Problem::BodyTooLarge } else { Problem::MalformedRequest })
        })?;
        Ok(Self { media_type, bytes })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = WebProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebProblem> {
        let body = TypedBody::from_request(request, state).await?;
        if body.media_type != "application/json" {
            return Err(Problem::UnsupportedMediaType.into());
        }
        // An array of the values, in the order of the fields, would do for serde: one request has one form.
        let first = body.bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        if first.is_some_and(|byte| *byte != b'{') {
            return Err(WebProblem::with_detail(Problem::MalformedRequest, "not a JSON object"));
        }
        // serde's words can quote the value, which may be an address: only where it went wrong is said.
        serde_json::from_slice(&body.bytes).map(Self).map_err(|error| {
            WebProblem::with_detail(
                Problem::MalformedRequest,
                format!("line {}, column {}", error.line(), error.column()),
            )
        })
    }
}
