//! Undersign's formats and the rules that both sides and the client share.
//!
//! The modules follow the data through the six stages. Everything here is a pure function of its arguments: this crate reads no
//! clock, draws no random number, opens no socket and knows no database, so that the server, the web client (wasm32), the CLI and
//! an auditor run the same code on the same bytes.
//!
//! Every wire format is a type with one strict parser and one encoder: what parses encodes to the same bytes, and nothing else
//! parses.

/// What is signed: manifest, petition_id, notices, times of publication.
pub mod petition;

/// Whose signature it may be: addresses, check numbers, codes.
pub mod email_verification;

/// Blind signing: RFC 9578 token type 0x0002.
pub mod issuance;

/// Counting once: RFC 9577 tokens, promises, withdrawals.
pub mod redemption;

/// What anyone can recount: entries, tiles, checkpoints (C2SP tlog-tiles).
pub mod public_log;

/// The total as a function of the log.
pub mod tally;

/// Oblivious HTTP: sizes, padding, key configurations, relays.
pub mod oblivious;

/// Counts of a day that name nobody.
pub mod daily_counts;

pub mod json;

/// Reading and writing of the binary formats.
pub mod codec;

/// Where a server is: scheme and authority.
pub mod base;
mod base64;

/// Fixed-size byte strings, base64url in JSON.
pub mod bytes;

/// Ed25519 keys and signatures over context strings.
pub mod ed25519;

/// The one table of problem types (RFC 9457).
pub mod problem;

/// Seconds since the Unix epoch, RFC 3339 in text.
pub mod timestamp;
