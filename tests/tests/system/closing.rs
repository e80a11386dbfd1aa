//! What the opening begins and the close ends, and what goes on after it.

use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::issuance::BatchTokenResponse;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::problem::Problem;
use undersign_tests::blinding::{Blinding, batch};
use undersign_tests::ending::{final_count, wait_until_ended};
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::Wire;

/// Seconds for what a test does while the petition is open, and while it is closing.
const OPEN: u64 = 8;
const GRACE: u64 = 6;

/// A petition that closes soon. Its max_wait lies beyond its end, so that only the end publishes what one signer has signed.
async fn short_petition(server: &TestServer) -> VerifiedManifest {
    let mut folder = petition("trees", server.now(), 1);
    folder.settings.closes_at = server.now().plus(OPEN);
    folder.settings.grace = GRACE;
    folder.settings.publication.min_batch = 1_000;
    folder.settings.publication.max_wait = 3_600;
    server.publish(folder).await
}

#[tokio::test]
async fn the_close_ends_first_requests_and_keeps_what_was_given() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let rivers = server.publish(petition("rivers", server.now(), 1)).await;
    let trees = short_petition(&server).await;
    let petition_id = trees.petition_id();
    let manifest = trees.manifest();

    let (repeated, first) = (Blinding::new(&trees), Blinding::new(&trees));
    wire.confirm("repeated@example.org", &repeated.digest()).await;
    let answer = wire.token_request(&repeated.body()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    wire.confirm("first@example.org", &first.digest()).await;
    let early = wire.token("early@example.org", &trees).await;
    let late = wire.token("late@example.org", &trees).await;
    let promised = wire.redeem(&petition_id, &early).await;
    assert_eq!(promised.status, 200, "{}", promised.text());
    assert!(server.now() < manifest.closes_at, "this machine is too slow for {OPEN} seconds");

    // Closing: lost answers and redemptions, no first token; in a batch the open petition is not held back.
    server.wait_until(manifest.closes_at).await;
    assert_eq!(wire.token_request(&first.body()).await.problem(), Problem::Closed);
    assert_eq!(wire.token_request(&repeated.body()).await.body, answer.body);
    let body = batch([&Blinding::new(&trees), &Blinding::new(&rivers)]);
    wire.confirm("both@example.org", &RequestDigest::of(&body)).await;
    let both = wire.batch_request(&body).await;
    assert_eq!(both.status, 206, "{}", both.text());
    let responses = BatchTokenResponse::decode(&both.body).expect("a batch response").token_responses;
    assert!(responses[0].is_none() && responses[1].is_some());
    let repeated_body = repeated.body();
    let token = repeated.token(&answer.body);
    assert_eq!(wire.redeem(&petition_id, &token).await.status, 200);
    assert!(server.now() < manifest.ends_at(), "this machine is too slow for {GRACE} seconds");

    // Over: nothing new, but what was taken is confirmed and counted.
    server.wait_until(manifest.ends_at()).await;
    assert_eq!(wire.redeem(&petition_id, &late).await.problem(), Problem::Closed);
    for token in [&early, &token] {
        assert_eq!(wire.redeem(&petition_id, token).await.status, 200);
    }
    wire.wait_for_total(&petition_id, 2).await;
    for token in [&early, &token] {
        let answer = wire.redeem(&petition_id, token).await;
        assert!(answer.json()["leaf_index"].is_u64(), "{}", answer.text());
    }
    assert_eq!(wire.redeem(&petition_id, &late).await.problem(), Problem::Closed);
    for body in [first.body(), repeated_body] {
        assert_eq!(wire.token_request(&body).await.problem(), Problem::Closed);
    }
    assert_eq!(wait_until_ended(&server, &trees).await.issued, 3);
    assert_eq!((wire.total(&petition_id).await, final_count(&server, &trees).await), (2, 3));
}

#[tokio::test]
async fn a_wait_that_outlasts_the_close_gets_no_first_token() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let trees = short_petition(&server).await;
    let blinding = Blinding::new(&trees);
    let verification = wire.verification("anna@example.org", &blinding.digest()).await;
    let code = wire.mail("anna@example.org", 1).await.code();

    let waiting = tokio::spawn({
        let (wire, body) = (wire.clone(), blinding.body());
        async move { wire.waiting_request(&body, 20).await }
    });
    server.wait_until(trees.manifest().closes_at).await;
    assert_eq!(wire.confirm_code(&verification, &code).await.status, 200);
    assert_eq!(waiting.await.expect("an answer").problem(), Problem::Closed);
    assert_eq!(wire.issued(&trees.petition_id()).await, 0);
}

#[tokio::test]
async fn before_the_opening_there_is_no_token_and_after_it_there_is() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    // On a busy machine the opening can come before the question: then a later one is tried.
    for delay in [3, 6, 12, 24, 48] {
        let petition = server.publish(petition(&format!("in-{delay}"), server.now().plus(delay), 1)).await;
        let petition_id = petition.petition_id();
        let blinding = Blinding::new(&petition);
        wire.confirm("anna@example.org", &blinding.digest()).await;
        let answer = wire.token_request(&blinding.body()).await;
        if server.now() >= petition.manifest().opens_at {
            continue;
        }
        assert_eq!(answer.problem(), Problem::NotYetOpen);
        assert_eq!(wire.issued(&petition_id).await, 0);

        server.wait_until(petition.manifest().opens_at).await;
        let answer = wire.token_request(&blinding.body()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let token = blinding.token(&answer.body);
        assert_eq!(wire.redeem(&petition_id, &token).await.status, 200);
        wire.wait_for_total(&petition_id, 1).await;
        return;
    }
    panic!("this machine is too slow");
}

#[tokio::test]
async fn a_batch_of_petitions_that_are_not_open_gets_nothing() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let trees = server.publish(petition("trees", server.now().plus(3_600), 1)).await;
    let rivers = server.publish(petition("rivers", server.now().plus(3_600), 1)).await;
    let body = batch([&Blinding::new(&trees), &Blinding::new(&rivers)]);
    wire.confirm("anna@example.org", &RequestDigest::of(&body)).await;
    assert_eq!(wire.batch_request(&body).await.status, 400);
    assert_eq!(wire.issued(&trees.petition_id()).await, 0);
}
