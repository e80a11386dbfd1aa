//! What a SOCKS5 proxy, or a relay in front of the server, sees of a signing at the command line; and that nothing goes past the proxy.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use undersign_tests::cli::{Ended, Person};
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::Signer;
use undersign_tests::socks::{Door, Seen, SocksProxy};

const ONION: &str = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwx.onion";

/// A server that people reach as an onion service.
struct World {
    server: TestServer,
    states: tempfile::TempDir,
}

impl World {
    async fn start() -> Self {
        let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
        Self { server, states: tempfile::tempdir().expect("a folder") }
    }

    fn address(&self) -> SocketAddr {
        self.server.origin().authority().parse().expect("an address")
    }

    /// The petition's link at another host.
    fn link_at(&self, host: &str) -> String {
        self.server.link_to("trees").replace(self.server.origin().authority(), host)
    }

    async fn sign(&self, email: &str, link: &str, more: &[&str], wrapper: &[String]) -> Ended {
        let person = Person::new(&self.server, self.states.path(), email);
        person.run(&[&["sign", link, "--email", email, "--wait-published"], more].concat(), wrapper).await
    }

    async fn total(&self) -> u64 {
        let link = self.server.link_to("trees");
        Signer::new(&self.server, "reader@example.org").total(&link).await.total
    }
}

/// What a request is for, by what the server could see of it.
fn stage(request: &str) -> &'static str {
    let path = request.split(' ').nth(1).unwrap_or_default();
    match path {
        _ if path.starts_with("/v1/email-verifications") => "email_verification",
        "/v1/token-requests" => "issuance",
        _ if path.ends_with("/signatures") => "redemption",
        _ if path.contains("/log/tile/") && path.starts_with("/v1/petitions/") => "public_log",
        _ => "lookup",
    }
}

/// The stages of each connection.
fn stages(seen: &[Seen]) -> Vec<BTreeSet<&'static str>> {
    seen.iter().map(|connection| connection.requests.iter().map(|line| stage(line)).collect()).collect()
}

/// Fails unless address, tokens and signature went on connections of which each was for that alone.
fn assert_apart(seen: &[Seen]) {
    let stages = stages(seen);
    for alone in ["email_verification", "issuance", "redemption"] {
        let with: Vec<_> = stages.iter().filter(|stages| stages.contains(alone)).collect();
        assert!(!with.is_empty(), "{alone} was seen: {seen:?}");
        assert!(with.iter().all(|stages| stages.len() == 1), "{alone} shares no connection: {seen:?}");
    }
}

#[tokio::test]
async fn a_proxy_sees_names_and_each_stage_as_somebody_else() {
    let world = World::start().await;
    let mut names = BTreeSet::new();
    let people = ["anna@example.org", "boris@example.org"];
    for email in people {
        let proxy = SocksProxy::start(Door::AnyName, world.address());
        let ended = world.sign(email, &world.link_at(ONION), &["--proxy", &proxy.url()], &[]).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let seen = proxy.seen();
        assert!(seen.iter().all(|connection| connection.is_name && connection.host == ONION), "{seen:?}");
        assert!(seen.iter().all(|connection| connection.port == 80), "{seen:?}");
        assert_apart(&seen);
        assert!(stages(&seen).iter().any(|stages| stages.contains("public_log")), "{seen:?}");
        // Connections under one name are of one stage, however many there are.
        let mut own = BTreeSet::new();
        for connection in &seen {
            let name = connection.name.clone().expect("a user name");
            let stages: BTreeSet<_> = connection.requests.iter().map(|line| stage(line)).collect();
            own.insert((name, stages));
        }
        let distinct: BTreeSet<_> = own.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(distinct.len(), own.len(), "no name is of two stages: {own:?}");
        assert!(distinct.len() >= 5, "{own:?}");
        assert!(distinct.is_disjoint(&names), "nobody has a name of somebody else");
        names.extend(distinct);
    }
    assert_eq!(world.total().await, people.len() as u64);
}

#[tokio::test]
async fn issuance_and_redemption_share_no_connection_without_a_proxy_either() {
    let world = World::start().await;
    let relay = SocksProxy::start(Door::Away, world.address());
    let link = world.link_at(&relay.address().to_string());
    let ended = world.sign("anna@example.org", &link, &[], &[]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_apart(&relay.seen());
}

/// What `undersign` connects and sends to is what the kernel was asked for.
#[tokio::test]
async fn nothing_goes_past_the_proxy() {
    let world = World::start().await;
    let proxy = SocksProxy::start(Door::AnyName, world.address());
    let trace = world.states.path().join("trace");
    let watched = watched(&trace);

    let onion = world.link_at(ONION);
    let ended = world.sign("anna@example.org", &onion, &["--proxy", &proxy.url()], &watched).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(destinations(&trace), BTreeSet::from([proxy.address().to_string()]));

    // Without a proxy an onion service is not even looked for.
    let refused = world.sign("boris@example.org", &onion, &[], &watched).await;
    assert_eq!(refused.code, Some(3), "{refused:?}");
    let message = refused.event("error").expect("an error")["message"].as_str().expect("words").to_owned();
    assert!(message.contains("--proxy socks5h://127.0.0.1:9050"), "{message}");
    assert_eq!(destinations(&trace), BTreeSet::new());

    // The control: the same for a name without a proxy is caught, at whichever name server this machine has.
    let looked_up = world.sign("boris@example.org", "https://petitions.example/p/trees", &[], &watched).await;
    assert_eq!(looked_up.code, Some(3), "{looked_up:?}");
    assert!(destinations(&trace).iter().any(|destination| destination.ends_with(":53")), "{:?}", destinations(&trace));
    let direct = world.sign("boris@example.org", &world.server.link_to("trees"), &[], &watched).await;
    assert_eq!(direct.code, Some(0), "{direct:?}");
    assert!(destinations(&trace).contains(&world.address().to_string()));
}

#[tokio::test]
async fn a_proxy_that_is_away_is_told_and_nothing_is_sent() {
    let world = World::start().await;
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let relay = SocksProxy::start(Door::Away, world.address());
    let link = world.link_at(&relay.address().to_string());
    let ended = world.sign("anna@example.org", &link, &["--proxy", &format!("socks5h://{nobody}")], &[]).await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let message = ended.event("error").expect("an error")["message"].as_str().expect("words").to_owned();
    assert!(message.contains("the proxy cannot be reached, and nothing goes past it"), "{message}");
    assert_eq!(relay.seen(), []);
}

/// Words before a command line, so that every address that a socket is given stands in a file.
fn watched(trace: &Path) -> Vec<String> {
    let words = ["strace", "-f", "-qq", "-e", "signal=none", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o"];
    let mut words: Vec<String> = words.map(str::to_owned).to_vec();
    words.push(trace.display().to_string());
    words
}

/// Those addresses: `host:port`, or the path of a socket.
fn destinations(trace: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(trace).expect("a trace");
    let between = |line: &str, from: &str, to: &str| {
        let rest = &line[line.find(from)? + from.len()..];
        Some(rest[..rest.find(to)?].to_owned())
    };
    let mut found = BTreeSet::new();
    for line in text.lines() {
        let port = between(line, "port=htons(", ")");
        let host = between(line, "inet_addr(\"", "\")").or_else(|| between(line, "inet_pton(AF_INET6, \"", "\""));
        found.extend(host.zip(port).map(|(host, port)| format!("{host}:{port}")));
        found.extend(between(line, "sun_path=\"", "\""));
    }
    found
}
