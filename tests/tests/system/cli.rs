use std::path::Path;

use undersign_tests::cli::Person;
use undersign_tests::programs::is_proving;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::Signer;

/// System calls at which the command is killed: it saves, connects, sends, reads, forgets.
const CALLS: [&str; 6] = ["fsync", "rename", "connect", "writev", "recvfrom", "unlink"];

#[tokio::test]
async fn a_signing_at_the_command_line_is_counted() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let states = tempfile::tempdir().expect("a folder");
    let person = Person::new(&server, states.path(), "anna@example.org");
    let link = server.link_to("trees");

    let ended = person.sign(&link, &[]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.event("redeemed").is_some());
    assert_eq!(files(states.path()), Vec::<String>::new(), "nothing is left of it");
    assert_eq!(Signer::new(&server, "reader@example.org").wait_for_total(&link, 1).await.total, 1);

    let again = person.sign(&link, &[]).await;
    assert_eq!(again.code, Some(4), "{again:?}");
    assert_eq!(Signer::new(&server, "reader@example.org").total(&link).await.issued, 1);
}

#[tokio::test]
async fn a_signing_that_is_killed_at_any_step_and_resumed_is_one_signature() {
    let server = TestServer::with_petitions(Options::default(), &["trees", "rivers"]).await;
    let link = server.link_to("trees");
    let step = if is_proving() { 1 } else { 4 };
    let mut signed = 0;
    for call in CALLS {
        let mut number = 1;
        while is_killed_and_resumed(&server, &link, call, number, &mut signed).await {
            number += step;
        }
        assert!(number > 1, "{call} is never called");
    }
    let total = Signer::new(&server, "reader@example.org").wait_for_total(&link, signed).await;
    assert_eq!((total.total, total.issued), (signed, signed));
}

/// Kills a signing at the `number`th `call` and goes on until it is done; says whether it was killed at all.
async fn is_killed_and_resumed(server: &TestServer, link: &str, call: &str, number: usize, signed: &mut u64) -> bool {
    let states = tempfile::tempdir().expect("a folder");
    let person = Person::new(server, states.path(), &format!("{call}{number}@example.org"));
    let inject = format!("inject={call}:signal=SIGKILL:when={number}");
    let wrapper =
        ["strace", "-f", "-qq", "-e", "signal=none", "-e", &format!("trace={call}"), "-e", &inject, "-o", "/dev/null"];
    let first = person.sign(link, &wrapper.map(str::to_owned)).await;
    let killed = first.code != Some(0);
    let mut redeemed = first.event("redeemed").is_some();
    if killed && !files(states.path()).is_empty() {
        let resumed = person.resume().await;
        assert_eq!(resumed.code, Some(0), "{call} {number}: {first:?} {resumed:?}");
        redeemed = true;
    } else if !redeemed {
        let again = person.sign(link, &[]).await;
        assert_eq!(again.code, Some(0), "{call} {number}: {first:?} {again:?}");
        redeemed = true;
    }
    assert!(redeemed);
    assert_eq!(files(states.path()), Vec::<String>::new(), "{call} {number}: nothing is left of it");
    *signed += 1;
    killed
}

/// What is kept for `resume`.
fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".json")).collect()
}
