//! What someone sees who has had all the mails that an address gets in a day: the same as everybody.

use std::collections::BTreeMap;

use undersign_protocol::problem::Problem;
use undersign_tests::blinding::Blinding;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::tables::Tables;
use undersign_tests::wire::{Answer, Wire};

const ANNA: &str = "anna@example.org";

fn limits(mails_per_address: u32) -> Options {
    let limits = format!("mails_per_address = {mails_per_address}\nmails_per_minute = 100000");
    Options { limits: Some(limits), ..Options::default() }
}

#[tokio::test]
async fn beyond_the_limit_no_mail_comes_and_nothing_confirms() {
    let (server, petition) = TestServer::with_petition(limits(1)).await;
    let wire = Wire::new(&server);
    let (first, second) = (Blinding::new(&petition), Blinding::new(&petition));
    let live = wire.verification(ANNA, &first.digest()).await;
    let mail = wire.mail(ANNA, 1).await;
    let limited = wire.verification(ANNA, &second.digest()).await;

    // The live code is of no use for it, nor is any other.
    for _ in 0..5 {
        assert_eq!(wire.confirm_code(&limited, &mail.code()).await.problem(), Problem::WrongCode);
    }
    assert_eq!(wire.confirm_code(&limited, &mail.code()).await.problem(), Problem::AttemptsExhausted);
    let answer = wire.confirm_link(&limited, &second.check().to_string()).await;
    assert_eq!(answer.problem(), Problem::VerificationNotValid);
    assert_eq!(wire.token_request(&second.body()).await.problem(), Problem::NotConfirmed);

    Tables::open(&server.database_url("identified")).await.wait_until_empty("outbox").await;
    assert_eq!(server.mailbox().mails_to(ANNA).len(), 1);

    assert_eq!(wire.confirm_code(&live, &mail.code()).await.status, 200);
    assert_eq!(wire.token_request(&first.body()).await.status, 200);
}

#[tokio::test]
async fn spellings_of_one_mailbox_share_its_limit() {
    let server = TestServer::start(limits(1)).await;
    let wire = Wire::new(&server);
    for (number, spelling) in ["a.nna@gmail.com", "anna@gmail.com", "ANNA+petition@googlemail.com"].iter().enumerate() {
        wire.verification(spelling, &[number as u8; 32].into()).await;
    }
    Tables::open(&server.database_url("identified")).await.wait_until_empty("outbox").await;
    assert_eq!(server.mailbox().mails().len(), 1);
}

#[tokio::test]
async fn new_used_and_limited_addresses_get_equal_answers() {
    let (server, petition) = TestServer::with_petition(limits(2)).await;
    let wire = Wire::new(&server);
    let (first, again) = (Blinding::new(&petition), Blinding::new(&petition).digest());
    wire.confirm(ANNA, &first.digest()).await;
    assert_eq!(wire.token_request(&first.body()).await.status, 200);

    let used = wire.ask(ANNA, &again).await;
    let limited = wire.ask(ANNA, &again).await;
    let new = wire.ask("new@example.org", &again).await;
    let longer = wire.ask("someone.with.a.much.longer.name@mail.subdomain.example.org", &again).await;
    assert_eq!(shape(&used), shape(&new));
    assert_eq!(shape(&limited), shape(&new));
    assert_eq!(shape(&longer), shape(&new));

    Tables::open(&server.database_url("identified")).await.wait_until_empty("outbox").await;
    assert_eq!(server.mailbox().mails_to(ANNA).len(), 2);
}

#[tokio::test]
async fn malformed_addresses_are_refused_and_nothing_is_sent() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    for email in [
        "",
        "anna",
        "@example.org",
        "anna@",
        "anna@example",
        "anna@@example.org",
        "anna@exa mple.org",
        "anna@example.org\nBcc: all@example.org",
        "anna@example.org, boris@example.org",
        "Anna <anna@example.org>",
        "anna@127.0.0.1",
    ] {
        assert_eq!(wire.ask(email, &[7; 32].into()).await.problem(), Problem::AddressNotValid, "{email}");
    }
    let mut tables = Tables::open(&server.database_url("identified")).await;
    assert_eq!(tables.count("outbox").await, 0);
    assert_eq!(server.mailbox().mails(), []);
}

/// Status, headers without the date, size of the body, names of its members and sizes of their values.
fn shape(answer: &Answer) -> (u16, BTreeMap<String, String>, usize, BTreeMap<String, usize>) {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().expect("ASCII").to_owned())).collect();
    let members = answer.json();
    let members = members.as_object().expect("an object").iter();
    let members = members.map(|(name, value)| (name.clone(), value.as_str().expect("text").len())).collect();
    (answer.status, headers, answer.body.len(), members)
}
