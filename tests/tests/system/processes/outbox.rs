use std::collections::BTreeMap;

use undersign_protocol::email_verification::RequestDigest;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::smtp::{Answer, MailOptions, MailServer};
use undersign_tests::tables::Tables;

use super::{each, two};

const MAILS: u8 = 60;

/// A mail server that takes nothing yet, and two processes that have promised so many mails each.
async fn promised() -> (MailServer, TestServer) {
    let mut mail = MailServer::new();
    mail.start(&MailOptions { answer: Answer::Later, ..MailOptions::default() }).await;
    let server = TestServer::start(Options { smtp: Some(mail.settings("plain", "")), ..two() }).await;
    for (number, wire) in each(&server).iter().enumerate() {
        for signer in 0..MAILS / 2 {
            let email = format!("signer{signer}@process{number}.example");
            assert_eq!(wire.ask(&email, &RequestDigest::from([signer; 32])).await.status, 202);
        }
    }
    assert_eq!(waiting(&server).await, u64::from(MAILS));
    (mail, server)
}

async fn waiting(server: &TestServer) -> u64 {
    Tables::open(&server.database_url("identified")).await.count("outbox").await
}

/// Waits until nothing is left to send, and a little longer than both need to find that out.
async fn all_are_sent(server: &TestServer) {
    for _ in 0..1_200 {
        if waiting(server).await == 0 {
            return server.wait_until(server.now().plus(3)).await;
        }
        server.wait_until(server.now().plus(1)).await;
    }
    panic!("mails are left: {}", server.output());
}

/// How many mails came to each.
fn arrived(mail: &MailServer) -> BTreeMap<String, usize> {
    let mut arrived = BTreeMap::new();
    for mail in mail.mailbox().mails() {
        *arrived.entry(mail.to).or_insert(0) += 1;
    }
    arrived
}

#[tokio::test]
async fn two_processes_send_each_mail_once() {
    let (mut mail, server) = promised().await;
    mail.start(&MailOptions { answer: Answer::Slowly, ..MailOptions::default() }).await;
    all_are_sent(&server).await;
    let arrived = arrived(&mail);
    assert_eq!(arrived.len(), usize::from(MAILS));
    assert!(arrived.values().all(|count| *count == 1), "{arrived:?}");
}

#[tokio::test]
async fn mails_that_a_killed_process_has_promised_are_sent_by_the_other() {
    let (mut mail, mut server) = promised().await;
    server.kill_process(1);
    mail.start(&MailOptions::default()).await;
    all_are_sent(&server).await;
    let arrived = arrived(&mail);
    assert_eq!(arrived.len(), usize::from(MAILS), "also those of the killed one");
    assert!(arrived.values().all(|count| *count == 1), "{arrived:?}");
}
