//! Oblivious HTTP for JavaScript: the host's log says which relays there are and for which key is sealed; what is handed in is sealed, and
//! its answer opened.
//!
//! It fetches nothing and stores nothing; randomness is the browser's `crypto.getRandomValues`. It knows nothing of petitions: what it
//! seals is made by the modules that sign and withdraw.
//!
//! The comments of all public items are the documentation of the TypeScript types.

mod error;
mod host_log;
mod relays;
mod sealed;

pub use error::ObliviousError;
pub use host_log::HostLog;
pub use relays::Relays;
pub use sealed::{Opened, SealedRequest};
