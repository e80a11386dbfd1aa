//! Several processes on one pair of PostgreSQL's clusters, behind haproxy: any takes any request, and what may happen once happens once.

/// What one of them has in memory when another one changes it.
mod memory;

/// Which of them sends a mail.
mod outbox;

/// What is left when one is killed.
mod killed;

/// What may happen once, asked for at two of them at once.
mod once;

use undersign_protocol::petition::VerifiedManifest;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::Wire;

fn two() -> Options {
    Options { several: Some(2), ..Options::default() }
}

/// Both processes, each spoken to directly.
fn each(server: &TestServer) -> [Wire; 2] {
    [0, 1].map(|number| Wire::of_process(server, number))
}

async fn two_with_petition() -> (TestServer, VerifiedManifest) {
    TestServer::with_petition(two()).await
}
