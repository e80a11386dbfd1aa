//! Recounting a petition from its public log alone: what an auditor checks, as `specs/audit.md` has it.
//!
//! A [`Recount`](crate::audit::Recount) is fed the log's entry bundles in their order and checks everything but the tokens' RSA
//! signatures. Those it hands out, because they are nearly all of the work and every place has its own fast way: `native` spreads them
//! over all cores, a browser has its own. It gives a [`Verdict`](crate::audit::Verdict) only when every one of them came back verified.
//! It reads no socket and no file, and its memory does not grow but by some twenty bytes for each signature.
//!
//! ```
//! use undersign_client_lib::audit::{Claims, NonceKey, Recount, Verdict};
//! use undersign_client_lib::blind::verify_signature;
//! use undersign_protocol::petition::VerifiedManifest;
//! use undersign_protocol::public_log::{Checkpoint, TilePath};
//!
//! /// `fetch` gives the entry bundle at a path, `random` 32 random bytes.
//! fn recount(
//!     petition: VerifiedManifest,
//!     checkpoint: &Checkpoint,
//!     random: [u8; 32],
//!     fetch: impl Fn(TilePath) -> Vec<u8>,
//! ) -> Option<Verdict> {
//!     let key = petition.manifest().issuer.token_key;
//!     let mut recount = Recount::new(petition, Claims::new(checkpoint), NonceKey::from(random));
//!     while let Some(path) = recount.next_bundle() {
//!         let tokens = recount.take(&fetch(path)).ok()?;
//!         let is_valid = |message: &[u8], signature: &[u8]| verify_signature(&key, message, signature).is_ok();
//!         recount.verified(tokens.verify(is_valid).ok()?);
//!     }
//!     recount.finish().ok()
//! }
//! ```

mod claims;
mod defect;
mod growth;
#[cfg(feature = "native")]
mod native;
mod nonces;
mod notices;
mod order;
mod recount;
mod tokens;
mod verdict;

pub use claims::Claims;
pub use defect::{AuditFailure, Defect};
pub use growth::{BatchCounts, Growth, PlacedNotice};
#[cfg(feature = "native")]
pub use native::{Progress, RecountError, on_all_cores};
pub use nonces::NonceKey;
pub use notices::NoticeSummary;
pub use recount::{Recount, Stopped, petition_of};
pub use tokens::{TokenSignature, Tokens, VerifiedTokens};
pub use verdict::Verdict;
