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

/// Gives every answer the headers that keep it to itself, and documents those that only documents obey. A handler's own header stands.
pub fn with_headers<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, DEFAULT_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    let of_documents = [
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    ];
    let values = |(name, value)| (name, HeaderValue::from_static(value));
    let (fixed, of_documents) = (fixed.map(values), of_documents.map(values));
    // One layer for all: each is a cost of every request.
    router.layer(map_response(move |mut answer: Response| {
        let of_documents = of_documents.iter().filter(|_| is_document(&answer));
        let all: Vec<_> = fixed.iter().chain(of_documents).collect();
        for (name, value) in all {
            if !answer.headers().contains_key(name) {
                answer.headers_mut().insert(name.clone(), value.clone());
            }
        }
        std::future::ready(answer)
    }))
}

/// Half a kilobyte for each of twenty scripts would be a tenth of what a person loads to sign.
fn is_document(answer: &Response) -> bool {
    answer.headers().get(header::CONTENT_TYPE).is_some_and(|media_type| media_type.as_bytes().starts_with(b"text/html"))
}
