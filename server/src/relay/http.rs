use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use undersign_protocol::oblivious::ENCAPSULATED_REQUEST_SIZE;

use super::rules::check_request;
use super::{Relay, RelayError};

/// How long the 1,079 bytes of a request may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Seconds after which a relay that was full is tried again.
const FULL: &str = "2";
/// Seconds for which a browser need not ask again; Chromium keeps it no longer.
const MAX_AGE: &str = "7200";

/// One path a host, and nothing beside.
pub fn router(relay: Arc<Relay>) -> Router {
    Router::new().route("/{host}", any(take)).fallback(|| async { RelayError::UnknownHost }).with_state(relay)
}

async fn take(State(relay): State<Arc<Relay>>, Path(host): Path<String>, request: Request) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = answer(&relay, &host, request).await.unwrap_or_else(IntoResponse::into_response);
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Refusals too: a page that may post has to see that it was told to go elsewhere.
    if let Some(origin) = relay.gateway(&host).ok().and_then(|gateway| gateway.allows(origin.as_ref())) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
    }
    response
}

async fn answer(relay: &Relay, host: &str, request: Request) -> Result<Response, RelayError> {
    let (parts, body) = request.into_parts();
    // Over HTTP/2 every request names its host in the same place.
    if parts.uri.authority().is_some() && parts.version < Version::HTTP_2 {
        return Err(RelayError::AbsoluteForm);
    }
    let gateway = relay.gateway(host).ok().filter(|_| parts.uri.query().is_none()).ok_or(RelayError::UnknownHost)?;
    if parts.method == Method::OPTIONS && gateway.allows(parts.headers.get(header::ORIGIN)).is_some() {
        return Ok(preflight());
    }
    if parts.method != Method::POST {
        return Err(RelayError::Method);
    }
    let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let body = read(body).await?;
    check_request(media_type, &body)?;
    // Not before it is whole: whoever sends slowly keeps nobody else waiting.
    let _under_way = relay.at_once.try_acquire().map_err(|_| RelayError::Full)?;
    let answer = gateway.ask(body).await?;
    let status = StatusCode::from_u16(answer.status).map_err(|_| RelayError::NoGateway)?;
    Ok((status, [(header::CONTENT_TYPE, answer.media_type)], answer.body).into_response())
}

async fn read(body: Body) -> Result<Bytes, RelayError> {
    match tokio::time::timeout(PATIENCE, to_bytes(body, ENCAPSULATED_REQUEST_SIZE)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => {
            let too_large =
                std::error::Error::source(&error).is_some_and(|source| source.is::<http_body_util::LengthLimitError>());
            Err(if too_large { RelayError::Size } else { RelayError::NotSent })
        }
        Err(_) => Err(RelayError::NotSent),
    }
}

/// What a browser asks before it lets a page post this media type to another host (the Fetch standard's CORS protocol).
fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
        (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

impl IntoResponse for RelayError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::UnknownHost => StatusCode::NOT_FOUND,
            Self::AbsoluteForm | Self::Size => StatusCode::BAD_REQUEST,
            Self::Method => {
                return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")], format!("{self}\n"))
                    .into_response();
            }
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotSent => StatusCode::REQUEST_TIMEOUT,
            Self::Full => {
                let retry_after = [(header::RETRY_AFTER, FULL)];
                return (StatusCode::TOO_MANY_REQUESTS, retry_after, format!("{self}\n")).into_response();
            }
            Self::Away | Self::NoGateway => StatusCode::BAD_GATEWAY,
            Self::TooSlow => StatusCode::GATEWAY_TIMEOUT,
        };
        (status, format!("{self}\n")).into_response()
    }
}
