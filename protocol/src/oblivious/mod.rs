//! Oblivious HTTP (RFC 9458) without its cryptography: sizes, padding, key configurations and relays, as both ends know them.
//!
//! A client seals a Binary HTTP request (RFC 9292) for the gateway and hands it to a relay that somebody else runs. All requests have one
//! size and all answers another, so that no relay can tell a signature from a withdrawal, or a success from a refusal.

mod key_config;
mod padding;
mod relay_url;
mod week;

pub use key_config::{KeyConfig, KeyConfigError};
pub use padding::{pad, unpad_request, unpad_response};
pub use relay_url::{RelayUrl, RelayUrlError};
pub use week::{WEEK, Week};

/// Bytes of every Binary HTTP request, padding included.
pub const REQUEST_SIZE: usize = 1_024;
/// Bytes of every Binary HTTP answer, padding included.
pub const RESPONSE_SIZE: usize = 2_048;
/// Bytes of every encapsulated request (RFC 9458 §4.3): header 7, encapsulated key 32, the sealed request and its tag 16.
pub const ENCAPSULATED_REQUEST_SIZE: usize = 7 + 32 + REQUEST_SIZE + 16;
/// Bytes of every encapsulated answer (RFC 9458 §4.4): nonce 32, the sealed answer and its tag 16.
pub const ENCAPSULATED_RESPONSE_SIZE: usize = 32 + RESPONSE_SIZE + 16;

/// Media type of an encapsulated request (RFC 9458 §9.2).
pub const REQUEST_MEDIA_TYPE: &str = "message/ohttp-req";
/// Media type of an encapsulated answer (RFC 9458 §9.3).
pub const RESPONSE_MEDIA_TYPE: &str = "message/ohttp-res";
/// Media type of a list of key configurations (RFC 9458 §9.1).
pub const KEYS_MEDIA_TYPE: &str = "application/ohttp-keys";
/// Where every host's gateway is (RFC 9540 §4).
pub const GATEWAY_PATH: &str = "/.well-known/ohttp-gateway";
