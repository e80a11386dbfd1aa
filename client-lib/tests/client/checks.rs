use undersign_client_lib::checks::{CheckError, check};
use undersign_client_lib::journey::{Bundle, Keys, PrepareError, Prepared};
use undersign_client_lib::link::PetitionLink;
use undersign_protocol::petition::{NoticeContent, PetitionList, PetitionState};

use crate::support::petition::{manifest, time};
use crate::support::rng::TestRng;
use crate::support::server::TestServer;
use crate::support::{base, checked, documents, link};

#[test]
fn an_honest_petition_passes() {
    let mut server = TestServer::new(3);
    let petition = checked(&mut server, 1);
    assert_eq!(petition.state(), PetitionState::Open);
    assert!(!petition.is_pinned());
    let run: Vec<_> = petition.run().iter().map(|row| row.slug.as_str()).collect();
    assert_eq!(run, ["petition-0", "petition-1", "petition-2"]);
    assert_eq!(petition.checkpoint().tree_size, 1);
}

#[test]
fn a_pin_is_kept_or_refused() {
    let mut server = TestServer::new(2);
    let right = server.petitions[0].petition.petition_id();
    let other = server.petitions[1].petition.petition_id();
    let documents = documents(&mut server, 0);
    let pinned = |pin| PetitionLink { pin: Some(pin), ..link(0) };
    assert!(check(&base(), &pinned(right), &documents).unwrap().is_pinned());
    assert_eq!(check(&base(), &pinned(other), &documents).unwrap_err(), CheckError::Pin);
}

#[test]
fn another_petition_than_the_asked_one_is_refused() {
    let mut server = TestServer::new(2);
    let documents = documents(&mut server, 0);
    assert_eq!(check(&base(), &link(1), &documents).unwrap_err(), CheckError::Slug);
}

#[test]
fn only_open_petitions_are_signed_and_only_open_ones_are_in_a_run() {
    let mut later = manifest(1);
    later.opens_at = time("2026-12-20T00:00:00Z");
    let mut server = TestServer::of(vec![manifest(0), later, manifest(2)]);
    let petition = checked(&mut server, 0);
    let run: Vec<_> = petition.run().iter().map(|row| row.slug.as_str()).collect();
    assert_eq!(run, ["petition-0", "petition-2"]);

    let petition = checked(&mut server, 1);
    let refused = Prepared::new(&petition, Bundle::WholeRun, Keys::Forget, &mut TestRng::new(1)).unwrap_err();
    assert_eq!(refused, PrepareError::NotOpen(PetitionState::Announced));
}

#[test]
fn a_closed_petition_is_still_shown() {
    let mut server = TestServer::new(1);
    server.now = time("2028-01-01T00:00:00Z");
    let mut documents = documents(&mut server, 0);
    // The issuer has destroyed its key.
    documents.directory = br#"{"issuer-request-uri":"/v1/token-requests","token-keys":[]}"#.to_vec();
    let petition = check(&base(), &link(0), &documents).unwrap();
    assert_eq!(petition.state(), PetitionState::Closed);
}

/// The name in the link is not compared: what counts is in the manifest.
#[test]
fn a_mirror_works() {
    let mut server = TestServer::new(1);
    let documents = documents(&mut server, 0);
    let mirror = "http://abcdefgh.onion".parse().unwrap();
    let petition = check(&mirror, &link(0), &documents).unwrap();
    assert_eq!(petition.endpoints().origin, mirror);
    assert_eq!(petition.endpoints().issuer, mirror, "issuer and origin have one name in the manifest");
}

#[test]
fn an_issuer_of_its_own_is_found_by_its_name() {
    let mut manifest = manifest(0);
    manifest.issuer.name = "issuer.example:8443".into();
    let mut server = TestServer::of(vec![manifest]);
    let petition = checked(&mut server, 0);
    assert_eq!(petition.endpoints().issuer.to_string(), "https://issuer.example:8443");
}

#[test]
fn the_total_must_be_that_of_its_checkpoint() {
    let mut server = TestServer::new(1);
    let petition = checked(&mut server, 0);
    let answer = server.answer(&petition.total_request());
    assert_eq!(petition.total(&answer).unwrap().total, 0);
    for (from, to) in [("\"total\":0", "\"total\":1"), ("\"tree_size\":1", "\"tree_size\":2")] {
        let mut lie = server.answer(&petition.total_request());
        lie.body = String::from_utf8(lie.body).unwrap().replace(from, to).into_bytes();
        assert!(petition.total(&lie).is_err(), "{to}");
    }
}

#[test]
fn a_list_of_the_issuer_reads_back() {
    let server = TestServer::new(2);
    let body = serde_json::to_vec(&server.list()).unwrap();
    let list: PetitionList = serde_json::from_slice(&body).unwrap();
    assert_eq!(list, server.list());
}

#[test]
fn a_petition_that_was_taken_down_is_not_signed_whatever_the_issuer_says() {
    let mut server = TestServer::new(1);
    server.publish_notice(0, NoticeContent::TakeDown {});
    let petition = checked(&mut server, 0);
    assert!(petition.is_taken_down());
    assert_eq!(petition.state(), PetitionState::Open, "the issuer's word");
    assert!(Prepared::new(&petition, Bundle::WholeRun, Keys::Forget, &mut TestRng::new(1)).is_err());
}

#[test]
fn a_petition_closes_at_the_earliest_time_that_its_log_names() {
    let mut server = TestServer::new(1);
    let closes_at = checked(&mut server, 0).closes_at();
    assert_eq!(closes_at, server.petitions[0].petition.manifest().closes_at);
    for (named, then) in
        [("2027-01-10T00:00:00Z", "2027-01-10T00:00:00Z"), ("2027-01-20T00:00:00Z", "2027-01-10T00:00:00Z")]
    {
        server.publish_notice(0, NoticeContent::Close { closes_at: time(named) });
        assert_eq!(checked(&mut server, 0).closes_at(), time(then));
    }
    assert_eq!(checked(&mut server, 0).notices().len(), 2);
}
