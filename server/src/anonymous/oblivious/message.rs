//! Binary HTTP (RFC 9292) to what routes take, and what they answer back.

use std::io::Cursor;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use bhttp::{Message, Mode, StatusCode};
use undersign_protocol::oblivious::{RESPONSE_SIZE, pad, unpad_request};
use undersign_protocol::problem::Problem;

use super::rules::is_taken;
use crate::web::problem::WebProblem;

/// What is read of a request. A header that no route here needs could only tell one person from others.
const READ: [HeaderName; 4] = [header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT, header::ACCEPT_LANGUAGE];
/// What is sealed of an answer.
const WRITTEN: [HeaderName; 3] = [header::CONTENT_TYPE, header::RETRY_AFTER, header::WWW_AUTHENTICATE];

/// Reads a request of one of the routes that are taken here.
pub(super) fn read(padded: &[u8]) -> Result<Request, Problem> {
    let message = unpad_request(padded).map_err(|_| Problem::MalformedRequest)?;
    let message = Message::read_bhttp(&mut Cursor::new(message)).map_err(|_| Problem::MalformedRequest)?;
    let control = message.control();
    let (Some(method), Some(scheme), Some(path)) = (control.method(), control.scheme(), control.path()) else {
        return Err(Problem::MalformedRequest);
    };
    // For whom it is, the key has said already. That it is well-formed is asked of every request of HTTP.
    let authority = control.authority().and_then(|authority| Authority::try_from(authority).ok());
    if authority.is_none() || !matches!(scheme, b"https" | b"http") {
        return Err(Problem::MalformedRequest);
    }
    let path = std::str::from_utf8(path).map_err(|_| Problem::MalformedRequest)?;
    if !is_taken(method, path) {
        return Err(Problem::NotFound);
    }
    let mut request = Request::post(path);
    for name in READ {
        for value in message.header().get_all(name.as_str().as_bytes()) {
            let value = HeaderValue::from_bytes(value).map_err(|_| Problem::MalformedRequest)?;
            request = request.header(&name, value);
        }
    }
    request.body(Body::from(message.content().to_vec())).map_err(|_| Problem::MalformedRequest)
}

/// Writes an answer in the one size.
pub(super) async fn write(answer: Response) -> Result<Vec<u8>, WebProblem> {
    match encode(answer).await {
        Some(padded) => Ok(padded),
        None => {
            tracing::error!("an answer does not fit into what comes back through a relay");
            encode(WebProblem::from(Problem::Internal).into_response()).await.ok_or_else(|| Problem::Internal.into())
        }
    }
}

async fn encode(answer: Response) -> Option<Vec<u8>> {
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, RESPONSE_SIZE).await.ok()?;
    let mut message = Message::response(StatusCode::try_from(parts.status.as_u16()).ok()?);
    for name in WRITTEN {
        for value in parts.headers.get_all(&name) {
            message.put_header(name.as_str(), value.as_bytes());
        }
    }
    message.write_content(&body);
    let mut written = Vec::with_capacity(RESPONSE_SIZE);
    message.write_bhttp(Mode::KnownLength, &mut written).ok()?;
    pad(&written, RESPONSE_SIZE)
}
