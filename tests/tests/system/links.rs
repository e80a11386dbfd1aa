//! What links and verifications do in the wrong hands, or changed on the way.

use undersign_protocol::problem::Problem;
use undersign_tests::blinding::Blinding;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::tables::Tables;
use undersign_tests::wire::Wire;

const ANNA: &str = "anna@example.org";

#[tokio::test]
async fn scanners_that_follow_every_link_change_nothing() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    wire.verification(ANNA, &blinding.digest()).await;
    let mail = wire.mail(ANNA, 1).await;
    let mut tables = Tables::open(&server.database_url("identified")).await;
    tables.wait_until_empty("outbox").await;
    let before = tables.rows().await;

    for _ in 0..2 {
        assert_eq!(wire.get(&mail.link()).await.status, 200);
        assert_eq!(wire.send(wire.client().head(mail.link())).await.status, 200);
    }
    assert_eq!(tables.rows().await, before);
    assert_eq!(wire.token_request(&blinding.body()).await.problem(), Problem::NotConfirmed);

    let answer = wire.confirm_link(&mail.link_token(), &blinding.check().to_string()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(wire.token_request(&blinding.body()).await.status, 200);
}

#[tokio::test]
async fn a_changed_link_or_verification_confirms_nothing_and_leaves_no_trace() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let verification = wire.verification(ANNA, &blinding.digest()).await;
    let mail = wire.mail(ANNA, 1).await;

    for changed in changed(&mail.link_token()) {
        let answer = wire.confirm_link(&changed, &blinding.check().to_string()).await;
        assert_eq!(answer.problem(), Problem::VerificationNotValid, "{changed}");
    }
    for changed in changed(&verification) {
        let answer = wire.confirm_code(&changed, &mail.code()).await;
        assert_eq!(answer.problem(), Problem::VerificationNotValid, "{changed}");
    }
    let mut tables = Tables::open(&server.database_url("identified")).await;
    assert_eq!((tables.count("tries").await, tables.count("confirmation").await), (0, 0));
}

#[tokio::test]
async fn another_installation_s_link_confirms_nothing() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let other = TestServer::start(Options::default()).await;
    let elsewhere = Wire::new(&other);
    let verification = elsewhere.verification(ANNA, &blinding.digest()).await;
    let mail = elsewhere.mail(ANNA, 1).await;

    let answer = wire.confirm_link(&mail.link_token(), &blinding.check().to_string()).await;
    assert_eq!(answer.problem(), Problem::VerificationNotValid);
    let answer = wire.confirm_code(&verification, &mail.code()).await;
    assert_eq!(answer.problem(), Problem::VerificationNotValid);
    assert_eq!(wire.token_request(&blinding.body()).await.problem(), Problem::NotConfirmed);
}

#[tokio::test]
async fn a_link_is_no_verification_and_a_verification_no_link() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let verification = wire.verification(ANNA, &blinding.digest()).await;
    let mail = wire.mail(ANNA, 1).await;

    // The verification is given to whoever asks: as a link it would need no mailbox, only the check number that the asker knows.
    let answer = wire.confirm_link(&verification, &blinding.check().to_string()).await;
    assert_eq!(answer.problem(), Problem::VerificationNotValid);
    let answer = wire.confirm_code(&mail.link_token(), &mail.code()).await;
    assert_eq!(answer.problem(), Problem::VerificationNotValid);
    assert_eq!(wire.token_request(&blinding.body()).await.problem(), Problem::NotConfirmed);
    assert_eq!(wire.confirm_code(&verification, &mail.code()).await.status, 200);
}

#[tokio::test]
async fn a_confirmation_of_another_form_is_refused_whole() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let url = wire.issuer("/v1/email-verifications/confirm");
    for body in [
        "",
        "{}",
        "[]",
        r#"{"token":"a"}"#,
        r#"{"token":"a","code":"1234-5678"}"#,
        r#"{"token":"a","check":7}"#,
        r#"{"token":"a","check":"07","email":"anna@example.org"}"#,
        r#"{"verification":"a","check":"07"}"#,
    ] {
        assert_eq!(wire.post(&url, "application/json", body).await.problem(), Problem::MalformedRequest, "{body}");
    }
    let form = wire.post(&url, "application/x-www-form-urlencoded", "token=a&check=07").await;
    assert_eq!(form.problem(), Problem::UnsupportedMediaType);
    for check in ["", "7", "007", "ab", "-1", "٠٧"] {
        assert_eq!(wire.confirm_link("a", check).await.problem(), Problem::MalformedRequest, "{check}");
    }
}

/// Cut off, grown, emptied, and with one character changed at the beginning, in the middle and at the end.
fn changed(sealed: &str) -> Vec<String> {
    let flipped = |place: usize| {
        let mut bytes = sealed.as_bytes().to_vec();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).expect("ASCII")
    };
    let mut changed: Vec<String> = [0, 5, 6, 20, sealed.len() / 2, sealed.len() - 2].map(flipped).into();
    changed.extend([1, 4, 16, sealed.len() - 4].map(|left| sealed[..left].to_owned()));
    changed.extend([String::new(), "%".to_owned(), format!("{sealed}AAAA"), format!("{sealed}="), sealed.repeat(2)]);
    changed.push("A".repeat(60_000));
    changed
}
