use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use undersign_pages::draft::VERSION_PATH;

use super::site::{self, Answer};
use super::watched::Watched;
use crate::clock;

/// What every answer has: it is for this page alone, and is asked for anew each time.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

#[derive(Clone)]
struct Site {
    watched: Arc<Watched>,
    origin: Arc<str>,
}

/// Shows a folder until the process ends.
///
/// # Errors
/// The socket fails.
pub async fn serve(listener: TcpListener, watched: Watched) -> std::io::Result<()> {
    let origin = format!("http://{}", listener.local_addr()?).into();
    let site = Site { watched: Arc::new(watched), origin };
    axum::serve(listener, Router::new().fallback(answer).with_state(site)).await
}

async fn answer(State(site): State<Site>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let answer = if !is_this_machine(&headers) {
        // Another site's name that leads here: its pages would read what is not published.
        (StatusCode::MISDIRECTED_REQUEST, "Ask for 127.0.0.1 or localhost.\n").into_response()
    } else if method != Method::GET && method != Method::HEAD {
        (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response()
    } else {
        // Reads files, and draws a picture anew.
        let looked = tokio::task::spawn_blocking(move || look(&site, uri.path(), &headers)).await;
        looked.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
    };
    (HEADERS, answer).into_response()
}

fn look(site: &Site, path: &str, headers: &HeaderMap) -> Response {
    if path == VERSION_PATH {
        return site.watched.version().into_response();
    }
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match site::answer(&site.watched.look(), &site.origin, path, accepted, clock::now()) {
        Ok(answer) => answer.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Whether a browser was told to ask this machine, and not a name that somebody else has led here.
fn is_this_machine(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_loopback = host.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback());
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    is_loopback || ["127.0.0.1", "localhost", "[::1]"].contains(&name) || host == "[::1]"
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = if self.is_found { StatusCode::OK } else { StatusCode::NOT_FOUND };
        let accent = self.accent.map(|source| format!(" {source}")).unwrap_or_default();
        // Scripts of this server's own alone, and nothing of another host; as on the real pages, whose scripts are not there.
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'{accent}; img-src 'self'; connect-src 'self'; form-action 'none'; \
             base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        );
        let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(self.media_type)),
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::VARY, HeaderValue::from_static("accept-language")),
        ];
        (status, headers, self.body).into_response()
    }
}
