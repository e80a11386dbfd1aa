//! `client-lib`'s recount for JavaScript: the same state machine as `undersign audit`, for the worker of the verify page.
//!
//! It fetches nothing and stores nothing. Tokens' signatures it hands out in batches: WebCrypto verifies them at native speed. Where
//! a browser has none, [`Audit::verify_here`] does it in this module, slowly.
//!
//! The comments of all public items are the documentation of the TypeScript types.

mod audit;
mod batch;
mod error;
mod heads;
mod key;
mod verdict;

pub use audit::Audit;
pub use batch::Batch;
pub use error::AuditError;
pub use heads::Heads;
pub use verdict::Recounted;
