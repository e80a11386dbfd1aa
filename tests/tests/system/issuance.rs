//! What comes back for a token request, and when.

use std::time::Duration;

use tokio::task::JoinSet;
use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::issuance::{BatchTokenResponse, media_type};
use undersign_protocol::problem::Problem;
use undersign_tests::blinding::{Blinding, batch};
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::{Answer, Wire};

const ANNA: &str = "anna@example.org";

/// Which requests of a batch were answered, and that nothing else was sent.
fn present(answer: &Answer) -> Vec<bool> {
    assert_eq!(answer.header("content-type"), media_type::BATCH_RESPONSE, "{}", answer.text());
    let responses = BatchTokenResponse::decode(&answer.body).expect("a batch response").token_responses;
    responses.iter().map(Option::is_some).collect()
}

/// Two requests for one token that wait: one of them gets the place.
fn two_waits(wire: &Wire, blinding: &Blinding) -> JoinSet<Answer> {
    let mut waiting = JoinSet::new();
    for _ in 0..2 {
        let (wire, body) = (wire.clone(), blinding.body());
        waiting.spawn(async move { wire.waiting_request(&body, 20).await });
    }
    waiting
}

#[tokio::test]
async fn without_a_confirmation_there_is_no_token() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    assert_eq!(wire.token_request(&blinding.body()).await.problem(), Problem::NotConfirmed);

    // Another body of the same address is not confirmed with the first.
    wire.confirm(ANNA, &blinding.digest()).await;
    assert_eq!(wire.token_request(&Blinding::new(&petition).body()).await.problem(), Problem::NotConfirmed);
    let as_batch = batch([&blinding]);
    assert_eq!(wire.batch_request(&as_batch).await.problem(), Problem::NotConfirmed);

    let answer = wire.token_request(&blinding.body()).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, media_type::TOKEN_RESPONSE));
    assert_eq!((answer.body.len(), answer.header("cache-control")), (256, "no-store"));
}

#[tokio::test]
async fn one_waiting_request_is_held_until_the_confirmation_and_a_second_is_sent_away() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let mut waiting = two_waits(&wire, &blinding);
    let sent_away = waiting.join_next().await.expect("one of two").expect("an answer");
    assert_eq!(sent_away.problem(), Problem::NotConfirmed);
    assert!(sent_away.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));

    wire.confirm(ANNA, &blinding.digest()).await;
    let held = waiting.join_next().await.expect("the other").expect("an answer");
    assert_eq!(held.status, 200, "{}", held.text());
    blinding.token(&held.body);
}

#[tokio::test]
async fn a_wait_that_ends_makes_room_for_the_next() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    for _ in 0..2 {
        let answer = wire.waiting_request(&blinding.body(), 1).await;
        assert_eq!((answer.problem(), answer.header("retry-after")), (Problem::NotConfirmed, ""));
    }

    // Whoever hangs up makes room as well, as soon as the server has seen it.
    let mut waiting = two_waits(&wire, &blinding);
    waiting.join_next().await.expect("the one that is sent away").expect("an answer");
    waiting.shutdown().await;
    for _ in 0..20 {
        if wire.waiting_request(&blinding.body(), 1).await.header("retry-after").is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the place of the one who hung up is still taken");
}

#[tokio::test]
async fn a_repeat_after_a_lost_answer_gets_the_same_bytes() {
    let mut server = TestServer::start(Options::default()).await;
    let trees = server.publish(petition("trees", server.now(), 1)).await;
    let rivers = server.publish(petition("rivers", server.now(), 1)).await;
    let wire = Wire::new(&server);
    let single = Blinding::new(&trees);
    let several = [Blinding::new(&trees), Blinding::new(&rivers)];
    wire.confirm(ANNA, &single.digest()).await;
    let body = batch(&several);
    wire.confirm("boris@example.org", &RequestDigest::of(&body)).await;

    let first = (wire.token_request(&single.body()).await, wire.batch_request(&body).await);
    assert_eq!((first.0.status, first.1.status), (200, 200));
    for _ in 0..2 {
        assert_eq!(wire.token_request(&single.body()).await.body, first.0.body);
        assert_eq!(wire.batch_request(&body).await.body, first.1.body);
        server.restart().await;
    }
    assert_eq!(wire.issued(&trees.petition_id()).await, 2);
    assert_eq!(wire.issued(&rivers.petition_id()).await, 1);
}

#[tokio::test]
async fn a_new_mail_for_an_issued_request_issues_it_again() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    wire.confirm(ANNA, &blinding.digest()).await;
    let first = wire.token_request(&blinding.body()).await;
    wire.confirm(ANNA, &blinding.digest()).await;
    assert_eq!(wire.token_request(&blinding.body()).await.body, first.body);
    assert_eq!(wire.issued(&petition.petition_id()).await, 1);
}

#[tokio::test]
async fn another_request_of_the_same_address_is_refused() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let wire = Wire::new(&server);
    wire.token(ANNA, &petition).await;
    for spelling in [ANNA, "Anna@example.org"] {
        let second = Blinding::new(&petition);
        wire.confirm(spelling, &second.digest()).await;
        assert_eq!(wire.token_request(&second.body()).await.problem(), Problem::AlreadyIssued);
    }
    assert_eq!(wire.issued(&petition.petition_id()).await, 1);
}

#[tokio::test]
async fn a_batch_is_answered_in_part_where_some_petitions_were_signed() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let mut petitions = Vec::new();
    for slug in ["trees", "rivers", "buses"] {
        petitions.push(server.publish(petition(slug, server.now(), 1)).await);
    }
    wire.token(ANNA, &petitions[1]).await;

    let partly = [Blinding::new(&petitions[0]), Blinding::new(&petitions[1]), Blinding::new(&petitions[2])];
    let body = batch(&partly);
    wire.confirm(ANNA, &RequestDigest::of(&body)).await;
    let answer = wire.batch_request(&body).await;
    assert_eq!((answer.status, present(&answer)), (206, vec![true, false, true]));
    assert_eq!(wire.batch_request(&body).await.body, answer.body);

    let all_used = [Blinding::new(&petitions[2]), Blinding::new(&petitions[0])];
    let body = batch(&all_used);
    wire.confirm(ANNA, &RequestDigest::of(&body)).await;
    let answer = wire.batch_request(&body).await;
    assert_eq!((answer.status, present(&answer)), (400, vec![false, false]));
}

#[tokio::test]
async fn a_body_is_answered_ten_times_and_then_later() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    wire.confirm(ANNA, &blinding.digest()).await;
    let first = wire.token_request(&blinding.body()).await;
    for _ in 0..30 {
        let answer = wire.token_request(&blinding.body()).await;
        if answer.status != 200 {
            assert_eq!(answer.problem(), Problem::TooManyRequests);
            assert!(!answer.header("retry-after").is_empty());
            return;
        }
        assert_eq!(answer.body, first.body);
    }
    panic!("thirty-one answers");
}
