//! Handing in through a relay of other people (Oblivious HTTP, RFC 9458): the relay sees where a request comes from and not what is in it,
//! the server what is in it and not where it comes from.
//!
//! Which relays there are, and for which key is sealed, comes from the host's log alone: a key that one person was given would name
//! that person. Nothing here decides to do without a relay.

mod announced;
mod host_log;
#[cfg(feature = "oblivious")]
mod inner;
#[cfg(feature = "oblivious")]
mod sealed;

pub use announced::Announced;
pub use host_log::{FirstRound, HostLogDocuments, SecondRound, read, start};
#[cfg(feature = "oblivious")]
pub use inner::Inner;
#[cfg(feature = "oblivious")]
pub use sealed::{NotRelayed, SealError, Sealed};
