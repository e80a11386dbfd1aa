use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::problem::Problem;
use undersign_protocol::redemption::Nonce;
use undersign_tests::audit::audit;
use undersign_tests::blinding::Blinding;
use undersign_tests::programs::is_proving;
use undersign_tests::side_by_side::tokens;
use undersign_tests::tables::Tables;
use undersign_tests::wire::{Answer, Wire, wrong_code};

use super::{each, two_with_petition};

fn rounds() -> usize {
    if is_proving() { 40 } else { 5 }
}

fn refused(answers: &[Answer]) -> Vec<Problem> {
    answers.iter().filter(|answer| answer.status != 200).map(Answer::problem).collect()
}

#[tokio::test]
async fn one_address_that_asks_both_processes_at_once_gets_one_token() {
    let (server, trees) = two_with_petition().await;
    let [one, other] = each(&server);
    for round in 0..rounds() {
        let email = format!("signer{round}@example.org");
        let blindings = [Blinding::new(&trees), Blinding::new(&trees)];
        one.confirm(&email, &blindings[0].digest()).await;
        other.confirm(&email, &blindings[1].digest()).await;
        let bodies = blindings.each_ref().map(Blinding::body);
        let (left, right) = tokio::join!(one.token_request(&bodies[0]), other.token_request(&bodies[1]));
        assert_eq!(refused(&[left.clone(), right.clone()]), [Problem::AlreadyIssued]);

        // Each repeats what it said, wherever it is asked.
        let (again, swapped) = tokio::join!(other.token_request(&bodies[0]), one.token_request(&bodies[1]));
        assert_eq!((left.status, right.status), (again.status, swapped.status));
        let (answer, repeat) = if left.status == 200 { (left, again) } else { (right, swapped) };
        assert_eq!(answer.body, repeat.body);
    }
    assert_eq!(Tables::open(&server.database_url("identified")).await.count("issuance").await, rounds() as u64);
}

#[tokio::test]
async fn one_token_handed_to_both_processes_at_once_counts_once() {
    let (server, trees) = two_with_petition().await;
    let [one, other] = each(&server);
    let id = trees.petition_id();
    for token in tokens(&server, &trees, rounds()).await {
        let (left, right) = tokio::join!(one.redeem(&id, &token), other.redeem(&id, &token));
        assert_eq!((left.status, right.status), (200, 200), "{}{}", left.text(), right.text());
        assert_eq!(left.json()["leaf_hash"], right.json()["leaf_hash"]);
    }
    one.wait_for_total(&id, rounds() as u64).await;
    let (tally, leaves) = audit(&server, &trees).await;
    assert_eq!((tally.signatures, leaves.len()), (rounds() as u64, rounds()));
}

#[tokio::test]
async fn of_two_tokens_with_one_nonce_at_two_processes_one_counts() {
    let (server, trees) = two_with_petition().await;
    let [one, other] = each(&server);
    let id = trees.petition_id();
    for round in 0..rounds() {
        let mut twins = Vec::new();
        for name in ["left", "right"] {
            let blinding = Blinding::with_nonce(&trees, Nonce::from([round as u8 + 1; 32]));
            one.confirm(&format!("{name}{round}@example.org"), &blinding.digest()).await;
            let answer = one.token_request(&blinding.body()).await;
            twins.push(blinding.token(&answer.body));
        }
        let (left, right) = tokio::join!(one.redeem(&id, &twins[0]), other.redeem(&id, &twins[1]));
        assert_eq!(refused(&[left, right]), [Problem::NonceUsed]);
    }
    one.wait_for_total(&id, rounds() as u64).await;
    assert_eq!(audit(&server, &trees).await.0.signatures, rounds() as u64);
}

#[tokio::test]
async fn one_withdrawal_at_both_processes_at_once_counts_once() {
    let (server, trees) = two_with_petition().await;
    let [one, other] = each(&server);
    let id = trees.petition_id();
    let (token, key) = one.token_and_key("anna@example.org", &trees).await;
    assert_eq!(other.redeem(&id, &token).await.status, 200);
    let (left, right) = tokio::join!(one.withdraw(&id, &key), other.withdraw(&id, &key));
    assert_eq!((left.status, right.status), (200, 200), "{}{}", left.text(), right.text());
    one.wait_for_counts(&id, (0, 1, 1)).await;
    assert_eq!(audit(&server, &trees).await.0.withdrawals, 1);
}

#[tokio::test]
async fn one_request_of_two_addresses_that_is_confirmed_at_two_processes_at_once_is_one_address_s() {
    let (server, trees) = two_with_petition().await;
    let [one, other] = each(&server);
    for round in 0..rounds() {
        let blinding = Blinding::new(&trees);
        let asked = async |wire: &Wire, name: &str| {
            let email = format!("{name}{round}@example.org");
            let verification = wire.verification(&email, &blinding.digest()).await;
            (verification, wire.mail(&email, 1).await.code())
        };
        let (left, right) = (asked(&one, "left").await, asked(&other, "right").await);
        let (left, right) = tokio::join!(one.confirm_code(&left.0, &left.1), other.confirm_code(&right.0, &right.1));
        assert_eq!(refused(&[left, right]).len(), 1, "one of the two is too late");
    }
}

#[tokio::test]
async fn wrong_codes_are_counted_together_wherever_they_come() {
    let (server, trees) = two_with_petition().await;
    let wires = each(&server);
    let digest = Blinding::new(&trees).digest();
    let verification = wires[0].verification("anna@example.org", &digest).await;
    let code = wires[0].mail("anna@example.org", 1).await.code();
    for number in 0..5 {
        let answer = wires[number % 2].confirm_code(&verification, &wrong_code(&code)).await;
        assert_eq!(answer.problem(), Problem::WrongCode);
    }
    for wire in &wires {
        assert_eq!(wire.confirm_code(&verification, &code).await.problem(), Problem::AttemptsExhausted);
    }
}

#[tokio::test]
async fn what_is_limited_is_limited_for_all_processes_together() {
    let limits = "mails_per_address = 4\nmails_per_domain = 100\n".to_owned();
    let options = undersign_tests::server::Options { limits: Some(limits), ..super::two() };
    let server = undersign_tests::server::TestServer::start(options).await;
    for wire in each(&server) {
        for number in 0..6_u8 {
            assert_eq!(wire.ask("anna@example.org", &RequestDigest::from([number; 32])).await.status, 202);
        }
    }
    let last = Wire::new(&server);
    last.ask("boris@example.org", &RequestDigest::from([7; 32])).await;
    last.mail("boris@example.org", 1).await;
    // What was kept back is not sent later either.
    server.wait_until(server.now().plus(3)).await;
    assert_eq!(server.mailbox().mails_to("anna@example.org").len(), 4);
}
