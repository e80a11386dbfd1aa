use undersign_client_lib::journey::{Bundle, Counted, Keys, TokenHeld};
use undersign_client_lib::oblivious::{Inner, SealError, Sealed};
use undersign_client_lib::withdrawal::{ReadyToWithdraw, WithdrawalError, Withdrawing};
use undersign_protocol::oblivious::{ENCAPSULATED_REQUEST_SIZE, KeyConfig, REQUEST_MEDIA_TYPE, Week};
use undersign_protocol::redemption::{WithdrawalCode, WithdrawalKey};

use super::Gateway;
use crate::support::petition::{HOST, now};
use crate::support::server::{TestServer, header};
use crate::support::{confirmed, prepared, signed, token_held};

fn held(server: &mut TestServer) -> TokenHeld {
    let prepared = prepared(server, 0, Bundle::WholeRun, 1);
    let confirmed = confirmed(server, prepared);
    token_held(server, confirmed)
}

fn ready(server: &mut TestServer, code: WithdrawalCode) -> ReadyToWithdraw {
    let withdrawing = Withdrawing::new(code);
    let answer = server.answer(&withdrawing.petition_request());
    withdrawing.petition_answered(&answer).unwrap()
}

#[test]
fn what_is_handed_in_through_a_relay_is_answered_as_what_comes_directly() {
    let mut server = TestServer::new(1);
    let gateway = Gateway::of(Week::of(now()));
    let held = held(&mut server);
    let request = held.redemption_request(server.now).unwrap();
    let sealed = gateway.seal(&request);
    let answer = gateway.answer(&mut server, sealed.body());
    let opened = sealed.open(&answer).unwrap();
    assert_eq!((opened.status, opened.retry_after), (200, Some(7)));
    let signed = held.redeemed(&opened, server.now).unwrap();
    assert!(matches!(signed.counted(), Counted::Promised(_)));

    let code = signed.receipt().unwrap().withdrawal_code();
    server.publish_batch(0);
    let ready = ready(&mut server, code);
    let sealed = gateway.seal(&ready.withdrawal_request());
    let answer = gateway.answer(&mut server, sealed.body());
    ready.withdrawn(&sealed.open(&answer).unwrap(), server.now).unwrap();
    let petition_id = signed.petition_id();
    let posts: Vec<_> = server.seen.iter().rev().filter(|line| line.starts_with("POST")).take(2).collect();
    assert_eq!(*posts[0], format!("POST /v1/petitions/{petition_id}/withdrawals"));
    assert_eq!(*posts[1], format!("POST /v1/petitions/{petition_id}/signatures"));
}

#[test]
fn a_refusal_comes_through_as_a_refusal() {
    let mut server = TestServer::new(1);
    let gateway = Gateway::of(Week::of(now()));
    let signed = signed(&mut server, 0, Keys::Keep, 1);
    let code = WithdrawalCode {
        withdrawal_key: WithdrawalKey::from_bytes([9; 32]),
        ..signed.receipt().unwrap().withdrawal_code()
    };
    let ready = ready(&mut server, code);
    let sealed = gateway.seal(&ready.withdrawal_request());
    let answer = gateway.answer(&mut server, sealed.body());
    let refused = ready.withdrawn(&sealed.open(&answer).unwrap(), server.now).unwrap_err();
    assert_eq!(refused, WithdrawalError::NotValid);
}

/// A relay sees one size and one media type, and tries at two relays have nothing in common.
#[test]
fn every_request_looks_the_same_to_a_relay() {
    let mut server = TestServer::new(1);
    let gateway = Gateway::of(Week::of(now()));
    let held = held(&mut server);
    let redemption = held.redemption_request(server.now).unwrap();
    let code = signed(&mut TestServer::new(1), 0, Keys::Keep, 1).receipt().unwrap().withdrawal_code();
    let withdrawal = ready(&mut server, code).withdrawal_request();
    let relay = "https://relay.example/petitions.example".parse().unwrap();
    let mut sent = Vec::new();
    for request in [&redemption, &withdrawal, &redemption] {
        let posted = gateway.seal(request).request(&relay);
        assert_eq!(posted.url(), "https://relay.example/petitions.example");
        assert_eq!(header(&posted, "content-type").as_deref(), Some(REQUEST_MEDIA_TYPE));
        assert_eq!((posted.headers().len(), posted.content().len()), (1, ENCAPSULATED_REQUEST_SIZE));
        sent.push(posted.content()[7..].to_vec());
    }
    assert!(sent[0] != sent[2] && sent[0][..32] != sent[2][..32], "sealed anew for each relay");
}

/// Under which name the host was reached would tell people apart: a mirror, an onion service.
#[test]
fn what_is_sealed_names_the_host_as_the_manifest_does() {
    let gateway = Gateway::of(Week::of(now()));
    for url in ["https://mirror.example:8443/v1/a", "http://abc.onion/v1/a"] {
        let inner = Inner::new(url, vec![("authorization", "x")], b"body");
        let sealed = Sealed::new(&inner, HOST, gateway.entry.key_config()).unwrap();
        let message = gateway.open(sealed.body()).message;
        let control = message.control();
        assert_eq!(control.scheme(), Some(b"https".as_slice()));
        assert_eq!((control.authority(), control.path()), (Some(HOST.as_bytes()), Some(b"/v1/a".as_slice())));
        assert_eq!((message.header().len(), message.content()), (1, b"body".as_slice()));
    }
}

#[test]
fn what_is_too_large_or_has_no_key_is_not_sealed() {
    let gateway = Gateway::of(Week::of(now()));
    let seal = |size: usize, key: &KeyConfig| {
        Sealed::new(&Inner::new("https://a.example/b", Vec::new(), &vec![0; size]), HOST, key).map(|_| ()).err()
    };
    assert_eq!(seal(900, gateway.entry.key_config()), None);
    assert_eq!(seal(1_024, gateway.entry.key_config()), Some(SealError::TooLarge));
    // A point of small order: whoever sees what is sealed for it can open it (RFC 9180 §7.1.4).
    assert_eq!(seal(900, &KeyConfig { key_id: 1, public_key: [0; 32] }), Some(SealError::Key));
}
