//! `undersign show`, `sign` and `resume` as a person calls them, against the client library's server in memory, put behind a socket.
//! The real server is a test of the whole system.

mod begin;
mod front;
mod killed;
mod proofs;
mod proxy;
mod receipts;
mod sealed;
mod show;
mod waiting;
mod withdrawing;

#[path = "../../../client-lib/tests/client/support/mod.rs"]
#[expect(dead_code, reason = "the library's own tests use the rest")]
mod support;
