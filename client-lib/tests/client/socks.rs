//! What a SOCKS5 proxy sees of a journey.

use std::collections::BTreeSet;
use std::net::TcpListener;

use undersign_client_lib::lookup;
use undersign_client_lib::native::{Transport, TransportError};
use undersign_client_lib::request::Request;

use crate::native::{Listener, OK, journey};
use crate::support::link;
use crate::support::rng::TestRng;
use crate::support::socks::{Door, SocksProxy};

const ONION: &str = "http://abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwx.onion";

fn through(proxy: &SocksProxy, seed: u64) -> Transport {
    Transport::through(proxy.url().parse().unwrap(), &mut TestRng::new(seed))
}

fn get(base: &str) -> Request {
    lookup::start(&base.parse().unwrap(), &link(0)).1.remove(0)
}

/// The proxy is told the name of the host (address type 3 of RFC 1928 §5), so that this machine asks nobody for it.
#[tokio::test]
async fn the_proxy_resolves_names() {
    let proxy = SocksProxy::start(Door::AnyName, Listener::start(OK.into()).address());
    let transport = through(&proxy, 1);
    assert_eq!(transport.send(&get(ONION)).await.unwrap().status, 200);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = SocksProxy::start(Door::AnyName, nobody);
    for base in ["https://petitions.example", "https://petitions.example:8443"] {
        through(&nowhere, 1).send(&get(base)).await.err().expect("nobody is there");
    }
    let asked: Vec<_> =
        proxy.seen().into_iter().chain(nowhere.seen()).map(|seen| (seen.host, seen.is_name, seen.port)).collect();
    let onion = ONION.strip_prefix("http://").unwrap().to_owned();
    let host = "petitions.example".to_owned();
    assert_eq!(asked, [(onion, true, 80), (host.clone(), true, 443), (host, true, 8443)]);
}

#[tokio::test]
async fn each_stage_has_a_connection_and_a_name_of_its_own() {
    let proxy = SocksProxy::start(Door::AnyName, Listener::start(OK.into()).address());
    let base = ONION.parse().unwrap();
    let [verification, tokens, redemption] = journey(&base);
    let petition = get(ONION);
    for seed in [1, 2] {
        let transport = through(&proxy, seed);
        for request in [&petition, &verification, &tokens, &redemption, &tokens, &redemption] {
            assert_eq!(transport.send(request).await.unwrap().status, 200);
        }
    }
    let seen = proxy.seen();
    let requests: Vec<_> = seen.iter().map(|connection| connection.requests.len()).collect();
    assert_eq!(requests, [1, 1, 2, 2, 1, 1, 2, 2]);
    let names: BTreeSet<_> = seen.iter().map(|connection| connection.name.clone().expect("a name")).collect();
    assert_eq!(names.len(), 8, "no name twice, not at the next petition either: {names:?}");
}

#[tokio::test]
async fn a_name_that_a_proxy_knows_is_given_to_it() {
    let proxy = SocksProxy::start(Door::AnyName, Listener::start(OK.into()).address());
    let url = format!("socks5h://anna:se%3Acret@{}", proxy.address());
    let transport = Transport::through(url.parse().unwrap(), &mut TestRng::new(1));
    for request in journey(&ONION.parse().unwrap()) {
        transport.send(&request).await.unwrap();
    }
    let seen = proxy.seen();
    assert_eq!(seen.len(), 3, "a connection for each stage all the same");
    let name = Some(("anna".to_owned(), "se:cret".to_owned()));
    assert!(seen.iter().all(|connection| connection.name == name), "{seen:?}");
}

#[tokio::test]
async fn a_proxy_that_knows_no_names_is_asked_without_where_that_was_said() {
    let proxy = SocksProxy::start(Door::NoName, Listener::start(OK.into()).address());
    let error = through(&proxy, 1).send(&get(ONION)).await.err();
    assert_eq!(error, Some(TransportError::ProxyNames));
    assert!(!TransportError::ProxyNames.is_transient());
    assert_eq!(proxy.seen(), []);
    let without = proxy.url().parse::<undersign_client_lib::native::Proxy>().unwrap().without_names();
    let transport = Transport::through(without, &mut TestRng::new(1));
    assert_eq!(transport.send(&get(ONION)).await.unwrap().status, 200);
    assert_eq!(proxy.seen()[0].name, None);
}

/// The words by which the library tells them apart: where they change, this fails.
#[tokio::test]
async fn what_is_wrong_with_a_proxy_is_told() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let closed = SocksProxy::start(Door::Closed, nobody);
    assert_eq!(through(&closed, 1).send(&get(ONION)).await.err(), Some(TransportError::ProxyNames));
    let leads_nowhere = SocksProxy::start(Door::AnyName, nobody);
    for base in [ONION, "https://petitions.example"] {
        assert_eq!(through(&leads_nowhere, 1).send(&get(base)).await.err(), Some(TransportError::BehindProxy));
        let away = Transport::through(format!("socks5h://{nobody}").parse().unwrap(), &mut TestRng::new(1));
        assert_eq!(away.send(&get(base)).await.err(), Some(TransportError::ProxyAway));
    }
}
