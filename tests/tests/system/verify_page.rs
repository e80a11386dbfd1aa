//! The page that says what the number means: its words, its policy, and the commands on it, run as they stand there.

use std::path::Path;

use tokio::process::Command;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::Signer;
use undersign_tests::wire::{Answer, Wire};

async fn page(wire: &Wire, path: &str) -> Answer {
    let answer = wire.get(&wire.origin(path)).await;
    assert_eq!(answer.status, 200, "{path}");
    answer
}

/// What stands in the block with this id, as a browser shows it.
fn shown(html: &str, id: &str) -> String {
    let block = html.split(&format!("id=\"{id}\"")).nth(1).expect("the block");
    let text = block.split("<code>").nth(1).and_then(|rest| rest.split("</code>").next()).expect("its text");
    text.replace("&gt;", ">").replace("&#39;", "'").replace("&#34;", "\"").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Runs commands as somebody pastes them, in a folder.
async fn paste(commands: &str, folder: &Path) -> (bool, String) {
    let output = Command::new("bash").args(["-c", commands]).current_dir(folder).output().await.expect("bash");
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (output.status.success(), text)
}

#[tokio::test]
async fn the_page_s_commands_check_one_token_with_openssl_alone() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let (wire, link) = (Wire::new(&server), server.link_to("trees"));
    let signer = Signer::new(&server, "anna@example.org");
    signer.sign(&link).await;
    signer.wait_for_total(&link, 1).await;

    let folder = tempfile::tempdir().expect("a folder");
    let commands = shown(&page(&wire, "/en/p/trees/verify").await.text(), "one-token");
    let (is_valid, text) = paste(&commands, folder.path()).await;
    assert!(is_valid && text.contains("Verified OK"), "{commands}\n{text}");
    assert_eq!(std::fs::metadata(folder.path().join("key.der")).expect("the key").len(), 342);

    // The control: the same last command with one bit of the message changed.
    let message = folder.path().join("message");
    let mut bytes = std::fs::read(&message).expect("the message");
    assert_eq!(bytes.len(), 98);
    bytes[40] ^= 1;
    std::fs::write(&message, bytes).expect("the message");
    let last = commands.find("openssl dgst").map(|at| &commands[at..]).expect("the last command");
    let (is_valid, text) = paste(last, folder.path()).await;
    assert!(!is_valid && text.to_lowercase().contains("verification failure"), "{text}");
}

#[tokio::test]
async fn the_page_shows_the_numbers_of_the_signed_head_and_the_command_that_audits() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let (wire, link) = (Wire::new(&server), server.link_to("trees"));
    let signer = Signer::new(&server, "anna@example.org");
    signer.sign(&link).await;
    let total = signer.wait_for_total(&link, 1).await;
    let pinned = format!("{link}#{}", signer.check(&link).await.petition_id());
    for (path, words) in [
        ("/en/p/trees/verify", "It is not how many people signed"),
        ("/ru/p/trees/verify", "Это не число подписавших людей"),
    ] {
        let html = page(&wire, path).await.text();
        assert!(html.contains(words) && html.contains(&total.root.to_string()), "{html}");
        assert!(html.contains("data-signatures=\"1\"") && html.contains("<noscript>") == html.contains("data-client"));
        assert_eq!(shown(&html, "cli"), format!("undersign audit '{pinned}'"));
        assert_eq!(shown(&html, "head").trim_end(), total.checkpoint.trim_end());
    }
    let petition = page(&wire, "/en/p/trees").await.text();
    assert!(petition.contains("href=\"/en/p/trees/verify\""), "{petition}");
    assert_eq!(wire.get(&wire.origin("/en/p/nothing/verify")).await.status, 404);
}

#[tokio::test]
async fn the_page_may_start_a_worker_from_this_host_and_the_worker_may_ask_this_host_alone() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let wire = Wire::new(&server);
    let answer = page(&wire, "/en/p/trees/verify").await;
    let policy = answer.header("content-security-policy");
    for rule in ["default-src 'none'", "connect-src 'self'", "worker-src 'self'", "trusted-types recount"] {
        assert!(policy.split("; ").any(|part| part == rule), "{rule} in {policy}");
    }
    let html = answer.text();
    assert!(!html.contains("<script>") && !html.contains(" style=") && !html.contains(" onclick"), "{html}");
    let main =
        html.split("src=\"").find_map(|rest| rest.split('"').next().filter(|path| path.ends_with("verify/main.js")));
    let worker = page(&wire, &main.expect("the script").replace("main.js", "worker.js")).await;
    assert_eq!(
        worker.header("content-security-policy"),
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; require-trusted-types-for 'script'"
    );
}
