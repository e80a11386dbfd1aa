//! Handing in through relays at the command line: the server never sees where it comes from, unless its owner has said that it may.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;
use undersign_tests::cli::{Ended, Person};
use undersign_tests::oblivious::TestRelay;
use undersign_tests::programs::program;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::Signer;
use undersign_tests::socks::{Door, Seen, SocksProxy};
use undersign_tests::wire::Wire;

const ONION: &str = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwx.onion";

/// A server, and everything that reaches it from a person directly.
struct World {
    server: TestServer,
    /// Stands in front of the server and writes down what goes through. Relays go past it.
    front: SocksProxy,
    states: tempfile::TempDir,
}

impl World {
    async fn start(relays: &[&TestRelay]) -> Self {
        let mut options = Options::default();
        if !relays.is_empty() {
            let urls: Vec<String> = relays.iter().map(|relay| relay.url()).collect();
            options.sections[1] += &format!("oblivious = {{ relays = {urls:?} }}\n");
        }
        let server = TestServer::with_petitions(options, &["trees"]).await;
        let address = server.origin().authority().parse().expect("an address");
        let front = SocksProxy::start(Door::Away, address);
        Self { server, front, states: tempfile::tempdir().expect("a folder") }
    }

    fn gateway(&self) -> String {
        self.server.origin().to_string()
    }

    /// The petition's link, which leads to the front.
    fn link(&self) -> String {
        self.server.link_to("trees").replace(self.server.origin().authority(), &self.front.address().to_string())
    }

    async fn sign(&self, email: &str, more: &[&str]) -> Ended {
        let person = Person::new(&self.server, self.states.path(), email);
        person.run(&[&["sign", &self.link(), "--email", email], more].concat(), &[]).await
    }

    async fn resume(&self, more: &[&str]) -> Ended {
        let person = Person::new(&self.server, self.states.path(), "nobody@example.org");
        person.run(&[&["resume"], more].concat(), &[]).await
    }

    /// Waits until everything has been published.
    async fn total(&self, signatures: u64) -> u64 {
        let link = self.server.link_to("trees");
        Signer::new(&self.server, "reader@example.org").wait_for_total(&link, signatures).await.total
    }

    /// What was handed in past the relays.
    fn direct(&self) -> Vec<String> {
        let requests = self.front.seen().into_iter().flat_map(|connection| connection.requests);
        requests.filter(|line| line.contains("/signatures") || line.contains("/withdrawals")).collect()
    }

    fn receipt(&self) -> PathBuf {
        self.states.path().join("receipt.json")
    }
}

/// `undersign withdraw`.
async fn withdraw(receipt: &Path, more: &[&str]) -> (Option<i32>, Vec<Value>) {
    let mut command = Command::new(program("undersign"));
    command.arg("withdraw").arg(receipt).args(["--yes", "--json"]).args(more).stdin(Stdio::null());
    let output = command.output().await.expect("the command runs");
    let lines = String::from_utf8(output.stdout).expect("text");
    (output.status.code(), lines.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect())
}

fn find<'a>(events: &'a [Value], name: &str) -> &'a Value {
    events.iter().find(|event| event["event"] == name).unwrap_or_else(|| panic!("no {name}: {events:?}"))
}

/// Who signs before the gateway's first key stands in the log would be told that there is none.
async fn wait_for_key(world: &World) {
    undersign_tests::oblivious::Oblivious::new(&TestRelay::reserve(), &world.server).await;
}

#[tokio::test]
async fn a_signature_and_its_withdrawal_go_through_a_relay_and_nothing_is_handed_in_directly() {
    let mut relay = TestRelay::reserve();
    let world = World::start(&[&relay]).await;
    relay.start(&world.gateway(), "").await;
    wait_for_key(&world).await;
    let shown = Person::new(&world.server, world.states.path(), "anna@example.org").show(&world.link()).await;
    assert_eq!(shown.event("petition").expect("it")["relays"], serde_json::json!([relay.url()]));

    let receipt = world.receipt();
    let ended = world.sign("anna@example.org", &["--receipt", receipt.to_str().expect("a path")]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.event("redeemed").expect("it")["relay"], relay.url());
    assert_eq!(world.total(1).await, 1);

    let (code, events) = withdraw(&receipt, &[]).await;
    assert_eq!(code, Some(0), "{events:?}");
    assert_eq!(find(&events, "withdrawn")["relay"], relay.url());
    assert_eq!(world.direct(), Vec::<String>::new());

    // The control: what goes directly is seen.
    let ended = world.sign("boris@example.org", &["--direct"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.event("redeemed").expect("it")["relay"], Value::Null);
    assert_eq!(world.direct().len(), 1);
}

#[tokio::test]
async fn a_relay_that_is_down_is_passed_over() {
    let (down, mut up) = (TestRelay::reserve(), TestRelay::reserve());
    let world = World::start(&[&down, &up]).await;
    up.start(&world.gateway(), "").await;
    wait_for_key(&world).await;
    for number in 0.. {
        assert!(number < 30, "the one that is down is never tried first");
        let ended = world.sign(&format!("anna{number}@example.org"), &[]).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(ended.event("redeemed").expect("it")["relay"], up.url());
        if let Some(event) = ended.event("relay_down") {
            assert_eq!(event["relay"], down.url());
            break;
        }
    }
    assert_eq!(world.direct(), Vec::<String>::new());
}

#[tokio::test]
async fn where_all_relays_are_down_nothing_is_sent_until_its_owner_says_so() {
    let (one, mut other) = (TestRelay::reserve(), TestRelay::reserve());
    let world = World::start(&[&one, &other]).await;
    wait_for_key(&world).await;
    let ended = world.sign("anna@example.org", &[]).await;
    assert_eq!(ended.code, Some(8), "{ended:?}");
    let error = ended.event("error").expect("it")["message"].as_str().expect("words").to_owned();
    for said in [&one.url(), &other.url(), "it cannot be reached", "undersign resume trees", "--direct"] {
        assert!(error.contains(said), "{error}");
    }
    assert_eq!(world.direct(), Vec::<String>::new());

    // `resume` asks no less than `sign` did.
    assert_eq!(world.resume(&[]).await.code, Some(8));
    let named = world.resume(&["--relay", &one.url()]).await;
    assert_eq!(named.code, Some(8), "{named:?}");
    assert_eq!(world.direct(), Vec::<String>::new());
    let direct = world.resume(&["--direct"]).await;
    assert_eq!((direct.code, world.direct().len()), (Some(0), 1), "{direct:?}");
    assert_eq!(world.total(1).await, 1);

    // And a relay that has come back takes it.
    assert_eq!(world.sign("boris@example.org", &[]).await.code, Some(8));
    other.start(&world.gateway(), "").await;
    let resumed = world.resume(&[]).await;
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    assert_eq!((world.total(2).await, world.direct().len()), (2, 1));
}

/// A relay need not be announced; but without a key of the gateway there is no way through any.
#[tokio::test]
async fn a_relay_that_is_named_is_used_alone() {
    let (announced, mut own) = (TestRelay::reserve(), TestRelay::reserve());
    let world = World::start(&[&announced]).await;
    own.start(&world.gateway(), "").await;
    wait_for_key(&world).await;
    let ended = world.sign("anna@example.org", &["--relay", &own.url()]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.event("redeemed").expect("it")["relay"], own.url());
    assert!(ended.event("relay_down").is_none(), "{ended:?}");

    let without = World::start(&[]).await;
    let ended = without.sign("anna@example.org", &["--relay", &own.url()]).await;
    assert_eq!(ended.code, Some(8), "{ended:?}");
    let error = ended.event("error").expect("it")["message"].as_str().expect("words").to_owned();
    assert!(error.contains("announces no key for relays"), "{error}");
    assert_eq!(without.direct(), Vec::<String>::new());
    // Where nothing is announced and nobody asks for one, it goes directly, and says so.
    let ended = without.resume(&[]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.event("redeemed").expect("it")["relay"], Value::Null);
    assert_eq!(without.direct().len(), 1);
}

#[tokio::test]
async fn a_relay_is_reached_through_the_proxy() {
    let mut relay = TestRelay::reserve();
    let world = World::start(&[&relay]).await;
    relay.start(&world.gateway(), "").await;
    wait_for_key(&world).await;
    let proxy = SocksProxy::start(Door::AnyName, world.server.origin().authority().parse().expect("an address"));
    let through = ["--proxy", &proxy.url()];
    let link = world.link().replace(&world.front.address().to_string(), ONION);
    let sign = async |email: &str| {
        let person = Person::new(&world.server, world.states.path(), email);
        person.run(&[&["sign", &link, "--email", email], through.as_slice()].concat(), &[]).await
    };
    let ended = sign("anna@example.org").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.event("redeemed").expect("it")["relay"], relay.url());
    let seen = proxy.seen();
    let is_relay = |connection: &&Seen| connection.port == relay.port();
    let names: BTreeSet<_> = seen.iter().filter(is_relay).map(|connection| connection.name.clone()).collect();
    assert_eq!(names.len(), 1, "{seen:?}");
    let others = seen.iter().filter(|connection| !is_relay(connection));
    assert!(
        others.into_iter().all(|connection| !names.contains(&connection.name)),
        "it is nobody's name else: {seen:?}"
    );

    relay.kill();
    let ended = sign("boris@example.org").await;
    assert_eq!(ended.code, Some(8), "{ended:?}");
    let handed_in = |connection: &Seen| connection.requests.iter().any(|line| line.contains("/signatures"));
    assert!(!proxy.seen().iter().any(handed_in), "{:?}", proxy.seen());
}

#[tokio::test]
async fn pages_have_words_about_relays_only_where_there_are_any() {
    for (relays, is_there) in [(vec![TestRelay::reserve()], true), (Vec::new(), false)] {
        let world = World::start(&relays.iter().collect::<Vec<_>>()).await;
        let wire = Wire::new(&world.server);
        for language in ["en", "ru", "fa"] {
            let page = async |rest: &str| wire.get(&wire.origin(&format!("/{language}{rest}"))).await.text();
            for path in ["/p/trees", "/p/trees/withdraw"] {
                let page = page(path).await;
                assert_eq!(page.contains(" data-relays"), is_there, "{language}{path}");
                assert_eq!(page.contains("data-panel=\"relays-down\""), is_there, "{language}{path}");
                assert_eq!(page.contains("id=\"relays-direct\""), is_there, "{language}{path}");
            }
        }
        assert_eq!(wire.get(&wire.origin("/en/safety")).await.text().contains("relay"), is_there);
    }
}
