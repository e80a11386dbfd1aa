use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;

/// Nothing loads anything that is not named; pages add their own style and scripts.
const DEFAULT_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/// Nothing is wanted of what a page could ask a person or their device for, or learn about them; but the clipboard may be written, by the
/// button that copies the link. What only draws or plays is not named: nothing loads it.
const PERMISSIONS: &str = "browsing-topics=(), camera=(), clipboard-read=(), clipboard-write=(self), display-capture=(), \
    geolocation=(), identity-credentials-get=(), idle-detection=(), interest-cohort=(), local-fonts=(), microphone=(), payment=(), \
    publickey-credentials-get=(), usb=()";

static FIXED: [(HeaderName, HeaderValue); 5] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DEFAULT_POLICY)),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

static OF_DOCUMENTS: [(HeaderName, HeaderValue); 2] = [
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
];

/// Gives every answer the headers that keep it to itself, and documents those that only documents obey. A handler's own header stands.
pub fn with_headers<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    // One layer for all: each is a cost of every request.
    router.layer(map_response(async |mut answer: Response| {
        let of_documents = if is_document(&answer) { OF_DOCUMENTS.as_slice() } else { &[] };
        for (name, value) in FIXED.iter().chain(of_documents) {
            answer.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
        answer
    }))
}

/// Half a kilobyte for each of twenty scripts would be a tenth of what a person loads to sign.
fn is_document(answer: &Response) -> bool {
    answer.headers().get(header::CONTENT_TYPE).is_some_and(|media_type| media_type.as_bytes().starts_with(b"text/html"))
}
