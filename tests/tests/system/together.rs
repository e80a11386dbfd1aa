//! What is done in one transaction for many: each gets the answer that it would get alone. The turn to write is held until everyone has
//! asked, so that they are done together.

use std::time::Duration;

use tokio::task::JoinSet;
use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::problem::Problem;
use undersign_protocol::redemption::{Nonce, Token};
use undersign_tests::audit::audit;
use undersign_tests::blinding::{Blinding, batch};
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::side_by_side::tokens;
use undersign_tests::tables::Tables;
use undersign_tests::wire::{Answer, Wire, wrong_code};

/// Begins all of these while nothing can be written to a side's database, and gives back the answers in their order.
async fn together<F>(server: &TestServer, side: &str, asked: Vec<F>) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let mut tables = Tables::open(&server.database_url(side)).await;
    tables.hold_writes().await;
    let mut running = JoinSet::new();
    for (index, one) in asked.into_iter().enumerate() {
        running.spawn(async move { (index, one.await) });
    }
    // However few have come by then: the others come later, and nothing else is true of them.
    tokio::time::sleep(Duration::from_millis(700)).await;
    tables.release_writes().await;
    let mut answers = running.join_all().await;
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// Two tokens, issued to two addresses, with one nonce.
async fn twins(wire: &Wire, petition: &VerifiedManifest) -> [Token; 2] {
    let mut twins = Vec::new();
    for email in ["one@example.org", "two@example.org"] {
        let blinding = Blinding::with_nonce(petition, Nonce::from([9; 32]));
        wire.confirm(email, &blinding.digest()).await;
        let answer = wire.token_request(&blinding.body()).await;
        twins.push(blinding.token(&answer.body));
    }
    twins.try_into().unwrap_or_else(|_| unreachable!("two"))
}

#[tokio::test]
async fn tokens_that_come_together_are_taken_once_each_and_a_bad_one_spoils_nothing() {
    let (server, trees) = TestServer::with_petition(Options::default()).await;
    let (wire, id) = (Wire::new(&server), trees.petition_id());
    let good = tokens(&server, &trees, 6).await;
    let twins = twins(&wire, &trees).await;
    let mut forged = good[0].clone();
    forged.authenticator[0] ^= 1;

    let handed: Vec<Token> = [&good[..], &good[..2], &twins[..], &[forged]].concat();
    let redeem = |token: Token| {
        let wire = wire.clone();
        async move { wire.redeem(&id, &token).await }
    };
    let answers = together(&server, "anonymous", handed.into_iter().map(redeem).collect()).await;

    assert!(answers[..8].iter().all(|answer| answer.status == 200));
    for (first, repeat) in answers[..2].iter().zip(&answers[6..8]) {
        assert_eq!(first.json()["leaf_hash"], repeat.json()["leaf_hash"]);
    }
    let taken = answers[8..10].iter().filter(|answer| answer.status == 200).count();
    let refused = answers[8..10]
        .iter()
        .filter(|answer| answer.status == 409)
        .all(|answer| answer.problem() == Problem::NonceUsed);
    assert!(taken == 1 && refused, "of two tokens with one nonce one counts");
    assert_eq!(answers[10].problem(), Problem::TokenNotValid);
    wire.wait_for_total(&id, 7).await;
    assert_eq!(audit(&server, &trees).await.0.signatures, 7);
}

#[tokio::test]
async fn requests_that_come_together_give_one_token_to_each_address() {
    let server = TestServer::start(Options::default()).await;
    let trees = &server.publish(petition("trees", server.now(), 1)).await;
    let rivers = &server.publish(petition("rivers", server.now(), 1)).await;
    let wire = Wire::new(&server);
    // Anna asks for trees with two requests, one of them twice, and for both in a batch; Boris and Clara ask once.
    let anna = [Blinding::new(trees), Blinding::new(trees), Blinding::new(rivers)];
    let batched = batch(&[Blinding::new(trees), Blinding::new(rivers)]);
    let others = [Blinding::new(trees), Blinding::new(trees)];
    let confirmed = [
        ("anna@example.org", anna[0].body()),
        ("anna@example.org", anna[1].body()),
        ("anna@example.org", batched.clone()),
        ("boris@example.org", others[0].body()),
        ("clara@example.org", others[1].body()),
    ];
    for (email, body) in &confirmed {
        wire.confirm(email, &RequestDigest::of(body)).await;
    }
    let single = [anna[0].body(), anna[1].body(), anna[0].body(), others[0].body(), others[1].body(), anna[2].body()];
    let mut asked: Vec<(bool, Vec<u8>)> = single.into_iter().map(|body| (false, body)).collect();
    asked.push((true, batched));
    let ask = |(is_batch, body): (bool, Vec<u8>)| {
        let wire = wire.clone();
        async move { if is_batch { wire.batch_request(&body).await } else { wire.token_request(&body).await } }
    };
    let answers = together(&server, "identified", asked.into_iter().map(ask).collect()).await;

    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses[3..5], [200, 200], "whoever asks once gets a token");
    assert_eq!(answers[5].problem(), Problem::NotConfirmed);
    assert_eq!((statuses[0], &answers[0].body), (statuses[2], &answers[2].body), "a repeat gets the same answer");
    let won = [statuses[0] == 200, statuses[1] == 200, statuses[6] == 200];
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "{statuses:?}");
    // Where the batch has come too late for trees, it has its token for rivers.
    assert!(statuses[6] == 200 || statuses[6] == 206, "{statuses:?}");
    assert_eq!((wire.issued(&trees.petition_id()).await, wire.issued(&rivers.petition_id()).await), (3, 1));
}

#[tokio::test]
async fn of_wrong_codes_that_come_together_five_are_compared() {
    let (server, trees) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&trees));
    let verification = wire.verification("anna@example.org", &blinding.digest()).await;
    let code = wire.mail("anna@example.org", 1).await.code();
    let confirm = |code: String| {
        let (wire, verification) = (wire.clone(), verification.clone());
        async move { wire.confirm_code(&verification, &code).await }
    };
    let wrong = wrong_code(&code);
    let answers = together(&server, "identified", vec![wrong; 8].into_iter().map(confirm).collect()).await;

    let count = |problem| answers.iter().filter(|answer| answer.problem() == problem).count();
    assert_eq!((count(Problem::WrongCode), count(Problem::AttemptsExhausted)), (5, 3));
    assert_eq!(confirm(code).await.problem(), Problem::AttemptsExhausted);
}

#[tokio::test]
async fn of_two_addresses_that_confirm_one_request_together_one_does_and_the_other_loses_no_try() {
    let (server, trees) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&trees));
    let mut links = Vec::new();
    for email in ["anna@example.org", "boris@example.org"] {
        wire.verification(email, &blinding.digest()).await;
        links.push(wire.mail(email, 1).await.link_token());
    }
    let confirm = |link: String| {
        let (wire, check) = (wire.clone(), blinding.check().to_string());
        async move { wire.confirm_link(&link, &check).await }
    };
    let answers = together(&server, "identified", links.into_iter().map(confirm).collect()).await;

    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(Tables::open(&server.database_url("identified")).await.count("tries").await, 0);
}
