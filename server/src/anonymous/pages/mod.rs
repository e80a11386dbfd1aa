//! Where people read and sign. What pages say and look like is the crate `undersign_pages`; here they are given what this side knows.
//! Signing itself happens in the page's scripts, which talk to the same routes as any other client; nothing here sees a token or an
//! address.

mod badge;
mod forget;
mod http;
mod preview;

pub use http::router;
