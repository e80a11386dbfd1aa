//! What each of four machines has on its wire while somebody signs: the identified side, the anonymous side, a relay and the signer, each
//! an address of its own.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use undersign_client_lib::organiser;
use undersign_client_lib::request::{Request, Side};
use undersign_client_lib::response::Response;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::issuance::media_type;
use undersign_protocol::oblivious::{
    ENCAPSULATED_REQUEST_SIZE, ENCAPSULATED_RESPONSE_SIZE, KeyConfig, REQUEST_MEDIA_TYPE,
};
use undersign_protocol::petition::{PetitionId, VerifiedManifest};
use undersign_protocol::redemption::{WithdrawalKey, token_header};
use undersign_server::clock::{Clock as _, SystemClock};
use undersign_tests::blinding::Blinding;
use undersign_tests::mailbox::Mailbox;
use undersign_tests::namespaces::{Capture, Network, Packet, host, streams};
use undersign_tests::oblivious::{Inner, open, seal};
use undersign_tests::petitions::petition;
use undersign_tests::programs::program;
use undersign_tests::signer::rng;

const ANNA: &str = "anna@example.org";

/// The machines, with their programs running.
struct World {
    processes: Vec<Child>,
    folder: TempDir,
    organiser: SecretKey,
    network: Network,
}

impl World {
    fn start() -> Self {
        let network = Network::new(&["signer", "relay", "petitions", "ids", "organiser"]);
        let organiser = SecretKey::from_seed(&[7; 32]);
        let mut world =
            Self { processes: Vec::new(), folder: tempfile::tempdir().expect("a folder"), organiser, network };
        let folder = world.folder.path().display().to_string();
        let organiser = world.organiser.public_key();
        let (petitions, ids) = (host("petitions"), host("ids"));
        world.run(
            "ids",
            "serve",
            &format!(
                "[identified]\nlisten = \"0.0.0.0:80\"\npublic_url = \"http://{ids}\"\norigin_url = \"http://{petitions}\"\n\
                 database = \"sqlite:{folder}/identified.db\"\nkeys = \"{folder}/identified-keys\"\norganisers = [\"{organiser}\"]\n\
                 [identified.mail]\nfrom = \"no-reply@mail.example\"\nfiles = \"{folder}/outbox\"\n"
            ),
        );
        world.run(
            "petitions",
            "serve",
            &format!(
                "[anonymous]\nlisten = \"0.0.0.0:80\"\npublic_url = \"http://{petitions}\"\nissuer_url = \"http://{ids}\"\n\
                 database = \"sqlite:{folder}/anonymous.db\"\nkeys = \"{folder}/anonymous-keys\"\norganisers = [\"{organiser}\"]\n\
                 oblivious = {{ relays = [\"https://relay.example/{petitions}\"] }}\n"
            ),
        );
        world.run("relay", "relay", &format!("listen = \"0.0.0.0:80\"\n[[gateways]]\nhost = \"{petitions}\"\n"));
        for (machine, path) in [("ids", "/v1/petitions"), ("petitions", "/.well-known/ohttp-gateway"), ("relay", "/")] {
            world.wait_for(machine, path);
        }
        world
    }

    fn run(&mut self, machine: &str, what: &str, config: &str) {
        let path = self.folder.path().join(format!("{machine}.toml"));
        fs::write(&path, config).expect("the configuration is written");
        let mut command: Command = self.network.command(machine, &program("undersign-server"));
        command.args([what, "--config"]).arg(path).stdin(Stdio::null()).stdout(Stdio::null());
        let said = File::create(self.folder.path().join(format!("{machine}.stderr"))).expect("a file");
        self.processes.push(command.stderr(said).spawn().expect("the program starts"));
    }

    fn wait_for(&self, machine: &str, path: &str) {
        for _ in 0..500 {
            let answer =
                self.network.curl(machine, &["-o", "/dev/null", "-w", "%{http_code}", &self.url(machine, path)]);
            // A relay answers at its own path that there is nothing; a gateway once it has a key.
            if answer.status.success() && matches!(answer.stdout.as_slice(), b"200" | b"404") {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let said = fs::read_to_string(self.folder.path().join(format!("{machine}.stderr"))).unwrap_or_default();
        panic!("{machine} does not answer: {said}");
    }

    fn url(&self, machine: &str, path: &str) -> String {
        format!("http://{}{path}", host(machine))
    }

    /// What somebody on a machine posts, and gets.
    fn post(&self, from: &str, url: &str, headers: &[(&str, String)], body: &[u8]) -> (u16, Vec<u8>) {
        let (sent, got) = (self.folder.path().join("sent"), self.folder.path().join("got"));
        fs::write(&sent, body).expect("written");
        let data = format!("@{}", sent.display());
        let headers: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let got_path = got.display().to_string();
        let mut words = vec!["-o", got_path.as_str(), "-w", "%{http_code}", "--data-binary", data.as_str()];
        // Neither of these is a client's of ours.
        words.extend(["-H", "Expect:", "-H", "User-Agent:"]);
        headers.iter().for_each(|header| words.extend(["-H", header]));
        words.push(url);
        let answer = self.network.curl(from, &words);
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        let status = String::from_utf8_lossy(&answer.stdout).parse().expect("a status");
        (status, fs::read(got).expect("a body"))
    }

    fn post_json(&self, from: &str, url: &str, body: &Value) -> Value {
        let json = [("content-type", "application/json".to_owned())];
        let (status, body) = self.post(from, url, &json, body.to_string().as_bytes());
        assert!((200..300).contains(&status), "{status}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap_or(Value::Null)
    }

    fn send(&self, request: &Request) -> Response {
        let headers: Vec<_> = request.headers().iter().map(|(name, value)| (*name, value.clone())).collect();
        let (status, body) = self.post("organiser", request.url(), &headers, request.content());
        Response { status, media_type: Some("application/json".to_owned()), retry_after: None, body }
    }

    fn publish(&self) -> VerifiedManifest {
        let folder = petition("trees", SystemClock.now(), 3_600);
        let base = |machine: &str| self.url(machine, "").parse().expect("a base");
        let (ids, petitions) = (base("ids"), base("petitions"));
        let slug = &folder.settings.slug;
        let prepare =
            |side, base| self.send(&organiser::prepare_request(side, base, slug, &self.organiser, &mut rng()));
        let identified = organiser::read_prepared_identified(&prepare(Side::Identified, &ids)).expect("prepared");
        let anonymous = organiser::read_prepared_anonymous(&prepare(Side::Anonymous, &petitions)).expect("prepared");
        let manifest = folder.manifest(self.organiser.public_key(), &identified, &anonymous).expect("a manifest");
        let verified = organiser::sign(&manifest, &self.organiser).expect("a valid manifest");
        for (side, base) in [(Side::Identified, &ids), (Side::Anonymous, &petitions)] {
            let answer = self.send(&organiser::publish_request(side, base, &verified));
            organiser::read_published(&answer, &verified).expect("published");
        }
        verified
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Whether an address is at one of the ends.
fn has(packets: &[Packet], address: Ipv4Addr) -> bool {
    packets.iter().any(|packet| packet.from.0 == address || packet.to.0 == address)
}

fn contains(packets: &[Packet], text: &str) -> bool {
    streams(packets).values().any(|stream| stream.windows(text.len()).any(|window| window == text.as_bytes()))
}

/// How long each message was that went from one machine to another, over whichever connections: each begins with this.
fn lengths(packets: &[Packet], from: Ipv4Addr, to: Ipv4Addr, start: &str) -> Vec<usize> {
    let mut lengths = Vec::new();
    for (_, stream) in streams(packets).into_iter().filter(|(((a, _), (b, _)), _)| *a == from && *b == to) {
        let places = stream.windows(start.len()).enumerate().filter(|(_, window)| *window == start.as_bytes());
        let places: Vec<usize> = places.map(|(place, _)| place).chain([stream.len()]).collect();
        lengths.extend(places.windows(2).map(|pair| pair[1] - pair[0]));
    }
    lengths
}

#[tokio::test]
async fn no_machine_but_the_signers_sees_both_who_and_what() {
    let world = World::start();
    let verified = world.publish();
    let petition_id = verified.petition_id();
    // As it stands in the log, which the organiser's machine reads here.
    let keys = world.network.curl("organiser", &[&world.url("petitions", "/.well-known/ohttp-gateway")]).stdout;
    let key = KeyConfig::decode(&keys[2..]).expect("a key");
    let path: &Path = world.folder.path();
    let captures = ["signer", "relay", "petitions", "ids"].map(|machine| world.network.capture(machine, path));
    let [signer, relay, petitions, ids] = ["signer", "relay", "petitions", "ids"].map(|it| world.network.address(it));

    // Signing, up to the token.
    let withdrawal_key = WithdrawalKey::from_bytes([42; 32]);
    let blinding = Blinding::with_nonce(&verified, withdrawal_key.nonce());
    let ask = json!({ "email": ANNA, "locale": "en", "request_digest": blinding.digest().to_string() });
    let asked = world.post_json("signer", &world.url("ids", "/v1/email-verifications"), &ask);
    let mail = Mailbox::new(&path.join("outbox")).wait_for(ANNA, 1).await;
    let code = json!({ "verification": asked["verification"], "code": mail.code() });
    world.post_json("signer", &world.url("ids", "/v1/email-verifications/confirm"), &code);
    let media_type = [("content-type", media_type::TOKEN_REQUEST.to_owned())];
    let (status, body) = world.post("signer", &world.url("ids", "/v1/token-requests"), &media_type, &blinding.body());
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    let token = blinding.token(&body);

    // Handed in, taken back, and what is refused: through the relay.
    let authorization = token_header(&token);
    let signatures = format!("/v1/petitions/{petition_id}/signatures");
    let redemption = Inner::post(&signatures).header("authorization", &authorization);
    let withdrawal = json!({ "nonce": withdrawal_key.nonce(), "withdrawal_key": withdrawal_key });
    let withdrawal = Inner::post(format!("/v1/petitions/{petition_id}/withdrawals")).json(&withdrawal);
    let stranger = Inner::post(format!("/v1/petitions/{}/signatures", PetitionId::from([0; 32])));
    let url = world.url("relay", &format!("/{}", host("petitions")));
    for (inner, expected) in [(&redemption, 200), (&withdrawal, 200), (&redemption, 409), (&stranger, 404)] {
        let (sealed, opening) = seal(&key, &inner.padded());
        let media_type = [("content-type", REQUEST_MEDIA_TYPE.to_owned())];
        let (status, body) = world.post("signer", &url, &media_type, &sealed);
        assert_eq!((status, body.len()), (200, ENCAPSULATED_RESPONSE_SIZE));
        assert_eq!(open(opening, &body).status, expected);
    }

    let [at_signer, at_relay, at_petitions, at_ids] = captures.each_ref().map(Capture::packets);
    // Who: the anonymous side never met the signer, the identified side never the relay, the relay never the identified side.
    assert!(has(&at_petitions, relay) && !has(&at_petitions, signer));
    assert!(has(&at_ids, signer) && !has(&at_ids, relay));
    assert!(has(&at_relay, signer) && has(&at_relay, petitions) && !has(&at_relay, ids));
    // So no connection carried both what names a person and what is sealed.
    let of = |packets: &[Packet], to: Ipv4Addr| -> BTreeSet<u16> {
        packets.iter().filter(|packet| packet.to == (to, 80)).map(|packet| packet.from.1).collect()
    };
    assert!(of(&at_signer, ids).is_disjoint(&of(&at_signer, relay)) && !of(&at_signer, relay).is_empty());
    // What: nothing of the petition, the token or the key is on the relay's wire; nothing of the person on the anonymous side's.
    let secret =
        [authorization.as_str(), &petition_id.to_string(), "signatures", "withdrawals", ANNA, &code.to_string()];
    for text in secret {
        assert!(!contains(&at_relay, text), "{text}");
        assert!(!contains(&at_petitions, text), "{text}");
    }
    assert!(contains(&at_ids, ANNA), "the control: what is plain is found");
    for header in ["User-Agent", "user-agent", "Forwarded", "forwarded", "Via: ", "via: ", "Cookie", "cookie"] {
        assert!(!contains(&at_petitions, header), "{header}");
    }
    // How much: each request is as long as every other, and so is each answer, on either side of the relay.
    for (packets, from, to, start) in [
        (&at_relay, signer, relay, "POST /"),
        (&at_signer, relay, signer, "HTTP/1.1 200"),
        (&at_petitions, relay, petitions, "POST /.well-known/ohttp-gateway "),
        (&at_relay, petitions, relay, "HTTP/1.1 200"),
    ] {
        let lengths = lengths(packets, from, to, start);
        assert_eq!(lengths.len(), 4, "{start}: {lengths:?}");
        assert!(
            lengths[0] > ENCAPSULATED_REQUEST_SIZE && lengths.iter().all(|length| *length == lengths[0]),
            "{lengths:?}"
        );
    }

    // The control: handed in directly, both stand on the anonymous side's wire.
    let headers = [("authorization", authorization.clone())];
    world.post("signer", &world.url("petitions", &signatures), &headers, b"");
    let direct = captures[2].packets();
    assert!(has(&direct, signer) && contains(&direct, &authorization) && contains(&direct, &petition_id.to_string()));
}
