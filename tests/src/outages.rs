use std::future::Future;
use std::process::Command;
use std::time::Duration;

use undersign_protocol::problem::Problem;

use crate::programs::is_proving;
use crate::server::TestServer;
use crate::wire::Answer;

/// Words before the server's command line with which it outlives a write beyond its limit: it is told `EFBIG`, as `ENOSPC` of a full disk.
pub const WITH_LIMITS: [&str; 4] = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];

/// How long something is away.
pub fn a_while() -> Duration {
    Duration::from_secs(if is_proving() { 60 } else { 2 })
}

/// Lets no file of the server grow, however it is written: databases, write-ahead logs, mails, what it logs. (RLIMIT_FSIZE: a file system
/// of its own would need rights that a container seldom has.)
pub fn fill_disk(server: &TestServer) {
    limit(server, "1");
}

/// Lets them grow again.
pub fn empty_disk(server: &TestServer) {
    limit(server, "unlimited");
}

fn limit(server: &TestServer, bytes: &str) {
    for process in server.process_ids() {
        let mut command = Command::new("prlimit");
        // The soft limit alone: it may be raised again.
        command.args(["--pid", &process.to_string(), &format!("--fsize={bytes}:unlimited")]);
        assert!(command.status().expect("prlimit").success());
    }
}

/// Asks again and again for a while; every answer must say that it cannot be done now, and when to come back.
pub async fn is_unavailable<F: Future<Output = Answer>>(ask: impl Fn() -> F) {
    let pause = Duration::from_millis(200);
    for _ in 0..a_while().as_millis() / pause.as_millis() {
        let answer = ask().await;
        assert_eq!(answer.problem(), Problem::Unavailable);
        let seconds: u64 = answer.header("retry-after").parse().expect("Retry-After");
        assert!((1..=60).contains(&seconds));
        tokio::time::sleep(pause).await;
    }
}

/// Asks until it is done, as a client does that is told to come back. Nobody touches the server meanwhile.
pub async fn until_it_is_back<F: Future<Output = Answer>>(ask: impl Fn() -> F, status: u16) -> Answer {
    for _ in 0..300 {
        let answer = ask().await;
        if answer.status == status {
            return answer;
        }
        assert_eq!(answer.problem(), Problem::Unavailable);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it did not come back within 30 seconds");
}
