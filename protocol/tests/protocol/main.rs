//! Tests of the protocol crate from outside, one folder a stage, in one binary because that links faster.
//!
//! `UNDERSIGN_PROVE=1` raises the number of generated cases and takes fresh ones.

mod common;

mod daily_counts;
mod email_verification;
mod issuance;
mod oblivious;
mod petition;
mod public_log;
mod redemption;

mod bytes;
mod ed25519;
mod json;
mod problem;
mod timestamp;
