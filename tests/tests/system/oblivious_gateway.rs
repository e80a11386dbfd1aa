//! Whether what comes through a relay counts as what comes directly, in one size, and with keys that are gone in time.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use serde_json::json;
use undersign_protocol::oblivious::{
    ENCAPSULATED_REQUEST_SIZE, ENCAPSULATED_RESPONSE_SIZE, KeyConfig, REQUEST_SIZE, Week, pad,
};
use undersign_protocol::petition::{PetitionId, VerifiedManifest};
use undersign_protocol::problem::Problem;
use undersign_protocol::public_log::{HostEntry, KeyConfigEntry};
use undersign_protocol::redemption::{Token, WithdrawalKey, token_header};
use undersign_tests::audit::audit;
use undersign_tests::oblivious::{Inner, Oblivious, TestRelay, host_entries, key_configs, open, seal};
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::Wire;

const ANNA: &str = "anna@example.org";

fn redemption(petition: &VerifiedManifest, token: &Token) -> Inner {
    Inner::post(format!("/v1/petitions/{}/signatures", petition.petition_id()))
        .header("authorization", token_header(token))
}

fn withdrawal(petition: &VerifiedManifest, key: &WithdrawalKey) -> Inner {
    Inner::post(format!("/v1/petitions/{}/withdrawals", petition.petition_id()))
        .json(&json!({ "nonce": key.nonce(), "withdrawal_key": key }))
}

#[tokio::test]
async fn a_signature_and_its_withdrawal_count_once_through_a_relay_however_often_they_are_replayed() {
    let (relay, server) = TestRelay::with_server(Options::default()).await;
    let (wire, oblivious) = (Wire::new(&server), Oblivious::new(&relay, &server).await);
    let slow = server.publish(petition("slow", server.now(), 3_600)).await;
    let fast = server.publish(petition("fast", server.now(), 1)).await;

    // A replay is the very same bytes, from whoever has seen them: the answer is sealed anew, and inside it is the same promise.
    let token = wire.token(ANNA, &slow).await;
    let (sealed, opening) = seal(&oblivious.key, &redemption(&slow, &token).padded());
    let first = oblivious.post(&sealed).await;
    let replayed = oblivious.post(&sealed).await;
    assert_eq!((first.status, replayed.status), (200, 200));
    assert_ne!(first.body, replayed.body);
    let promised = open(opening, &first.body);
    assert_eq!(promised.status, 200, "{}", promised.text());
    assert_eq!(wire.redeem(&slow.petition_id(), &token).await.body, promised.body, "directly it is the same");
    assert_eq!(oblivious.send(&redemption(&slow, &token)).await.0.body, promised.body);

    let (token, key) = wire.token_and_key(ANNA, &fast).await;
    let (sealed, _) = seal(&oblivious.key, &redemption(&fast, &token).padded());
    for _ in 0..3 {
        assert_eq!(oblivious.post(&sealed).await.status, 200);
    }
    wire.wait_for_counts(&fast.petition_id(), (1, 1, 0)).await;
    let (taken_back, _) = oblivious.send(&withdrawal(&fast, &key)).await;
    assert_eq!(taken_back.status, 200, "{}", taken_back.text());
    wire.wait_for_counts(&fast.petition_id(), (0, 1, 1)).await;
    // What was sealed when it still counted brings nothing back.
    assert_eq!(oblivious.post(&sealed).await.status, 200);
    assert_eq!(oblivious.send(&redemption(&fast, &token)).await.0.problem(), Problem::Withdrawn);
    assert_eq!(audit(&server, &fast).await.0.total(), 0);
}

#[tokio::test]
async fn every_answer_from_inside_is_of_one_size_and_says_what_it_says_directly() {
    let (relay, server) =
        TestRelay::with_server(Options { announcement: Some(String::new()), ..Options::default() }).await;
    let (wire, oblivious) = (Wire::new(&server), Oblivious::new(&relay, &server).await);
    let open = server.publish(petition("open", server.now(), 3_600)).await;
    let later = server.publish(petition("later", server.now().plus(3_600), 3_600)).await;
    let (token, key) = wire.token_and_key(ANNA, &open).await;
    let other = WithdrawalKey::from_bytes([9; 32]);
    let here = format!("/v1/petitions/{}", open.petition_id());
    let unknown = format!("/v1/petitions/{}", PetitionId::from([0; 32]));
    let mut sizes = BTreeSet::new();
    for (inner, status, problem) in [
        (redemption(&open, &token), 200, None),
        (withdrawal(&open, &key), 200, None),
        (redemption(&open, &token), 409, Some(Problem::Withdrawn)),
        (redemption(&later, &token), 401, Some(Problem::TokenNotValid)),
        (Inner::post(format!("{here}/signatures")), 401, Some(Problem::TokenNotValid)),
        (withdrawal(&open, &other), 403, Some(Problem::WithdrawalNotValid)),
        (Inner::post(format!("{unknown}/signatures")), 404, Some(Problem::UnknownPetition)),
        (Inner::post(format!("{here}/withdrawals")), 415, Some(Problem::UnsupportedMediaType)),
        (Inner::post(format!("{here}/withdrawals")).json(&json!([1])), 400, Some(Problem::MalformedRequest)),
    ] {
        let (answer, size) = oblivious.send(&inner).await;
        sizes.insert(size);
        assert_eq!(answer.status, status, "{inner:?}: {}", answer.text());
        // The very same as directly: of what was taken, and of what was refused.
        let mut direct = wire.client().post(wire.origin(&inner.path)).body(inner.content.clone());
        for (name, value) in &inner.headers {
            direct = direct.header(name, value);
        }
        let direct = wire.send(direct).await;
        if let Some(problem) = problem {
            assert_eq!((answer.problem(), &answer.body), (problem, &direct.body));
            assert_eq!(answer.header("www-authenticate"), direct.header("www-authenticate"));
        }
    }
    // No other route is behind the gateway, whatever is there directly.
    for (method, path) in [
        ("GET", here.clone()),
        ("GET", format!("{here}/total")),
        ("GET", format!("{here}/signatures")),
        ("PUT", format!("{here}/signatures")),
        ("POST", "/v1/petitions/open/signatures".to_owned()),
        ("POST", format!("{here}/signatures/")),
        ("POST", format!("{here}/signatures?a=b")),
        ("POST", format!("{here}/notices")),
        ("POST", "/v1/token-requests".to_owned()),
        ("POST", "/v1/email-verifications".to_owned()),
        ("POST", "/v1/petitions/prepare".to_owned()),
        ("GET", "/v1/log/checkpoint".to_owned()),
        ("GET", "/".to_owned()),
        ("POST", "/.well-known/ohttp-gateway".to_owned()),
        ("POST", "https://elsewhere.example/".to_owned()),
    ] {
        let (answer, size) = oblivious.send(&Inner { method: method.to_owned(), ..Inner::post(path.clone()) }).await;
        sizes.insert(size);
        assert_eq!(answer.problem(), Problem::NotFound, "{method} {path}");
    }
    // What is no request at all, and a pause.
    let answer = pad(&[1, 0x40, 200], REQUEST_SIZE).expect("padded");
    for padded in [vec![0xff; REQUEST_SIZE], vec![0; REQUEST_SIZE], Inner::post("").padded(), answer] {
        let (answer, size) = oblivious.send_padded(&padded).await;
        sizes.insert(size);
        assert_eq!(answer.problem(), Problem::MalformedRequest);
    }
    server.announce("read_only = true\n").await;
    let (answer, size) = oblivious.send(&redemption(&open, &token)).await;
    sizes.insert(size);
    assert_eq!(answer.problem(), Problem::ReadOnly);
    assert!(!answer.header("retry-after").is_empty());
    assert_eq!(sizes.into_iter().collect::<Vec<_>>(), [ENCAPSULATED_RESPONSE_SIZE]);
}

#[tokio::test]
async fn what_is_not_of_the_one_size_or_sealed_for_no_key_is_refused() {
    let (relay, server) = TestRelay::with_server(Options::default()).await;
    let (wire, mut oblivious) = (Wire::new(&server), Oblivious::new(&relay, &server).await);
    let gateway = wire.origin("/.well-known/ohttp-gateway");
    // Who asks for the keys gets the one of the log, behind its length (RFC 9458 §3.2).
    let keys = wire.get(&gateway).await;
    assert_eq!((keys.status, keys.header("content-type")), (200, "application/ohttp-keys"));
    assert_eq!(keys.body, [&[0, 41], oblivious.key.encode().as_slice()].concat());

    // The gateway asks the same of who comes past the relay, and so does the relay.
    let (sealed, _) = seal(&oblivious.key, &[0; REQUEST_SIZE]);
    assert_eq!(sealed.len(), ENCAPSULATED_REQUEST_SIZE);
    let other_sizes = [vec![], sealed[1..].to_vec(), [&sealed[..], &[0]].concat(), seal(&oblivious.key, &[0; 9]).0];
    for body in &other_sizes {
        assert_eq!(oblivious.post(body).await.status, 400);
    }
    assert_eq!(wire.post(&relay.url(), "application/json", sealed.clone()).await.status, 415);
    oblivious.at(&gateway);
    for body in &other_sizes {
        assert_eq!(oblivious.post(body).await.problem(), Problem::MalformedRequest);
    }
    assert_eq!(wire.post(&gateway, "application/json", sealed.clone()).await.problem(), Problem::UnsupportedMediaType);

    // Damaged, for another key of the same name, for a key of another name, of another suite: not told apart.
    oblivious.at(&relay.url());
    let damaged = |place: usize| {
        let mut sealed = sealed.clone();
        sealed[place] ^= 1;
        sealed
    };
    let stranger = KeyConfig { public_key: KeyConfig::decode(&STRANGER).expect("a key").public_key, ..oblivious.key };
    let mut bodies = vec![seal(&stranger, &[0; REQUEST_SIZE]).0];
    bodies.extend([0, 2, 4, 6, 7, 38, 39, 1_078].map(damaged));
    let mut refusals = BTreeSet::new();
    for body in &bodies {
        let answer = oblivious.post(body).await;
        assert_eq!(answer.problem(), Problem::ObliviousKey);
        refusals.insert(answer.body);
    }
    assert_eq!(refusals.len(), 1);
    assert!(!server.output().to_lowercase().contains("error"), "{}", server.output());
}

/// The key of RFC 9458 Appendix A, in our suite: whoever has its private half has none of ours.
const STRANGER: [u8; KeyConfig::SIZE] = [
    0x01, 0x00, 0x20, 0x31, 0xe1, 0xf0, 0x5a, 0x74, 0x01, 0x02, 0x11, 0x52, 0x20, 0xe9, 0xaf, 0x91, 0x8f, 0x73, 0x86,
    0x74, 0xae, 0xc9, 0x5f, 0x54, 0xdb, 0x6e, 0x04, 0xeb, 0x70, 0x5a, 0xae, 0x8e, 0x79, 0x81, 0x55, 0x00, 0x04, 0x00,
    0x01, 0x00, 0x03,
];

#[tokio::test]
async fn the_log_names_relays_and_one_key_a_week_through_restarts_and_pages_may_ask_the_relays() {
    let (relay, mut server) = TestRelay::with_server(Options::default()).await;
    let oblivious = Oblivious::new(&relay, &server).await;
    server.publish(petition("trees", server.now(), 1)).await;
    server.restart().await;
    // What stands there after the keys of a start, so that one that is too many would be there, too.
    server.set_pages(Some("onion_url = \"http://abcdefghij234567.onion\"\n".to_owned()));
    server.restart().await;
    let wire = Wire::new(&server);
    while services(&wire).await.len() < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let keys = key_configs(&wire).await;
    let weeks: Vec<u64> = keys.iter().map(|key| Week::of(key.not_before()).number()).collect();
    let once: BTreeSet<u64> = weeks.iter().copied().collect();
    assert!(weeks.len() == once.len() && weeks.len() <= 2 && weeks[0] == Week::of(server.now()).number(), "{weeks:?}");
    let current = KeyConfigEntry::current(&keys, server.now()).expect("a key of now");
    assert_eq!(*current.key_config(), oblivious.key);
    assert_eq!(services(&wire).await, [[relay.url()], [relay.url()]]);

    for (path, may_ask) in [("/p/trees", true), ("/p/trees/withdraw", true), ("/", false), ("/p/trees/share", false)] {
        let page = wire.get(&wire.origin(path)).await;
        let policy = page.header("content-security-policy");
        let connect = policy.split("; ").find(|part| part.starts_with("connect-src")).expect("connect-src");
        assert_eq!(connect.split(' ').any(|source| source == relay.base()), may_ask, "{path}: {connect}");
    }
}

/// The relays of each entry that says how the service is reached.
async fn services(wire: &Wire) -> Vec<Vec<String>> {
    let services = host_entries(wire).await.into_iter().filter_map(|entry| match entry {
        HostEntry::Service(service) => Some(service.relays.iter().map(ToString::to_string).collect()),
        _ => None,
    });
    services.collect()
}

#[tokio::test]
async fn a_key_that_is_over_is_destroyed_at_the_start_and_no_backup_has_any() {
    let (relay, mut server) = TestRelay::with_server(Options::default()).await;
    let oblivious = Oblivious::new(&relay, &server).await;
    let keys = server.path().join("anonymous-keys/ohttp");
    let this_week = Week::of(server.now()).number();
    let key = |week: u64| keys.join(format!("{week}.key"));
    assert_eq!(fs::metadata(key(this_week)).expect("this week's key").permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&keys).expect("the folder").permissions().mode() & 0o777, 0o700);
    // As if the server had been away for two weeks: this week's key is one of then.
    server.kill();
    let old = key(this_week - 2);
    fs::copy(key(this_week), &old).expect("copied");
    server.restart().await;
    for _ in 0..1_500 {
        if !old.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!old.exists() && key(this_week).exists(), "{}", server.output());
    let called = KeyConfig { key_id: ((this_week - 2) % 256) as u8, ..oblivious.key };
    assert_eq!(oblivious.post(&seal(&called, &[0; REQUEST_SIZE]).0).await.problem(), Problem::ObliviousKey);
    assert_eq!(oblivious.post(&seal(&oblivious.key, &[0; REQUEST_SIZE]).0).await.status, 200, "the control");

    let medium = tempfile::tempdir().expect("a folder");
    let mut backup = std::process::Command::new(undersign_tests::programs::program("undersign-server"));
    backup.args(["backup", "--side", "anonymous", "--config"]).arg(server.config_path());
    assert!(backup.arg("--to").arg(medium.path()).status().expect("backup").success());
    let copied = medium.path().join("anonymous/keys");
    assert!(copied.join("host-log.key").exists() && !copied.join("ohttp").exists());
}

#[tokio::test]
async fn without_relays_there_is_no_gateway_and_no_key() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let wire = Wire::new(&server);
    let gateway = wire.origin("/.well-known/ohttp-gateway");
    assert_eq!(wire.get(&gateway).await.problem(), Problem::NotFound);
    assert_eq!(
        wire.post(&gateway, "message/ohttp-req", vec![0; ENCAPSULATED_REQUEST_SIZE]).await.problem(),
        Problem::NotFound
    );
    let entries = host_entries(&wire).await;
    assert!(entries.iter().all(|entry| matches!(entry, HostEntry::Announcement(_))), "{entries:?}");
    assert!(!server.path().join("anonymous-keys/ohttp").exists());
}
