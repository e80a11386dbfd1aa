use undersign_client_lib::organiser;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{NoticeContent, SignedNotice};
use undersign_protocol::problem::Problem;
use undersign_tests::blinding::Blinding;
use undersign_tests::ending::{assert_destroyed, close_statement, wait_until_ended};
use undersign_tests::noticing::{notice, post};
use undersign_tests::petitions::petition;
use undersign_tests::server::TestServer;
use undersign_tests::wire::Wire;

use super::{each, two, two_with_petition};

#[tokio::test]
async fn what_is_prepared_at_one_process_and_published_at_the_other_is_signed_at_both_at_once() {
    let server = TestServer::start(two()).await;
    let (here, there) = (server.process(0), server.process(1));
    for (slug, first, second) in [("trees", &here, &there), ("rivers", &there, &here)] {
        let manifest = server.manifest_at(&petition(slug, server.now(), 1), first, second).await;
        let published = organiser::sign(&manifest, server.organiser()).expect("a valid manifest");
        server.send_manifest_to(&published, second).await;
        // Without a pause: what one process has published the other knows.
        let other = Wire::of_process(&server, if second == &there { 0 } else { 1 });
        for path in [format!("/p/{slug}"), format!("/v1/petitions/{slug}"), format!("/v1/petitions/{slug}/total")] {
            assert_eq!(other.get(&other.origin(&path)).await.status, 200, "{path}");
        }
        server.send_manifest_to(&published, first).await;
        let token = other.token("anna@example.org", &published).await;
        for wire in each(&server) {
            assert_eq!(wire.redeem(&published.petition_id(), &token).await.status, 200);
        }
    }
}

#[tokio::test]
async fn a_token_request_is_the_first_that_a_process_hears_of_a_petition() {
    let server = TestServer::start(two()).await;
    let [one, other] = each(&server);
    let manifest =
        server.manifest_at(&petition("trees", server.now(), 1), &server.process(0), &server.process(0)).await;
    let trees = organiser::sign(&manifest, server.organiser()).expect("a valid manifest");
    server.send_manifest_to(&trees, &server.process(0)).await;
    let blinding = Blinding::new(&trees);
    assert_eq!(other.token_request(&blinding.body()).await.problem(), Problem::NotConfirmed);
    one.confirm("anna@example.org", &blinding.digest()).await;
    assert_eq!(other.token_request(&blinding.body()).await.status, 200);
}

#[tokio::test]
async fn keys_that_two_processes_prepare_at_once_are_one_for_one_petition() {
    let server = TestServer::start(two()).await;
    let (here, there) = (server.process(0), server.process(1));
    let folder = petition("trees", server.now(), 1);
    let (left, right) =
        tokio::join!(server.manifest_at(&folder, &here, &here), server.manifest_at(&folder, &there, &there));
    assert_eq!(left, right);
}

#[tokio::test]
async fn a_request_that_waits_at_one_process_is_answered_when_its_mail_is_confirmed_at_the_other() {
    let (server, trees) = two_with_petition().await;
    let [one, other] = each(&server);
    let blinding = Blinding::new(&trees);
    let body = blinding.body();
    let confirm = async {
        server.wait_until(server.now().plus(1)).await;
        one.confirm("anna@example.org", &blinding.digest()).await;
    };
    let (answer, ()) = tokio::join!(other.waiting_request(&body, 20), confirm);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn a_notice_that_closes_a_petition_at_one_process_ends_issuance_at_the_other_with_its_answer() {
    let (server, trees) = two_with_petition().await;
    let [one, other] = each(&server);
    let (early, late) = (Blinding::new(&trees), Blinding::new(&trees));
    other.confirm("early@example.org", &early.digest()).await;
    other.confirm("late@example.org", &late.digest()).await;
    let answer = other.token_request(&early.body()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());

    let close = notice(&server, &trees, NoticeContent::Close { closes_at: server.now() });
    let key = SecretKey::from_seed(&server.organiser().seed());
    let signed = SignedNotice::sign(&close, &key).expect("a canonical notice");
    assert_eq!(post(&one, &one.issuer(""), &trees, &signed).await.status, 200);
    assert_eq!(other.token_request(&late.body()).await.problem(), Problem::Closed);
    // Lost answers are repeated.
    assert_eq!(other.token_request(&early.body()).await.body, answer.body);
    assert_eq!(post(&other, &other.issuer(""), &trees, &signed).await.status, 200, "a repeat, at the other one");
}

#[tokio::test]
async fn the_close_is_not_signed_while_any_process_has_the_keys_in_memory() {
    let mut server = TestServer::start(two()).await;
    let mut folder = petition("trees", server.now(), 1);
    folder.settings.closes_at = server.now().plus(12);
    folder.settings.grace = 0;
    let trees = server.publish(folder).await;
    let [one, other] = each(&server);
    let token = one.token("anna@example.org", &trees).await;
    other.token("boris@example.org", &trees).await;
    assert_eq!(one.redeem(&trees.petition_id(), &token).await.status, 200);
    assert!(server.now() < trees.manifest().ends_at(), "this machine is too slow for 12 seconds");

    server.stop_process(1);
    server.wait_until(trees.manifest().ends_at().plus(5)).await;
    let url = one.issuer(&format!("/v1/petitions/{}/close", trees.petition_id()));
    assert_eq!(one.get(&url).await.problem(), Problem::NotYetClosed, "the other one has the keys still");
    // Its memory is gone with it.
    server.kill_process(1);
    let statement = wait_until_ended(&server, &trees).await;
    assert_eq!(statement.issued, 2);
    assert_destroyed(&server, &trees).await;

    // One that comes later says the same.
    server.start_process(1).await;
    server.kill_process(0);
    assert_eq!(wait_until_ended(&server, &trees).await.issued, 2);
    assert!(close_statement(&server, &trees).await.is_some());
}
