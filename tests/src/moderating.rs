use std::process::Command;
use std::time::Duration;

use getrandom::rand_core::Rng as _;
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::organiser::{self, Folder};
use undersign_client_lib::request::Side;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{PrepareRequest, ReviewQuestion, VerifiedManifest};

use crate::programs::program;
use crate::server::TestServer;
use crate::signer::{Sender, rng};
use crate::wire::{Answer, Wire};

/// An organiser with a key of their own, whom nobody has listed.
pub struct Stranger {
    /// The key.
    pub key: SecretKey,
}

impl Stranger {
    /// Another one for each number.
    pub fn new(number: u8) -> Self {
        Self { key: SecretKey::from_seed(&[number; 32]) }
    }

    /// Asks one side to prepare a petition's keys.
    pub async fn prepare(&self, wire: &Wire, base: &str, slug: &str) -> Answer {
        let mut nonce = [0; 16];
        rng().fill_bytes(&mut nonce);
        let request = PrepareRequest::sign(slug.parse().expect("a slug"), nonce.into(), &self.key);
        let body = serde_json::to_value(&request).expect("JSON");
        wire.post_json(&format!("{base}/v1/petitions/prepare"), &body).await
    }

    /// Has the keys prepared at both sides, and signs the petition with them.
    pub async fn signed(&self, server: &TestServer, folder: &Folder) -> VerifiedManifest {
        let (sender, slug) = (Sender::new(None), &folder.settings.slug);
        let request = |side, base: &Base| organiser::prepare_request(side, base, slug, &self.key, &mut rng());
        let identified = sender.send(&request(Side::Identified, &server.issuer())).await;
        let anonymous = sender.send(&request(Side::Anonymous, &server.origin())).await;
        let identified = organiser::read_prepared_identified(&identified).expect("prepared");
        let anonymous = organiser::read_prepared_anonymous(&anonymous).expect("prepared");
        let manifest = folder.manifest(self.key.public_key(), &identified, &anonymous).expect("a manifest");
        organiser::sign(&manifest, &self.key).expect("a valid manifest")
    }

    /// Asks one side where a petition stands.
    pub async fn ask(&self, wire: &Wire, base: &str, petition: &VerifiedManifest) -> Answer {
        post_question(wire, base, petition, &self.question(petition)).await
    }

    /// A question of this moment.
    pub fn question(&self, petition: &VerifiedManifest) -> ReviewQuestion {
        let mut nonce = [0; 16];
        rng().fill_bytes(&mut nonce);
        let now = undersign_server::clock::Clock::now(&undersign_server::clock::SystemClock);
        ReviewQuestion::sign(&petition.petition_id(), now, nonce.into(), &self.key)
    }
}

/// Posts a signed manifest to one side.
pub async fn hand_in(wire: &Wire, base: &str, petition: &VerifiedManifest) -> Answer {
    let body = organiser::format_publication(petition);
    wire.post(&format!("{base}/v1/petitions"), "application/json", body).await
}

/// Posts it to both sides, which must both let it wait.
pub async fn hand_in_to_both(wire: &Wire, petition: &VerifiedManifest) {
    for base in [wire.issuer(""), wire.origin("")] {
        let answer = hand_in(wire, &base, petition).await;
        assert_eq!((answer.status, &answer.json()["state"]), (202, &"waiting".into()), "{}", answer.text());
    }
}

/// Posts a question.
pub async fn post_question(wire: &Wire, base: &str, petition: &VerifiedManifest, question: &ReviewQuestion) -> Answer {
    let body = serde_json::to_value(question).expect("JSON");
    wire.post_json(&format!("{base}/v1/petitions/{}/review", petition.petition_id()), &body).await
}

/// The operator at the machine: runs a command of `undersign-server`, and gives back whether it ended well and what it said.
pub fn operator(server: &TestServer, words: &[&str]) -> (bool, String) {
    let config = server.config_path();
    let mut command = Command::new(program("undersign-server"));
    command.args(&words[..2]).arg("--config").arg(&config).args(&words[2..]).env_remove("UNDERSIGN_LOG");
    let output = command.output().expect("the program runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).expect("UTF-8"))
}

/// The same, where it must end well.
pub fn operated(server: &TestServer, words: &[&str]) -> String {
    let (well, said) = operator(server, words);
    assert!(well, "{words:?}: {said}");
    said
}

/// Waits until both sides show a petition.
pub async fn wait_until_public(wire: &Wire, petition: &VerifiedManifest) {
    for base in [wire.issuer(""), wire.origin("")] {
        let url = format!("{base}/v1/petitions/{}", petition.petition_id());
        let mut tries = 0;
        while wire.get(&url).await.status != 200 {
            tries += 1;
            assert!(tries < 600, "it did not become public within a minute");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}
