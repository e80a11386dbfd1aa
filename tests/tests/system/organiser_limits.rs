//! Does an organiser ever have more open petitions than the operator allows?

use undersign_client_lib::organiser;
use undersign_client_lib::request::Side;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::NoticeContent;
use undersign_protocol::problem::Problem;
use undersign_tests::noticing::{notice, publish};
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::{Sender, rng};

/// What a prepare request for a slug gets at a side.
async fn prepared(server: &TestServer, slug: &str, side: Side) -> u16 {
    let base = if side == Side::Identified { server.issuer() } else { server.origin() };
    let slug = slug.parse().expect("a slug");
    let request = organiser::prepare_request(side, &base, &slug, server.organiser(), &mut rng());
    let answer = Sender::new(None).send(&request).await;
    if answer.status != 200 {
        assert_eq!(answer.refusal().problem, Some(Problem::TooManyPetitions));
    }
    answer.status
}

#[tokio::test]
async fn an_organiser_has_as_many_open_petitions_as_the_operator_allows() {
    for apart in [false, true] {
        let limits = "organiser_limits = { open = 2 }".to_owned();
        let server =
            TestServer::start(Options { apart, sections: [limits.clone(), limits], ..Options::default() }).await;
        // All three are prepared while there is room for each: the limit holds at publication, too.
        let mut manifests = Vec::new();
        for slug in ["trees", "rivers", "hills"] {
            let opens_at = if slug == "rivers" { server.now().plus(86_400) } else { server.now() };
            let manifest = server.manifest(&petition(slug, opens_at, 1)).await;
            manifests.push(organiser::sign(&manifest, server.organiser()).expect("a valid manifest"));
        }
        let [trees, rivers, hills] = manifests.as_slice() else { panic!("three") };
        server.send_manifest(trees).await;
        // One that is only announced counts, too.
        server.send_manifest(rivers).await;
        for (side, base) in [(Side::Identified, server.issuer()), (Side::Anonymous, server.origin())] {
            let answer = Sender::new(None).send(&organiser::publish_request(side, &base, hills)).await;
            assert_eq!(answer.refusal().problem, Some(Problem::TooManyPetitions), "{side:?}");
            assert_eq!(prepared(&server, "lakes", side).await, 409);
        }
        // What is there stays, and a repeat is answered as before.
        server.send_manifest(trees).await;
        let closes_at = server.now();
        let mut close = notice(&server, trees, NoticeContent::Close { closes_at });
        close.published_at = closes_at;
        publish(&server, trees, &close).await;
        server.wait_until(server.now().plus(1)).await;
        server.send_manifest(hills).await;
        assert_eq!(prepared(&server, "lakes", Side::Identified).await, 409);
    }
}

#[tokio::test]
async fn a_key_s_own_number_goes_before_that_of_all() {
    let key = SecretKey::from_seed(&[7; 32]).public_key();
    let limits = format!("organiser_limits = {{ open = 0, by_key = {{ \"{key}\" = 1 }} }}");
    let server = TestServer::start(Options { sections: [limits.clone(), limits], ..Options::default() }).await;
    assert_eq!(server.organiser().public_key(), key);
    server.publish(petition("trees", server.now(), 1)).await;
    assert_eq!(prepared(&server, "rivers", Side::Identified).await, 409);
}
