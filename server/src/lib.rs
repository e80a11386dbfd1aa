//! Undersign's server. Follow one signature:
//!
//! [`petition`] fixes what is signed, and with which key. [`identified::email_verification`] proves control of an address by a mail
//! and keeps a keyed tag of it for two days. [`identified::issuance`] notes which blinded request is signed for this petition and tag,
//! and only then signs it. *The client unblinds; the server cannot.* [`anonymous::redemption`] checks the token alone and completely
//! and takes its nonce once. [`anonymous::public_log`] publishes what waits in sorted batches in a log that anyone can read.
//! [`anonymous::tally`] says what a recount of that log gives.
//!
//! The boundary is a folder: `identified` is all the code that may see an address, `anonymous` all that may see a token.

/// What is signed; public, and kept by each side for itself.
pub mod petition;

/// Knows addresses, never tokens.
pub mod identified;

/// Knows tokens, never addresses.
pub mod anonymous;

/// What each side counts of a day, in tens.
pub mod daily_counts;

/// Two databases that share nothing.
pub mod storage;

/// One transaction for many callers.
pub mod gather;

/// Somebody else, who signs that logs only grow.
pub mod witness;

/// The key behind an issuer's tags, on another machine.
pub mod evaluator;

/// A relay for clients of other organisations' petitions, on another machine.
pub mod relay;

/// Evaluating what is not seen, and proving it.
pub mod oprf;

/// The edge: HTTP to types, errors to problem documents.
pub mod web;

/// The routes of one side, or of both in one process.
pub mod app;

/// What the operator says on every page, and whether signing is paused.
pub mod announcement;

/// The configuration file.
pub mod config;

/// Both sides or one, from a configuration to listening sockets.
pub mod serve;

/// What is wrong with a configuration.
pub mod check_config;
/// What the operator's moderator does.
pub mod moderation;

/// What the operator says about a petition.
pub mod operator_notice;

/// The schema, and losses that an operator accepts.
pub mod migrate;

/// One generation of one side.
pub mod backup;

/// A machine before its first start.
pub mod init;

/// Everything in one process, with sample petitions.
pub mod demo;

/// Where the time comes from.
pub mod clock;

/// Where random bytes come from.
pub mod entropy;

/// Secrets in files.
pub mod key_directory;

mod mac;
mod outage;
mod seal;
