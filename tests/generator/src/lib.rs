//! Petition logs of any size, for auditors to recount: a real RSA key, real signatures over token inputs, sorted batches behind signed
//! statements, withdrawals, a notice, a close, a signed checkpoint. The same plan gives the same log, byte for byte.
//!
//! What it does not do is blind: the unblinded signature is the same RSA operation on the same encoded message, so nobody can tell.
//! The keys follow from a number that everyone can know, so such a log proves nothing but that an auditor can count.

/// What a log should hold.
pub mod plan;

/// The petition and its keys.
pub mod petition;

/// The RSA key and its signatures.
pub mod rsa;

/// Bytes that look random and follow from a seed.
pub mod seed;

/// The log's entries, batch after batch.
pub mod entries;

/// Tiles and checkpoint in files.
pub mod tiles;

/// Everything that a server would serve, in files.
pub mod site;

mod notices;

/// A small log and what can be wrong with it.
pub mod vectors;

/// Serving those files, for tests.
pub mod file_server;

pub use entries::Batch;
pub use file_server::FileServer;
pub use plan::Plan;
pub use site::{Site, generate, generate_edited};
