//! What people are told while the disk is full, a database or the mail server is away, and whether all of it goes on by itself after that.

use std::collections::HashSet;
use std::time::Duration;

use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::Entry;
use undersign_protocol::redemption::Token;
use undersign_test_clusters::{Clusters, TestDatabase};
use undersign_tests::audit::audit;
use undersign_tests::blinding::Blinding;
use undersign_tests::outages::{WITH_LIMITS, a_while, empty_disk, fill_disk, is_unavailable, until_it_is_back};
use undersign_tests::petitions::petition;
use undersign_tests::programs::on_postgres;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::side_by_side::{redeem, tokens};
use undersign_tests::smtp::{MailOptions, MailServer};
use undersign_tests::wire::Wire;

/// Those that were acknowledged are those that were published, by a recount.
async fn all_are_published(server: &TestServer, petition: &VerifiedManifest, acknowledged: &[Token]) {
    let wire = Wire::new(server);
    wire.wait_for_total(&petition.petition_id(), acknowledged.len() as u64).await;
    let (_, leaves) = audit(server, petition).await;
    let expected: HashSet<_> =
        acknowledged.iter().map(|token| *Entry::Signature(token.clone()).leaf_hash().as_bytes()).collect();
    assert_eq!(leaves.iter().map(|leaf| *leaf.as_bytes()).collect::<HashSet<_>>(), expected);
}

#[tokio::test]
async fn while_the_disk_is_full_nothing_is_taken_and_reads_are_answered_and_then_all_goes_on() {
    // On PostgreSQL it is that server's disk, and its answer.
    if on_postgres() {
        return;
    }
    let wrapper = WITH_LIMITS.map(str::to_owned).to_vec();
    let (mut server, trees) = TestServer::with_petition(Options { wrapper, ..Options::default() }).await;
    let (wire, id) = (Wire::new(&server), trees.petition_id());
    let all = tokens(&server, &trees, 4).await;
    redeem(&server, &trees, &all[..2]).await;
    let late = Blinding::new(&trees).digest();

    fill_disk(&server);
    is_unavailable(|| wire.redeem(&id, &all[2])).await;
    is_unavailable(|| wire.ask("late@example.org", &late)).await;
    let total = wire.get(&wire.origin(&format!("/v1/petitions/{id}/total"))).await;
    assert_eq!(total.status, 200, "{}", total.text());
    assert!(!server.has_ended());

    empty_disk(&server);
    until_it_is_back(|| wire.redeem(&id, &all[2]), 200).await;
    until_it_is_back(|| wire.redeem(&id, &all[3]), 200).await;
    until_it_is_back(|| wire.ask("late@example.org", &late), 202).await;
    wire.mail("late@example.org", 1).await;
    all_are_published(&server, &trees, &all).await;
    assert!(!server.has_ended());
}

#[tokio::test]
async fn while_a_side_s_database_is_away_that_side_says_so_and_then_all_goes_on() {
    let mut clusters = Clusters::start();
    let databases = ["identified", "anonymous"].map(|side| clusters.database(side));
    let urls = databases.each_ref().map(TestDatabase::url);
    let mut server = TestServer::start(Options { databases: Some(urls), ..Options::default() }).await;
    let trees = server.publish(petition("trees", server.now(), 1)).await;
    let (wire, id) = (Wire::new(&server), trees.petition_id());
    let all = tokens(&server, &trees, 4).await;
    redeem(&server, &trees, &all[..2]).await;

    clusters.stop("anonymous");
    is_unavailable(|| wire.redeem(&id, &all[2])).await;
    clusters.start_again("anonymous");
    until_it_is_back(|| wire.redeem(&id, &all[2]), 200).await;

    let late = Blinding::new(&trees).digest();
    clusters.stop("identified");
    is_unavailable(|| wire.ask("late@example.org", &late)).await;
    assert_eq!(wire.redeem(&id, &all[3]).await.status, 200, "the other side works");
    clusters.start_again("identified");
    until_it_is_back(|| wire.ask("late@example.org", &late), 202).await;
    wire.mail("late@example.org", 1).await;

    all_are_published(&server, &trees, &all).await;
    assert!(!server.has_ended());
    drop(server);
}

#[tokio::test]
async fn while_the_mail_server_is_away_mails_wait_and_then_each_arrives_once() {
    let mut mail = MailServer::new();
    mail.start(&MailOptions::default()).await;
    let smtp = Some(mail.settings("plain", ""));
    let server = TestServer::start(Options { smtp, ..Options::default() }).await;
    let wire = Wire::new(&server);
    let ask = async |number: usize| {
        let answer = wire.ask(&format!("signer{number}@example.org"), &RequestDigest::of(&number.to_be_bytes())).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
    };
    ask(0).await;
    mail.wait_for("accepted in clear", 1).await;

    mail.stop();
    let people = 60;
    for number in 1..=people {
        ask(number).await;
        tokio::time::sleep(a_while() / people as u32).await;
    }
    assert!(server.waiting_mails().await >= people as u64);

    mail.start(&MailOptions::default()).await;
    for _ in 0..1_800 {
        if server.waiting_mails().await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.wait_for_outbox(0).await;
    let mails = mail.mailbox().mails();
    let receivers: HashSet<_> = mails.iter().map(|mail| mail.to.clone()).collect();
    assert_eq!((mails.len(), receivers.len()), (people + 1, people + 1));
}
