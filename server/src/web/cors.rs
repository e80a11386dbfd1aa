use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

/// What our pages send to the other host beyond what every page may: JSON and Privacy Pass bodies, and how long they wait.
const ALLOWED_HEADERS: &str = "accept, content-type, prefer";
/// What our pages read of an answer beyond what every page may.
const EXPOSED_HEADERS: &str = "retry-after";
/// Seconds for which a browser need not ask again; Chromium keeps it no longer.
const MAX_AGE: &str = "7200";

/// Origins whose pages may ask this side, by the CORS protocol of the Fetch standard: the other side's where the two have different
/// hosts, else none. Never with credentials: there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cors {
    origins: Arc<[HeaderValue]>,
}

impl Cors {
    /// Lets the other side's pages ask, unless they are of the same origin.
    ///
    /// # Arguments
    /// * `own` – this side's origin, as browsers write it: `https://host[:port]`
    /// * `other` – the other side's, where it is known
    pub fn between(own: &str, other: Option<&str>) -> Self {
        let other = other.filter(|other| *other != own);
        Self { origins: other.and_then(|other| HeaderValue::from_str(other).ok()).into_iter().collect() }
    }

    /// For routes that answer for both sides.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { origins: self.origins.iter().chain(other.origins.iter()).cloned().collect() }
    }

    /// Answers those origins' questions about all routes of a router, and marks its answers for them.
    pub fn layer<S: Clone + Send + Sync + 'static>(self, router: Router<S>) -> Router<S> {
        if self.origins.is_empty() { router } else { router.layer(from_fn_with_state(self, answer)) }
    }

    fn allows(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        self.origins.iter().find(|allowed| *allowed == origin).cloned()
    }
}

async fn answer(State(cors): State<Cors>, request: Request, next: Next) -> Response {
    let allowed = cors.allows(request.headers());
    let is_preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &allowed {
        Some(_) if is_preflight => preflight(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS));
    }
    response
}

fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}
