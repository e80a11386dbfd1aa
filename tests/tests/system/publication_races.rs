use undersign_client_lib::organiser;
use undersign_client_lib::request::Side;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{Manifest, VerifiedManifest};
use undersign_protocol::problem::Problem;
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::{Sender, rng};
use undersign_tests::wire::{Answer, Wire};

/// The key that the test server's configuration lists.
fn listed() -> SecretKey {
    SecretKey::from_seed(&[7; 32])
}

async fn manifest(server: &TestServer, slug: &str) -> Manifest {
    let folder = petition(slug, server.now(), 1);
    let slug = folder.settings.slug.clone();
    let request = organiser::prepare_request(Side::Identified, &server.issuer(), &slug, &listed(), &mut rng());
    let answer = Sender::new(None).send(&request).await;
    let identified = organiser::read_prepared_identified(&answer).expect("prepared");
    let anonymous = organiser::read_prepared_anonymous(&answer).expect("prepared");
    folder.manifest(listed().public_key(), &identified, &anonymous).expect("a manifest")
}

fn signed(manifest: &Manifest) -> VerifiedManifest {
    organiser::sign(manifest, &listed()).expect("a valid manifest")
}

async fn publish(server: &TestServer, petition: &VerifiedManifest) -> Answer {
    let wire = Wire::new(server);
    wire.post(&wire.issuer("/v1/petitions"), "application/json", organiser::format_publication(petition)).await
}

#[tokio::test]
async fn the_same_publication_sent_three_times_at_once_is_one_petition() {
    let server = TestServer::start(Options::default()).await;
    let petition = signed(&manifest(&server, "trees").await);
    let answers = tokio::join!(publish(&server, &petition), publish(&server, &petition), publish(&server, &petition));
    assert_eq!([answers.0.status, answers.1.status, answers.2.status], [200; 3]);
    assert_eq!((&answers.0.body, &answers.1.body), (&answers.2.body, &answers.2.body));
    let wire = Wire::new(&server);
    let list = wire.get(&wire.origin("/v1/petitions")).await.json();
    assert_eq!(list["petitions"].as_array().expect("a list").len(), 1);
}

#[tokio::test]
async fn the_same_prepare_sent_twice_at_once_gives_the_same_keys() {
    let server = TestServer::start(Options::default()).await;
    let (first, second) = tokio::join!(manifest(&server, "trees"), manifest(&server, "trees"));
    assert_eq!((first.issuer, first.log), (second.issuer, second.log));
}

/// A manifest that one side would take and the other refuses: the slug must not be used up at either.
#[tokio::test]
async fn what_one_side_refuses_the_other_has_not_taken() {
    let server = TestServer::start(Options::default()).await;
    let (trees, rivers) = (manifest(&server, "trees").await, manifest(&server, "rivers").await);
    for changed in [
        Manifest { issuer: rivers.issuer.clone(), ..trees.clone() },
        Manifest { log: rivers.log.clone(), ..trees.clone() },
    ] {
        assert_eq!(publish(&server, &signed(&changed)).await.problem(), Problem::NotPrepared);
    }
    let answer = publish(&server, &signed(&trees)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}
