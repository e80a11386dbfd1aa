//! What can be done with a mailed code, and how often.

use tokio::task::JoinSet;
use undersign_client_lib::journey::Bundle;
use undersign_protocol::problem::Problem;
use undersign_tests::blinding::Blinding;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::Signer;
use undersign_tests::wire::{Wire, wrong_check, wrong_code};

const ANNA: &str = "anna@example.org";
const BORIS: &str = "boris@example.org";

#[tokio::test]
async fn five_wrong_codes_void_code_and_link() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let verification = wire.verification(ANNA, &blinding.digest()).await;
    let mail = wire.mail(ANNA, 1).await;

    for _ in 0..5 {
        let answer = wire.confirm_code(&verification, &wrong_code(&mail.code())).await;
        assert_eq!(answer.problem(), Problem::WrongCode);
    }
    assert_eq!(wire.confirm_code(&verification, &mail.code()).await.problem(), Problem::AttemptsExhausted);
    let answer = wire.confirm_link(&mail.link_token(), &blinding.check().to_string()).await;
    assert_eq!(answer.problem(), Problem::AttemptsExhausted);
    assert_eq!(wire.token_request(&blinding.body()).await.problem(), Problem::NotConfirmed);
}

#[tokio::test]
async fn tries_are_counted_across_killed_servers() {
    let (mut server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let verification = wire.verification(ANNA, &blinding.digest()).await;
    let mail = wire.mail(ANNA, 1).await;

    for _ in 0..5 {
        let answer = wire.confirm_code(&verification, &wrong_code(&mail.code())).await;
        assert_eq!(answer.problem(), Problem::WrongCode);
        server.restart().await;
    }
    assert_eq!(wire.confirm_code(&verification, &mail.code()).await.problem(), Problem::AttemptsExhausted);
}

#[tokio::test]
async fn guesses_at_the_same_moment_are_counted_one_by_one() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let verification = wire.verification(ANNA, &blinding.digest()).await;
    let wrong = wrong_code(&wire.mail(ANNA, 1).await.code());

    let mut guesses = JoinSet::new();
    for _ in 0..20 {
        let (wire, verification, wrong) = (wire.clone(), verification.clone(), wrong.clone());
        guesses.spawn(async move { wire.confirm_code(&verification, &wrong).await.problem() });
    }
    let answers = guesses.join_all().await;
    let count = |problem: Problem| answers.iter().filter(|answer| **answer == problem).count();
    assert_eq!((count(Problem::WrongCode), count(Problem::AttemptsExhausted)), (5, 15));
}

#[tokio::test]
async fn the_right_code_works_after_four_wrong_ones() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let verification = wire.verification(ANNA, &blinding.digest()).await;
    let mail = wire.mail(ANNA, 1).await;

    for _ in 0..4 {
        let answer = wire.confirm_code(&verification, &wrong_code(&mail.code())).await;
        assert_eq!(answer.problem(), Problem::WrongCode);
    }
    assert_eq!(wire.confirm_code(&verification, &mail.code()).await.status, 200);
    assert_eq!(wire.token_request(&blinding.body()).await.status, 200);
}

#[tokio::test]
async fn codes_are_taken_without_dash_and_with_spaces() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let verification = wire.verification(ANNA, &blinding.digest()).await;
    let code = wire.mail(ANNA, 1).await.code();

    for malformed in ["", "1234", "1234-567", "1234-56789", "abcd-efgh", "１２３４-５６７８"] {
        assert_eq!(wire.confirm_code(&verification, malformed).await.problem(), Problem::MalformedRequest);
    }
    let typed = format!(" {} ", code.replace('-', " "));
    assert_eq!(wire.confirm_code(&verification, &typed).await.status, 200);
}

#[tokio::test]
async fn asking_again_gives_no_fresh_tries_on_the_live_code() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let first = wire.verification(ANNA, &blinding.digest()).await;
    let first_mail = wire.mail(ANNA, 1).await;
    for _ in 0..5 {
        wire.confirm_code(&first, &wrong_code(&first_mail.code())).await;
    }

    let second = wire.verification(ANNA, &blinding.digest()).await;
    let second_mail = wire.mail(ANNA, 2).await;
    assert_eq!(wire.confirm_code(&first, &first_mail.code()).await.problem(), Problem::AttemptsExhausted);
    assert_eq!(wire.confirm_code(&second, &first_mail.code()).await.problem(), Problem::WrongCode);
    assert_eq!(wire.confirm_code(&first, &second_mail.code()).await.problem(), Problem::AttemptsExhausted);
    assert_eq!(wire.confirm_code(&second, &second_mail.code()).await.status, 200);
}

#[tokio::test]
async fn a_wrong_check_number_confirms_nothing_and_counts_as_a_wrong_code() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let verification = wire.verification(ANNA, &blinding.digest()).await;
    let mail = wire.mail(ANNA, 1).await;

    for _ in 0..4 {
        let answer = wire.confirm_link(&mail.link_token(), &wrong_check(blinding.check())).await;
        assert_eq!(answer.problem(), Problem::WrongCheckNumber);
        assert_eq!(wire.token_request(&blinding.body()).await.problem(), Problem::NotConfirmed);
    }
    let answer = wire.confirm_code(&verification, &wrong_code(&mail.code())).await;
    assert_eq!(answer.problem(), Problem::WrongCode);
    let answer = wire.confirm_link(&mail.link_token(), &blinding.check().to_string()).await;
    assert_eq!(answer.problem(), Problem::AttemptsExhausted);
}

#[tokio::test]
async fn sixty_wrong_codes_in_a_minute_leave_only_links() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let verification = wire.verification(ANNA, &blinding.digest()).await;
    let mail = wire.mail(ANNA, 1).await;

    // What the attacker fills up is counted by the clock's minutes: a test that meets a new one begins again.
    loop {
        let minute = server.now().seconds() / 60;
        guess_until_codes_are_off(&wire).await;
        let answer = wire.confirm_code(&verification, &wrong_code(&mail.code())).await;
        if server.now().seconds() / 60 == minute {
            assert_eq!(answer.problem(), Problem::UseTheLink);
            assert!(!answer.header("retry-after").is_empty());
            break;
        }
    }
    assert_eq!(wire.confirm_link(&mail.link_token(), &blinding.check().to_string()).await.status, 200);
    assert_eq!(wire.token_request(&blinding.body()).await.status, 200);
}

/// Five guesses for each of as many invented addresses as are needed: two minutes take no more than 120 of them.
async fn guess_until_codes_are_off(wire: &Wire) {
    for number in 0..25 {
        let digest = [number; 32].into();
        let verification = wire.verification(&format!("invented{number}@example.org"), &digest).await;
        for _ in 0..5 {
            match wire.confirm_code(&verification, "0000-0000").await.problem() {
                Problem::WrongCode => {}
                Problem::UseTheLink => return,
                other => panic!("{other:?}"),
            }
        }
    }
    panic!("125 wrong codes were taken");
}

#[tokio::test]
async fn confirming_twice_is_fine() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let verification = wire.verification(ANNA, &blinding.digest()).await;
    let mail = wire.mail(ANNA, 1).await;

    for _ in 0..2 {
        assert_eq!(wire.confirm_code(&verification, &mail.code()).await.status, 200);
        let answer = wire.confirm_link(&mail.link_token(), &blinding.check().to_string()).await;
        assert_eq!(answer.status, 200);
    }
    let answer = wire.confirm_code(&verification, &wrong_code(&mail.code())).await;
    assert_eq!(answer.problem(), Problem::WrongCode);
    assert_eq!(wire.token_request(&blinding.body()).await.status, 200);
}

#[tokio::test]
async fn of_two_addresses_that_confirm_one_request_at_once_one_does() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let mut confirmations = JoinSet::new();
    let mut held = Vec::new();
    for email in [ANNA, BORIS] {
        let verification = wire.verification(email, &blinding.digest()).await;
        held.push((verification, wire.mail(email, 1).await.code()));
    }
    for (verification, code) in held {
        let wire = wire.clone();
        confirmations.spawn(async move { wire.confirm_code(&verification, &code).await.status });
    }
    let mut statuses = confirmations.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn a_second_address_cannot_confirm_the_same_request_and_loses_nothing() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    wire.confirm(ANNA, &blinding.digest()).await;

    let verification = wire.verification(BORIS, &blinding.digest()).await;
    let mail = wire.mail(BORIS, 1).await;
    for _ in 0..6 {
        assert_eq!(wire.confirm_code(&verification, &mail.code()).await.problem(), Problem::ConfirmedByAnother);
    }
    let answer = wire.confirm_link(&mail.link_token(), &blinding.check().to_string()).await;
    assert_eq!(answer.problem(), Problem::ConfirmedByAnother);
    assert_eq!(wire.token_request(&blinding.body()).await.status, 200);

    let boris = Signer::new(&server, BORIS);
    let link = server.link(&petition);
    let confirmed = boris.confirm(boris.prepare(&link, Bundle::WholeRun).await).await;
    boris.redeem(boris.token(confirmed).await).await;
    assert_eq!(wire.issued(&petition.petition_id()).await, 2);
}
