use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use undersign_client_lib::organiser::format_key;
use undersign_server::clock::{Clock as _, SystemClock};

use super::TwoHosts;
use crate::programs::program;
use crate::relay::Relay;

/// The petition that [`publish`] publishes.
pub const SLUG: &str = "trees";

/// `undersign sign` until the signature stands in the log, by someone who opens the mailed link. What it said; where it failed, as an
/// error.
pub async fn sign(hosts: &TwoHosts, relay: &Relay, link: &str, address: &str) -> Result<Vec<Value>, Vec<Value>> {
    let state = tempfile::tempdir().expect("a folder");
    let mut sign = undersign(hosts);
    sign.args(["sign", link, "--email", address, "--wait-published", "--timeout", "60", "--json"]);
    sign.args(["--proxy", &relay.url(), "--state-dir"]).arg(state.path());
    let mails = hosts.mailbox().mails_to(address).len();
    let mut signing = sign.stdout(Stdio::piped()).spawn().expect("the command starts");
    let mut lines = BufReader::new(signing.stdout.take().expect("its output")).lines();
    let mut events = Vec::new();
    while let Ok(Some(line)) = lines.next_line().await {
        let event: Value = serde_json::from_str(&line).expect("an object a line");
        if event["event"] == "waiting" {
            open_link(hosts, address, mails + 1, event["check"].as_str().expect("a check number")).await;
        }
        events.push(event);
    }
    if signing.wait().await.expect("its end").success() { Ok(events) } else { Err(events) }
}

/// The person who reads the mail: opens its link, at the name that is in mails alone, and sends the form with the number.
async fn open_link(hosts: &TwoHosts, address: &str, count: usize, check: &str) {
    let mail = hosts.mailbox().wait_for(address, count).await;
    let client = hosts.client();
    assert!(mail.link().starts_with(&format!("{}/confirm?t=", hosts.mail())), "{}", mail.link());
    let page = client.get(mail.link()).send().await.expect("an answer");
    assert!(page.text().await.expect("a page").contains("data-step=\"ask\""));
    let form = format!("t={}&check={check}", mail.link_token());
    let sent = client.post(format!("{}/confirm", hosts.mail())).body(form);
    let sent = sent.header("content-type", "application/x-www-form-urlencoded").send().await.expect("an answer");
    assert!(sent.text().await.expect("a page").contains("data-step=\"done\""));
}

/// `undersign`, which knows who vouches for the hosts.
fn undersign(hosts: &TwoHosts) -> Command {
    let mut command = Command::new(program("undersign"));
    command.env("SSL_CERT_FILE", hosts.certificates()).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Publishes a [`sample`] at both hosts. Gives its link.
pub async fn publish(hosts: &TwoHosts, relay: &Relay) -> String {
    let directory = tempfile::tempdir().expect("a folder");
    let folder = sample(directory.path());
    let key = directory.path().join("organiser.key");
    fs::write(&key, format_key(hosts.organiser()).as_str()).expect("written");
    let mut command = undersign(hosts);
    command.args(["organiser", "publish", "--json", "--proxy", &relay.url()]).arg(&folder).arg("--key").arg(&key);
    command.args(["--server", &hosts.origin(), "--issuer-server", &hosts.issuer()]);
    let output = command.output().await.expect("the command");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut published = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let published = published.next_back().unwrap_or_else(|| panic!("{text}{errors}"));
    published["link"].as_str().unwrap_or_else(|| panic!("{text}{errors}")).to_owned()
}

/// Copies one of the samples into a folder, to be open now, with a batch every second.
pub fn sample(into: &Path) -> PathBuf {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root").join("server/samples/night-bus-17");
    let folder = into.join(SLUG);
    copy(&samples, &folder);
    let settings = folder.join("petition.toml");
    let now = SystemClock.now();
    let lines = [
        ("slug = ", format!("slug = \"{SLUG}\"")),
        ("opens_at = ", format!("opens_at = \"{now}\"")),
        ("closes_at = ", format!("closes_at = \"{}\"", now.plus(86_400))),
        ("interval = ", "interval = 1".to_owned()),
        ("min_batch = ", "min_batch = 1".to_owned()),
        ("max_wait = ", "max_wait = 1".to_owned()),
    ];
    let text = fs::read_to_string(&settings).expect("the sample");
    let changed = text.lines().map(|line| match lines.iter().find(|(start, _)| line.starts_with(start)) {
        Some((_, becomes)) => format!("{becomes}\n"),
        None => format!("{line}\n"),
    });
    fs::write(&settings, changed.collect::<String>()).expect("written");
    folder
}

fn copy(from: &Path, into: &Path) {
    fs::create_dir_all(into).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let to = into.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("copied");
        }
    }
}
