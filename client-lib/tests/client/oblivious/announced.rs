use std::collections::BTreeSet;

use undersign_client_lib::checks::{CheckError, check_under};
use undersign_client_lib::oblivious::{self, Announced, HostLogDocuments};
use undersign_client_lib::witnesses::{Demand, MAX_AGE};
use undersign_protocol::base::Base;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::oblivious::{RelayUrl, WEEK, Week};
use undersign_protocol::public_log::{HostEntry, NotWitnessed, Policy, Service, WitnessKey};
use undersign_protocol::timestamp::DAY;

use super::Gateway;
use crate::support::petition::{HOST, now};
use crate::support::rng::TestRng;
use crate::support::server::TestServer;
use crate::support::{base, documents, link};

const RELAYS: [&str; 3] =
    ["https://relay.example/a", "https://other.example/petitions.example", "http://127.0.0.1:7000/a"];

fn service(relays: &[&str]) -> Vec<u8> {
    let relays = relays.iter().map(|relay| relay.parse().unwrap()).collect();
    HostEntry::Service(Service::new(None, relays).unwrap()).encode()
}

fn fetch(server: &mut TestServer) -> HostLogDocuments {
    let (first, requests) = oblivious::start(&base());
    let (second, requests) = first.answered(server.answer_all(&requests)).unwrap();
    second.answered(server.answer_all(&requests)).unwrap()
}

fn announced(server: &mut TestServer) -> Announced {
    oblivious::read(HOST, &fetch(server), None).unwrap()
}

#[test]
fn the_last_list_of_relays_and_the_key_of_the_week_stand() {
    let mut server = TestServer::new(1);
    assert_eq!(announced(&mut server), Announced::default());
    let week = Week::of(now());
    let [this, next] = [week, week.next()].map(Gateway::of);
    server.host_log.entries.extend([service(&RELAYS[..1]), this.logged(), next.logged(), service(&RELAYS)]);
    // What came later than this program is passed over.
    server.host_log.entries.extend([vec![18, b'{', b'}'], vec![99]]);
    let announced = announced(&mut server);
    let relays: Vec<String> = announced.relays().iter().map(ToString::to_string).collect();
    assert_eq!(relays, RELAYS);
    assert_eq!(announced.key(now()), Some(this.entry.key_config()));
    assert_eq!(announced.key(week.next().begins().minus(1)), Some(this.entry.key_config()));
    assert_eq!(announced.key(week.next().begins()), Some(next.entry.key_config()));
    assert_eq!(announced.key(week.begins().plus(2 * WEEK + DAY + 1)), None);
    assert_eq!(announced.key(week.begins().minus(1)), None);

    // The same that the check of a petition finds.
    let documents = documents(&mut server, 0);
    assert_eq!(check_under(&base(), &link(0), &documents, None).unwrap().announced(), &announced);
}

#[test]
fn each_relay_is_tried_first_by_somebody_and_plain_ones_by_nobody_who_came_by_tls() {
    let mut server = TestServer::new(1);
    server.host_log.entries.push(service(&RELAYS));
    let announced = announced(&mut server);
    let local: Base = "http://127.0.0.1:8000".parse().unwrap();
    for (base, count) in [(base(), 2), (local, 3)] {
        let orders: BTreeSet<Vec<String>> = (0..200)
            .map(|seed| announced.shuffled(&base, &mut TestRng::new(seed)).iter().map(RelayUrl::to_string).collect())
            .collect();
        assert_eq!(orders.len(), (1..=count).product::<usize>(), "every order comes: {orders:?}");
        assert!(orders.iter().all(|order| order.len() == count));
    }
}

#[test]
fn a_log_that_does_not_add_up_or_is_another_host_s_is_not_believed() {
    let mut server = TestServer::new(1);
    server.host_log.entries.extend([service(&RELAYS), Gateway::of(Week::of(now())).logged()]);
    let honest = fetch(&mut server);
    let wrong = |host: &str, documents: HostLogDocuments| {
        matches!(oblivious::read(host, &documents, None), Err(CheckError::HostLog(_)))
    };
    assert!(!wrong(HOST, fetch(&mut server)));
    assert!(wrong("other.example", fetch(&mut server)));
    // One person is given a key that the log does not hold.
    server.host_log.entries.pop();
    server.host_log.entries.push(Gateway::of(Week::of(now())).logged());
    let entries = fetch(&mut server).entries;
    assert!(wrong(HOST, HostLogDocuments { entries, ..honest }));
}

#[test]
fn with_a_policy_its_witnesses_have_seen_the_same_log() {
    let mut server = TestServer::new(1);
    server.host_log.entries.push(service(&RELAYS));
    let key = SecretKey::from_seed(&[1; 32]);
    let witness = WitnessKey::new("witness.example", key.public_key()).unwrap();
    let policy = Policy::parse(&format!("witness w {witness}\nquorum w\n")).unwrap();
    let demand = Demand { policy: &policy, now: now(), max_age: MAX_AGE };
    let bare = fetch(&mut server);
    let missing = oblivious::read(HOST, &bare, Some(demand));
    assert!(matches!(missing, Err(CheckError::Witnesses("host's", NotWitnessed::Missing))), "{missing:?}");
    let cosign = |at| {
        let line = witness.cosign(&server.host_log.head(), at, &key);
        [bare.checkpoint.clone(), line.into_bytes()].concat()
    };
    let (checkpoint, old) = (cosign(now()), cosign(now().minus(2 * DAY)));
    let documents = HostLogDocuments { checkpoint, ..bare };
    assert_eq!(oblivious::read(HOST, &documents, Some(demand)).unwrap().relays().len(), 3);
    let stale = oblivious::read(HOST, &HostLogDocuments { checkpoint: old, ..documents }, Some(demand));
    assert!(matches!(stale, Err(CheckError::Witnesses("host's", NotWitnessed::Stale { .. }))), "{stale:?}");
}
