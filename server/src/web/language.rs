use axum::http::{HeaderMap, header};
use undersign_pages::InterfaceLanguage;

/// The language for whoever sends these headers.
pub fn interface_language(headers: &HeaderMap) -> InterfaceLanguage {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    InterfaceLanguage::of_accept_language(wanted)
}
