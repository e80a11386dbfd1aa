//! Whether an address ever gets a second token: by racing, by repeating, by naming a key twice.

use std::collections::BTreeMap;

use tokio::task::JoinSet;
use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::problem::Problem;
use undersign_tests::blinding::{Blinding, batch};
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::tables::Tables;
use undersign_tests::wire::{Answer, Wire};

const ANNA: &str = "anna@example.org";

/// Posts bodies at the same time; batches where `batches` says so.
async fn post_together(wire: &Wire, bodies: Vec<Vec<u8>>, batches: bool) -> Vec<Answer> {
    let mut posts = JoinSet::new();
    for body in bodies {
        let wire = wire.clone();
        posts.spawn(
            async move { if batches { wire.batch_request(&body).await } else { wire.token_request(&body).await } },
        );
    }
    posts.join_all().await
}

fn statuses(answers: &[Answer]) -> BTreeMap<u16, usize> {
    answers.iter().fold(BTreeMap::new(), |mut counts, answer| {
        *counts.entry(answer.status).or_default() += 1;
        counts
    })
}

#[tokio::test]
async fn of_first_requests_that_race_one_gets_a_token() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let wire = Wire::new(&server);
    let rounds = 4;
    for round in 0..rounds {
        let email = format!("anna{round}@example.org");
        let blindings = [(); 4].map(|()| Blinding::new(&petition));
        for blinding in &blindings {
            wire.confirm(&email, &blinding.digest()).await;
        }
        let answers = post_together(&wire, blindings.iter().map(Blinding::body).collect(), false).await;
        assert_eq!(statuses(&answers), BTreeMap::from([(200, 1), (409, 3)]));
        let refused = answers.iter().filter(|answer| answer.status == 409);
        assert!(refused.into_iter().all(|answer| answer.problem() == Problem::AlreadyIssued));
    }
    assert_eq!(wire.issued(&petition.petition_id()).await, rounds);
}

#[tokio::test]
async fn twenty_posts_of_one_body_are_one_token() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    wire.confirm(ANNA, &blinding.digest()).await;

    let answers = post_together(&wire, vec![blinding.body(); 20], false).await;
    let answered: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert!(answered.len() >= 10);
    assert!(answered.iter().all(|answer| answer.body == answered[0].body));
    let others = answers.iter().filter(|answer| answer.status != 200);
    assert!(others.into_iter().all(|answer| answer.problem() == Problem::TooManyRequests));
    assert_eq!(wire.issued(&petition.petition_id()).await, 1);
    let body = answered[0].body.clone();
    blinding.token(&body);
}

#[tokio::test]
async fn overlapping_batches_that_race_share_the_petitions_out() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let trees = server.publish(petition("trees", server.now(), 1)).await;
    let rivers = server.publish(petition("rivers", server.now(), 1)).await;
    let bodies =
        [[&trees, &rivers], [&rivers, &trees], [&trees, &rivers]].map(|petitions| batch(&petitions.map(Blinding::new)));
    for body in &bodies {
        wire.confirm(ANNA, &RequestDigest::of(body)).await;
    }
    let answers = post_together(&wire, bodies.to_vec(), true).await;
    // A batch reserves in one transaction, so one of them gets both petitions.
    assert_eq!(statuses(&answers), BTreeMap::from([(200, 1), (400, 2)]));
    assert_eq!(wire.issued(&trees.petition_id()).await, 1);
    assert_eq!(wire.issued(&rivers.petition_id()).await, 1);
}

#[tokio::test]
async fn a_batch_that_names_a_key_twice_is_refused_whole() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let trees = server.publish(petition("trees", server.now(), 1)).await;
    let rivers = server.publish(petition("rivers", server.now(), 1)).await;
    let (first, second) = (Blinding::new(&trees), Blinding::new(&trees));
    let other = Blinding::new(&rivers);
    for body in [batch([&first, &second]), batch([&first, &first]), batch([&first, &other, &second])] {
        wire.confirm(ANNA, &RequestDigest::of(&body)).await;
        assert_eq!(wire.batch_request(&body).await.problem(), Problem::TokenRequestNotValid);
    }
    assert_eq!(Tables::open(&server.database_url("identified")).await.count("issuance").await, 0);
    for petition in [&trees, &rivers] {
        wire.token(ANNA, petition).await;
    }
}

#[tokio::test]
async fn one_request_of_two_addresses_is_one_token() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let body = batch([&blinding]);
    wire.confirm(ANNA, &blinding.digest()).await;
    wire.confirm("boris@example.org", &RequestDigest::of(&body)).await;

    let single = wire.token_request(&blinding.body()).await;
    let in_batch = wire.batch_request(&body).await;
    assert_eq!((single.status, in_batch.status), (200, 200));
    assert!(in_batch.body.ends_with(&single.body), "raw RSA is deterministic");
    let token = blinding.token(&single.body);
    for _ in 0..2 {
        assert_eq!(wire.redeem(&petition.petition_id(), &token).await.status, 200);
    }
    wire.wait_for_total(&petition.petition_id(), 1).await;
    assert_eq!(wire.total(&petition.petition_id()).await, 1);
}
