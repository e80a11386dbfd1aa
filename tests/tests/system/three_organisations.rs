//! Two organisations with a side each and a third with the relay, set up as docs/operators.md and docs/relay.md say, behind real proxies:
//! what each machine has on its wire, and between its programs, while somebody signs and withdraws with `undersign`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use undersign_protocol::oblivious::{
    ENCAPSULATED_REQUEST_SIZE, ENCAPSULATED_RESPONSE_SIZE, GATEWAY_PATH, REQUEST_MEDIA_TYPE, RESPONSE_MEDIA_TYPE,
};
use undersign_tests::cli::Ended;
use undersign_tests::documents::block;
use undersign_tests::namespaces::{
    Capture, Packet, Protocol, Way, contains, exchanges, has, messages, packets, takes_up_a_session,
};
use undersign_tests::organisations::{HOSTS, Organisations};
use undersign_tests::proxies::Proxy;
use undersign_tests::socks::{Door, SocksProxy};

const ANNA: &str = "anna@example.org";
const RELAY: &str = "https://relay.example/petitions.example";
/// Where the programs of the anonymous side and of the relay listen.
const ORIGIN_PORT: u16 = 8_082;
const RELAY_PORT: u16 = 8_092;

/// Somebody at the signer's machine.
struct Signer<'a> {
    world: &'a Organisations,
    link: String,
    /// Words of every command.
    more: Vec<String>,
}

impl Signer<'_> {
    async fn run(&self, words: &[&str], hear: impl AsyncFnMut(&Value) -> bool) -> Ended {
        let words: Vec<&str> = words.iter().copied().chain(self.more.iter().map(String::as_str)).collect();
        self.world.undersign("signer", &words, hear).await
    }

    /// Runs a command that must succeed.
    async fn succeeds(&self, words: &[&str]) -> Ended {
        let ended = self.run(words, async |_| true).await;
        assert_eq!(ended.code, Some(0), "{words:?}: {ended:?}");
        ended
    }

    /// `undersign sign`, with the mail's link opened on the same machine, up to an event.
    async fn sign(&self, address: &str, more: &[&str], until: &str) -> Ended {
        let state = self.state(address);
        let words = [&["sign", &self.link, "--email", address, "--state-dir", text(&state), "--timeout", "60"], more];
        self.run(&words.concat(), async |event| {
            if event["event"] == "waiting" && until != "waiting" {
                self.world.open_link("signer", address, event["check"].as_str().expect("a check number")).await;
            }
            event["event"] != until
        })
        .await
    }

    async fn resume(&self, state: &Path, more: &[&str]) -> Ended {
        let words = [&["resume", "--state-dir", text(state), "--timeout", "60"], more].concat();
        self.run(&words, async |_| true).await
    }

    fn state(&self, address: &str) -> PathBuf {
        self.world.path(&format!("state-{address}"))
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

/// The one state that a folder holds, as JSON.
fn saved(state: &Path) -> (PathBuf, Value) {
    let files = fs::read_dir(state).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut states = files.filter(|path| path.extension().is_some_and(|end| end == "json"));
    let path = states.next().expect("a state");
    let saved = serde_json::from_slice(&fs::read(&path).expect("the state")).expect("JSON");
    (path, saved)
}

/// What is captured everywhere: `eth0` is a machine's wire, `lo` is between its proxy and its program.
struct Wires([Capture; 6]);

struct Seen {
    signer: Vec<Packet>,
    relay: Vec<Packet>,
    in_relay: Vec<Packet>,
    petitions: Vec<Packet>,
    in_petitions: Vec<Packet>,
    ids: Vec<Packet>,
}

impl Wires {
    fn watch(world: &Organisations) -> Self {
        let places = [
            ("signer", "eth0"),
            ("relay", "eth0"),
            ("relay", "lo"),
            ("petitions", "eth0"),
            ("petitions", "lo"),
            ("ids", "eth0"),
        ];
        Self(places.map(|(machine, interface)| world.network.capture(machine, interface, &world.path(""))))
    }

    fn seen(&self) -> Seen {
        let [signer, relay, in_relay, petitions, in_petitions, ids] = packets(self.0.each_ref());
        Seen { signer, relay, in_relay, petitions, in_petitions, ids }
    }
}

impl Seen {
    /// Fails unless everything sealed has one size wherever it passes, and its answer too.
    ///
    /// # Arguments
    /// * `client` – from where the relay is asked
    /// * `count` – how many times
    fn assert_one_size(&self, world: &Organisations, client: Ipv4Addr, count: usize) {
        let [relay, petitions] = ["relay", "petitions"].map(|machine| world.network.address(machine));
        for (packets, asking, asked) in
            [(&self.relay, client, relay), (&self.relay, relay, petitions), (&self.petitions, relay, petitions)]
        {
            let sizes = exchanges(packets, asking, asked);
            assert_eq!(sizes.len(), count, "{sizes:?}");
            assert_eq!(BTreeSet::from_iter(&sizes).len(), 1, "{sizes:?}");
            assert!(sizes[0][0] > ENCAPSULATED_REQUEST_SIZE && sizes[0][1] > ENCAPSULATED_RESPONSE_SIZE, "{sizes:?}");
        }
        for (packets, port) in [(&self.in_relay, RELAY_PORT), (&self.in_petitions, ORIGIN_PORT)] {
            for (messages, media_type) in [
                (messages(packets, |(_, to): &Way| to.1 == port), REQUEST_MEDIA_TYPE),
                (messages(packets, |(from, _): &Way| from.1 == port), RESPONSE_MEDIA_TYPE),
            ] {
                let sealed = messages.iter().filter(|message| is_in(message, media_type));
                let sizes: Vec<_> = sealed.map(Vec::len).collect();
                assert_eq!(sizes.len(), count, "{media_type} at {port}: {sizes:?}");
                assert_eq!(BTreeSet::from_iter(&sizes).len(), 1, "{media_type} at {port}: {sizes:?}");
            }
        }
    }

    /// Fails unless what was handed in came to the anonymous side through the relay alone, with nothing of who it is from.
    fn assert_handed_in_by_the_relay_alone(&self, count: usize) {
        let asked = messages(&self.in_petitions, |(_, to): &Way| to.1 == ORIGIN_PORT);
        let posts: Vec<_> = asked.iter().filter(|message| message.starts_with(b"POST ")).collect();
        assert_eq!(posts.len(), count);
        for post in posts {
            let head = String::from_utf8_lossy(&post[..post.len() - ENCAPSULATED_REQUEST_SIZE]).to_lowercase();
            assert!(head.starts_with(&format!("post {GATEWAY_PATH} http/1.1\r\n")), "{head}");
            for header in ["user-agent:", "forwarded:", "x-forwarded-for:", "x-real-ip:", "via:", "cookie:", "10.77."] {
                assert!(!head.contains(header), "{head}");
            }
        }
        for handed_in in ["/signatures", "/withdrawals", "PrivateToken"] {
            assert!(!contains(&self.in_petitions, handed_in), "{handed_in}");
        }
    }
}

fn is_in(message: &[u8], text: &str) -> bool {
    message.windows(text.len()).any(|window| window == text.as_bytes())
}

/// The machines with which a machine began to speak, in their order.
fn began(packets: &[Packet], machine: Ipv4Addr) -> Vec<Ipv4Addr> {
    let mut known = BTreeSet::new();
    let own = packets.iter().filter(|packet| packet.protocol == Protocol::Tcp && packet.from.0 == machine);
    own.filter(|packet| known.insert((packet.from, packet.to))).map(|packet| packet.to.0).collect()
}

#[tokio::test]
async fn no_machine_but_the_signers_sees_both_who_and_what() {
    let world = Organisations::start(Proxy::Caddy);
    for machine in ["ids", "petitions", "relay"] {
        let checked = world.check_config(machine);
        assert!(checked.status.success(), "{machine}: {checked:?}");
    }
    let link = world.publish().await;
    world.network.tell_names("signer", &HOSTS);
    let wires = Wires::watch(&world);
    let anna = Signer { world: &world, link, more: Vec::new() };
    let [signer, relay, petitions, ids] =
        ["signer", "relay", "petitions", "ids"].map(|machine| world.network.address(machine));

    // Looked at, signed up to the token, handed in by another command, taken back.
    let shown = anna.succeeds(&["show", &anna.link]).await;
    let shown = shown.event("petition").expect("it");
    assert_eq!(shown["relays"], json!([RELAY]));
    let petition_id = shown["petition_id"].as_str().expect("an id").to_owned();
    let receipt = world.path("receipt.json");
    let receipt_words = ["--receipt", text(&receipt)];
    anna.sign(ANNA, &[receipt_words.as_slice(), &["--when", "1h"]].concat(), "holding").await;
    let state = anna.state(ANNA);
    let (file, token_held) = saved(&state);
    let copy = world.path("copy");
    fs::create_dir(&copy).expect("a folder");
    fs::copy(&file, copy.join(file.file_name().expect("a name"))).expect("copied");
    let redeemed = anna.resume(&state, &[receipt_words.as_slice(), &["--when", "now"]].concat()).await;
    assert_eq!(redeemed.event("redeemed").expect("it")["relay"], RELAY, "{redeemed:?}");
    let withdrawn = anna.succeeds(&["withdraw", text(&receipt), "--yes", "--wait-published"]).await;
    assert_eq!(withdrawn.event("withdrawn").expect("it")["relay"], RELAY, "{withdrawn:?}");
    // Handed in again, from the copy: refused.
    let refused = anna.resume(&copy, &["--no-receipt", "--when", "now"]).await;
    assert_eq!(refused.event("error").expect("it")["problem"], "withdrawn", "{refused:?}");
    // Somebody else, in one go.
    let before = wires.seen().signer.len();
    let ended = anna.sign("carol@example.org", &["--when", "now"], "").await;
    assert_eq!(ended.event("redeemed").expect("it")["relay"], RELAY, "{ended:?}");

    let seen = wires.seen();
    // Who: the relay never met the identified side, nor that side the relay; what was handed in came to the anonymous side from the relay.
    assert!(has(&seen.ids, signer) && !has(&seen.ids, relay));
    assert!(has(&seen.relay, signer) && has(&seen.relay, petitions) && !has(&seen.relay, ids));
    seen.assert_handed_in_by_the_relay_alone(4);
    // The signer reads the petition and the log there, directly: nothing of it is as long as a token.
    assert!(has(&seen.petitions, signer));
    assert_eq!(exchanges(&seen.petitions, signer, petitions), <[[usize; 2]; 0]>::default());
    // In one go: what is read there is read before the mail is asked for; the rest is with the identified side, and the last with the relay.
    let order = began(&seen.signer[before..], signer);
    let read = order.iter().rposition(|to| *to == petitions).expect("it is read");
    let (last, after) = order[read + 1..].split_last().expect("more");
    assert!(*last == relay && after.len() >= 2 && after.iter().all(|to| *to == ids), "{order:?}");
    assert!(!takes_up_a_session(&seen.signer, signer));
    // What: nothing of the petition, the token, the key or the person is on the relay's machine.
    let held = &token_held["state"]["token_held"]["wanted"];
    let kept: Value = serde_json::from_slice(&fs::read(&receipt).expect("a receipt")).expect("JSON");
    let [token, key] = [&held["token"], &held["withdrawal_key"]].map(|value| value.as_str().expect("text"));
    assert!(kept.to_string().contains(key), "{kept}");
    let mail = world.mailbox().mails_to(ANNA).remove(0);
    let secrets = [token, key, &petition_id, "signatures", "withdrawals", "trees", ANNA, &mail.link_token()];
    let own = signer.to_string();
    for text in secrets.into_iter().chain([own.as_str()]) {
        assert!(!contains(&seen.relay, text) && !contains(&seen.in_relay, text), "{text}");
    }
    for text in [token, key, ANNA, &own] {
        assert!(!contains(&seen.petitions, text) && !contains(&seen.in_petitions, text), "{text}");
    }
    // How much: of everything the same, on either side of the relay, and between the proxies and the programs.
    seen.assert_one_size(&world, signer, 4);

    // The controls. What is sent to the relay's program in plain is found there.
    for text in secrets {
        world.curl("signer", &[&format!("https://relay.example/{text}")]);
    }
    // A client that keeps sessions takes one up.
    let twice = ["--http1.1", "-H", "Connection: close", "https://relay.example/", "https://relay.example/"];
    world.curl("signer", &twice);
    // Handed in directly, a signature is as long as a token, and stands on the anonymous side's machine.
    let direct = anna.sign("boris@example.org", &["--when", "now", "--direct", "--wait-published"], "").await;
    assert_eq!(direct.event("redeemed").expect("it")["relay"], Value::Null, "{direct:?}");
    let seen = wires.seen();
    assert!(secrets.into_iter().all(|text| contains(&seen.in_relay, text)));
    assert!(takes_up_a_session(&seen.signer, signer));
    assert_eq!(exchanges(&seen.petitions, signer, petitions).len(), 1);
    for handed_in in ["/signatures", "PrivateToken"] {
        assert!(contains(&seen.in_petitions, handed_in), "{handed_in}");
    }
    let audited = anna.succeeds(&["audit", &anna.link]).await;
    assert_eq!(audited.events.last().expect("an event")["total"], 2, "{audited:?}");
}

#[tokio::test]
async fn behind_a_socks_proxy_nobody_meets_the_signer_and_no_name_is_asked_for_outside_it() {
    let world = Organisations::start(Proxy::Nginx);
    let link = world.publish().await;
    let addresses: BTreeMap<_, _> = HOSTS.map(|(host, machine)| (host, world.network.address(machine))).into();
    let proxy = world.network.on("socks", || {
        SocksProxy::start_at(([0, 0, 0, 0], 1_080).into(), Door::AnyName, move |host, port| {
            (addresses[host], port).into()
        })
    });
    let [signer, socks, names] = ["signer", "socks", "names"].map(|machine| world.network.address(machine));
    let wires = Wires::watch(&world);
    let url = format!("socks5h://{socks}:1080");
    let anna = Signer { world: &world, link, more: vec!["--proxy".to_owned(), url] };

    // Each command's names at the proxy, by host.
    let mut told = 0;
    let mut streams = || {
        let all = proxy.seen();
        let new = all[told..].iter().map(|connection| {
            assert!(connection.is_name && connection.port == 443, "{connection:?}");
            (connection.host.clone(), connection.name.clone().expect("a user name").0)
        });
        let new: BTreeSet<_> = new.collect();
        told = all.len();
        new
    };
    let mut commands = Vec::new();
    anna.succeeds(&["show", &anna.link]).await;
    commands.push(streams());
    let receipt = world.path("receipt.json");
    anna.sign(ANNA, &["--receipt", text(&receipt)], "waiting").await;
    commands.push(streams());
    let code = world.mailbox().wait_for(ANNA, 1).await.code();
    let state = anna.state(ANNA);
    let words = ["--code", &code, "--receipt", text(&receipt), "--when", "now", "--wait-published"];
    let redeemed = anna.resume(&state, &words).await;
    assert_eq!(redeemed.event("redeemed").expect("it")["relay"], RELAY, "{redeemed:?}");
    assert!(redeemed.event("published").is_some(), "{redeemed:?}");
    commands.push(streams());
    let withdrawn = anna.succeeds(&["withdraw", text(&receipt), "--yes", "--wait-published"]).await;
    assert_eq!(withdrawn.event("withdrawn").expect("it")["relay"], RELAY, "{withdrawn:?}");
    commands.push(streams());
    let audited = anna.succeeds(&["audit", &anna.link]).await;
    assert_eq!(audited.events.last().expect("an event")["total"], 0, "{audited:?}");
    commands.push(streams());

    // A name at the proxy is of one host, one stage and one command.
    let all: Vec<_> = commands.iter().flatten().collect();
    let distinct: BTreeSet<_> = all.iter().map(|(_, name)| name).collect();
    assert_eq!(distinct.len(), all.len(), "{commands:?}");
    let at = |command: usize, host: &str| commands[command].iter().filter(|(other, _)| other == host).count();
    // The list of petitions, and the mail; the code, and the token.
    assert_eq!([at(1, "ids.example"), at(2, "ids.example")], [2, 2], "{commands:?}");
    // Host's log and petition's log, and between them the relay.
    assert_eq!([at(2, "petitions.example"), at(2, "relay.example")], [2, 1], "{commands:?}");

    let seen = wires.seen();
    // The signer's machine speaks with the proxy alone, and asks nobody for a name.
    let is_outside = |packet: &&Packet| {
        let ends = [packet.from, packet.to];
        packet.protocol != Protocol::Tcp || !ends.contains(&(socks, 1_080)) || ends.iter().all(|end| end.0 != signer)
    };
    assert_eq!(seen.signer.iter().filter(is_outside).collect::<Vec<_>>(), <[&Packet; 0]>::default());
    for packets in [&seen.relay, &seen.petitions, &seen.ids] {
        assert!(has(packets, socks) && !has(packets, signer));
        assert!(!takes_up_a_session(packets, socks));
    }
    seen.assert_handed_in_by_the_relay_alone(2);
    seen.assert_one_size(&world, socks, 2);

    // The controls. A client that asks for names itself is caught, through the same proxy; and one that goes past it.
    let asks = format!("socks5://a:b@{socks}:1080");
    let asking = world.curl("signer", &["--noproxy", "", "--proxy", &asks, "https://petitions.example/"]);
    assert!(!asking.status.success(), "{asking:?}");
    let past = format!("petitions.example:443:{}", world.network.address("petitions"));
    world.curl("signer", &["--resolve", &past, "https://petitions.example/"]);
    let seen = wires.seen();
    let asked = |packet: &&Packet| packet.protocol == Protocol::Udp && packet.to == (names, 53);
    assert!(seen.signer.iter().any(|packet| asked(&packet)));
    assert!(has(&seen.petitions, signer));
}

#[test]
fn the_unit_of_a_relay_is_one_that_systemd_takes() {
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join("undersign-relay.service");
    // The one line that cannot be true here: the program is not installed.
    let unit = block("docs/relay.md", "ini unit").replace("/usr/local/bin/undersign-server", "/bin/true");
    fs::write(&path, unit).expect("written");
    let verified = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&path).output();
    let verified = verified.expect("systemd-analyze");
    assert!(verified.status.success() && verified.stderr.is_empty(), "{verified:?}");
    // As much as of the units that `init` makes.
    let mut security = Command::new("systemd-analyze");
    security.args(["security", "--offline=true", "--no-pager", "--threshold=20"]).arg(&path);
    let security = security.output().expect("systemd-analyze");
    assert!(security.status.success(), "{}", String::from_utf8_lossy(&security.stdout));
}
