//! Whether a backup made as docs/operators.md says brings a side back, and what is not in it. The commands are the page's own.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;
use undersign_protocol::issuance::media_type;
use undersign_protocol::petition::{PetitionDocument, VerifiedManifest};
use undersign_tests::blinding::Blinding;
use undersign_tests::documents;
use undersign_tests::programs::program;
use undersign_tests::relay::Relay;
use undersign_tests::two_hosts::{CLIENT, Proxy, SLUG, TwoHosts, publish, sign};

/// Two machines with one signature, and the media of the page.
struct Operator {
    hosts: TwoHosts,
    relay: Relay,
    link: String,
    media: TempDir,
}

impl Operator {
    async fn new() -> Self {
        let hosts = TwoHosts::start(Proxy::Nginx).await;
        let relay = Relay::start(CLIENT.into()).await;
        let link = publish(&hosts, &relay).await;
        let media = tempfile::tempdir().expect("a folder");
        for name in ["undersign-identified", "undersign-anonymous", "undersign-wrapping"] {
            fs::create_dir(media.path().join(name)).expect("a folder");
        }
        let operator = Self { hosts, relay, link, media };
        operator.sign("anna@example.org").await.expect("signed");
        operator
    }

    async fn sign(&self, address: &str) -> Result<Vec<Value>, Vec<Value>> {
        sign(&self.hosts, &self.relay, &self.link, address).await
    }

    async fn total(&self) -> u64 {
        self.hosts.tally().await["total"].as_u64().expect("a total")
    }

    /// Runs a block of the page, as it stands there but for the places.
    fn run(&self, block: &str) -> Output {
        let side = if block.ends_with("anonymous") { "anonymous" } else { "identified" };
        let machine = self.hosts.machine(side).display().to_string();
        let commands = documents::block("docs/operators.md", &format!("sh {block}"));
        let commands = commands.replace("/var/lib/undersign", &machine);
        let commands = commands.replace("/mnt/", &format!("{}/", self.media.path().display()));
        let programs = program("undersign-server").parent().expect("a folder").display().to_string();
        let path = format!("{programs}:{}", std::env::var("PATH").unwrap_or_default());
        let mut shell = Command::new("sh");
        shell.args(["-e", "-u", "-c", &commands]).env("PATH", path).env("SSL_CERT_FILE", self.hosts.certificates());
        shell.output().expect("sh")
    }

    fn succeeds(&self, block: &str) {
        let output = self.run(block);
        assert!(output.status.success(), "{block}: {output:?}");
    }

    fn medium(&self, name: &str) -> PathBuf {
        self.media.path().join(format!("undersign-{name}"))
    }

    async fn restore(&mut self, sides: &[&str], blocks: &[&str]) {
        for side in sides {
            self.hosts.kill(side);
        }
        for block in blocks {
            self.succeeds(block);
        }
        for side in sides {
            self.hosts.start_side(side).await;
        }
    }
}

/// Paths below a folder, without the folders themselves.
fn files(directory: &Path) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for entry in fs::read_dir(directory).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        match path.is_dir() {
            true => all.extend(files(&path).into_iter().map(|below| format!("{name}/{below}"))),
            false => all.extend([name]),
        }
    }
    all
}

#[tokio::test]
async fn a_backup_as_the_page_makes_it_brings_both_sides_back() {
    let mut operator = Operator::new().await;
    for block in ["backup-identified", "backup-anonymous", "backup-wrapping"] {
        operator.succeeds(block);
    }
    // Everything is lost, and there is more in its place than there was.
    let sides = ["identified", "anonymous"];
    for side in sides {
        operator.hosts.kill(side);
        let folder = operator.hosts.machine(side).join(side);
        fs::write(folder.join("undersign.db"), "what an empty machine has").expect("written");
        fs::write(folder.join("undersign.db-wal"), "and this").expect("written");
        fs::remove_dir_all(folder.join("keys")).expect("removed");
    }
    operator.restore(&sides, &["restore-identified", "restore-wrapping", "restore-anonymous"]).await;
    assert_eq!(operator.total().await, 1);
    let refused = operator.sign("anna@example.org").await.expect_err("an address signs once, also after a restore");
    assert_eq!(refused.last().expect("events")["problem"], "already-issued");
    operator.sign("boris@example.org").await.expect("signed");
    assert_eq!(operator.total().await, 2);
}

#[tokio::test]
async fn a_backup_has_everything_but_what_is_there_to_be_destroyed_and_there_is_one_generation() {
    let operator = Operator::new().await;
    for side in ["identified", "anonymous"] {
        operator.succeeds(&format!("backup-{side}"));
        let first = files(&operator.medium(side));
        let keys = files(&operator.hosts.machine(side).join(side).join("keys"));
        let kept: BTreeSet<_> =
            keys.iter().filter(|name| !name.starts_with("wrapping/") && !name.starts_with("days/")).collect();
        assert_eq!(keys.len() - kept.len(), if side == "identified" { 2 } else { 0 }, "the control: {keys:?}");
        let mut expected: BTreeSet<_> = kept.iter().map(|name| format!("{side}/keys/{name}")).collect();
        expected.extend(["undersign.db", "config.toml"].map(|name| format!("{side}/{name}")));
        assert_eq!(first, expected);
        for name in &first {
            let mode = operator.medium(side).join(name).metadata().expect("metadata").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
    // Again, after more has happened, and after one that was killed at each place where that leaves something.
    let before = fs::read(operator.medium("identified").join("identified/undersign.db")).expect("a copy");
    operator.sign("boris@example.org").await.expect("signed");
    let medium = operator.medium("identified");
    let expected = files(&medium);
    fs::create_dir_all(medium.join("identified.new/keys")).expect("half a copy");
    operator.succeeds("backup-identified");
    assert_eq!(files(&medium), expected);
    assert_ne!(fs::read(medium.join("identified/undersign.db")).expect("a copy"), before);
    fs::rename(medium.join("identified"), medium.join("identified.old")).expect("renamed");
    operator.succeeds("backup-identified");
    assert_eq!(files(&medium), expected);
    fs::create_dir(medium.join("identified.old")).expect("an old one");
    operator.succeeds("backup-identified");
    assert_eq!(files(&medium), expected);
    assert_eq!(fs::read_dir(&medium).expect("a folder").count(), 1);
}

#[tokio::test]
async fn both_sides_on_one_medium_are_refused_and_a_medium_that_is_not_there_too() {
    let operator = Operator::new().await;
    operator.succeeds("backup-anonymous");
    let before = files(&operator.medium("anonymous"));
    // The operator mounts the wrong disk.
    fs::remove_dir(operator.medium("identified")).expect("removed");
    assert!(!operator.run("backup-identified").status.success(), "nothing is written beside a mount point");
    assert!(!operator.medium("identified").exists());
    fs::rename(operator.medium("anonymous"), operator.medium("identified")).expect("renamed");
    let refused = operator.run("backup-identified");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("never kept on one medium"), "{said}");
    assert_eq!(files(&operator.medium("identified")), before);
}

/// What comes back for a token request of someone with a new or an old address, who has confirmed it.
async fn token_request(operator: &Operator, address: &str) -> u16 {
    let (client, issuer) = (operator.hosts.client(), operator.hosts.issuer());
    let document = client.get(format!("{issuer}/v1/petitions/{SLUG}")).send().await.expect("an answer");
    let document: PetitionDocument = serde_json::from_slice(&document.bytes().await.expect("a body")).expect("JSON");
    let petition = VerifiedManifest::verify(document.manifest.get().as_bytes(), document.organiser_signature);
    let blinding = Blinding::new(&petition.expect("a petition"));
    let post = |path: &str, media_type: &str, body: Vec<u8>| {
        client.post(format!("{issuer}{path}")).header("content-type", media_type).body(body).send()
    };
    let mails = operator.hosts.mailbox().mails_to(address).len();
    let ask = json!({ "email": address, "locale": "en", "request_digest": blinding.digest().to_string() });
    let asked = post("/v1/email-verifications", "application/json", ask.to_string().into()).await.expect("an answer");
    let asked: Value = serde_json::from_slice(&asked.bytes().await.expect("a body")).expect("JSON");
    let code = operator.hosts.mailbox().wait_for(address, mails + 1).await.code();
    let confirm = json!({ "verification": asked["verification"], "code": code }).to_string();
    let confirmed =
        post("/v1/email-verifications/confirm", "application/json", confirm.into()).await.expect("an answer");
    assert_eq!(confirmed.status(), 200);
    let issued = post("/v1/token-requests", media_type::TOKEN_REQUEST, blinding.body()).await.expect("an answer");
    issued.status().as_u16()
}

#[tokio::test]
async fn an_identified_side_behind_the_public_log_issues_nothing_until_the_loss_is_accepted() {
    let mut operator = Operator::new().await;
    operator.succeeds("backup-identified");
    operator.succeeds("backup-wrapping");
    operator.sign("boris@example.org").await.expect("signed");
    operator.restore(&["identified"], &["restore-identified", "restore-wrapping"]).await;
    operator.hosts.wait_for_output("identified", "behind the public log").await;
    // It no longer knows that this address was given a token; nor may a new one have one.
    for address in ["boris@example.org", "carla@example.org"] {
        assert_eq!(token_request(&operator, address).await, 503, "{address}");
    }
    operator.hosts.kill("identified");
    operator.succeeds("accept-loss");
    operator.succeeds("accept-loss");
    operator.hosts.start_side("identified").await;
    operator.sign("carla@example.org").await.expect("signed");
    let tally = operator.hosts.tally().await;
    assert_eq!((&tally["total"], &tally["issued"]), (&3.into(), &3.into()), "the count went on, and never fell");
}

#[tokio::test]
async fn without_the_wrapping_keys_a_restored_side_issues_nothing_and_the_count_stays() {
    let mut operator = Operator::new().await;
    operator.succeeds("backup-identified");
    operator.restore(&["identified"], &["restore-identified"]).await;
    tokio::select! {
        signed = operator.sign("boris@example.org") => assert!(signed.is_err(), "no key to sign with"),
        () = operator.hosts.wait_for_output("identified", "a petition's key is missing") => {}
    }
    assert_eq!(operator.total().await, 1);
    let tally = operator.hosts.tally().await;
    assert_eq!(tally["issued"], 1);
}
