use std::collections::BTreeSet;
use std::time::Duration;

use undersign_protocol::petition::{PetitionId, VerifiedManifest};
use undersign_protocol::problem::Problem;
use undersign_protocol::redemption::Token;
use undersign_protocol::timestamp::Timestamp;
use undersign_tests::audit::audit;
use undersign_tests::blinding::Blinding;
use undersign_tests::copies::{Copied, addresses_that_asked};
use undersign_tests::ending::{assert_destroyed, close_statement, ends, final_count, wait_until_ended};
use undersign_tests::persistent::Persistent;
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer, kills};
use undersign_tests::side_by_side::{address, tokens};
use undersign_tests::wire::Wire;

/// A petition that closes so many seconds from now, and is over two seconds later.
async fn closing_in(server: &TestServer, slug: &str, seconds: u64) -> VerifiedManifest {
    let mut folder = petition(slug, server.now(), 1);
    folder.settings.closes_at = server.now().plus(seconds);
    folder.settings.grace = 2;
    server.publish(folder).await
}

/// A petition that closes soon, with something done while it was open: however slow the machine is, one is long enough for it.
async fn with_time_for<T>(server: &TestServer, work: impl AsyncFn(&VerifiedManifest) -> T) -> (VerifiedManifest, T) {
    for seconds in [8, 30, 120, 480] {
        let petition = closing_in(server, &format!("closes-{seconds}"), seconds).await;
        let done = work(&petition).await;
        if server.now() < petition.manifest().closes_at {
            return (petition, done);
        }
    }
    panic!("eight minutes were not enough");
}

#[tokio::test]
async fn after_the_close_nothing_is_left_to_issue_with_and_the_statement_stands_in_the_log_once() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let rivers = server.publish(petition("rivers", server.now(), 1)).await;
    let kept = wire.token("anna@example.org", &rivers).await;
    let (trees, request) = with_time_for(&server, async |trees| {
        let blinding = Blinding::new(trees);
        wire.confirm("anna@example.org", &blinding.digest()).await;
        let body = blinding.body();
        let token = blinding.token(&wire.token_request(&body).await.body);
        assert_eq!(wire.redeem(&trees.petition_id(), &token).await.status, 200);
        body
    })
    .await;
    let close = wire.issuer("/v1/petitions/{}/close").replace("{}", &trees.petition_id().to_string());
    if server.now() < trees.manifest().ends_at() {
        assert_eq!(wire.get(&close).await.problem(), Problem::NotYetClosed);
    }
    assert_eq!(wire.get(&wire.issuer("/v1/petitions/rivers/close")).await.problem(), Problem::NotYetClosed);

    let statement = wait_until_ended(&server, &trees).await;
    assert_eq!((statement.issued, final_count(&server, &trees).await), (1, 1));
    assert_destroyed(&server, &trees).await;
    assert_eq!(wire.token_request(&request).await.problem(), Problem::Closed);
    let (tally, _) = audit(&server, &trees).await;
    assert_eq!((tally.total(), tally.issued), (1, 1));
    let by_slug = wire.issuer(&format!("/v1/petitions/{}/close", trees.manifest().slug));
    assert_eq!(wire.get(&close).await.body, wire.get(&by_slug).await.body);

    // Another petition of the same issuer goes on.
    assert_eq!(wire.redeem(&rivers.petition_id(), &kept).await.status, 200);
    assert_eq!(wire.issued(&rivers.petition_id()).await, 1);
    let another = wire.token("berta@example.org", &rivers).await;
    assert_eq!(wire.redeem(&rivers.petition_id(), &another).await.status, 200);
}

/// The petition ends while the server is down; from the same files it is started again and again, and killed one sync later each time.
#[tokio::test]
async fn a_close_is_completed_wherever_it_is_killed() {
    let mut server = TestServer::start(Options::default()).await;
    let (trees, taken) = with_time_for(&server, async |trees| {
        let tokens = tokens(&server, trees, 3).await;
        for token in &tokens[..2] {
            assert_eq!(Wire::new(&server).redeem(&trees.petition_id(), token).await.status, 200);
        }
        tokens[..2].to_vec()
    })
    .await;
    server.kill();
    server.wait_until(trees.manifest().ends_at()).await;
    let before = Copied::everything(&server);
    for sync in kills(10) {
        before.restore(&server);
        let trap = server.start_and_kill_at_sync(sync);
        while !trap.has_sprung() && (ends(&server, &trees).await != Some(1) || !is_quiet(&server).await) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let killed = trap.disarm();
        server.set_wrapper(&[]);
        server.restart().await;

        assert_eq!(wait_until_ended(&server, &trees).await.issued, 3, "killed at sync {sync}");
        assert_destroyed(&server, &trees).await;
        let (tally, _) = audit(&server, &trees).await;
        assert_eq!((tally.total(), tally.issued, final_count(&server, &trees).await), (2, 3, 3));
        for token in &taken {
            let answer = Wire::new(&server).redeem(&trees.petition_id(), token).await;
            assert!(answer.json()["leaf_index"].is_u64(), "{}", answer.text());
        }
        server.kill();
        if !killed {
            assert!(sync > 8, "a close has more syncs than that");
            return;
        }
    }
}

/// Whether no sync was begun for a while in which two ticks lie.
async fn is_quiet(server: &TestServer) -> bool {
    let before = server.syncs();
    tokio::time::sleep(Duration::from_millis(2_200)).await;
    server.syncs() == before
}

#[tokio::test]
async fn closed_under_load_and_killed_meanwhile_the_total_is_what_was_acknowledged() {
    let mut server = TestServer::start(Options::default()).await;
    let (trees, tokens) = with_time_for(&server, async |trees| tokens(&server, trees, 24).await).await;
    server.restart_watched().await;
    let end = trees.manifest().ends_at();
    let issued = tokens.len() as u64;
    let load: Vec<_> = tokens
        .chunks(4)
        .map(|tokens| tokio::spawn(redeem_until_the_end(Wire::new(&server), trees.petition_id(), tokens.to_vec(), end)))
        .collect();
    let mut client = Persistent::new(&mut server);
    for kill in [4, 9, 3, 6] {
        let trap = client.kill_at_sync(kill);
        while client.now() < end.plus(3) && !trap.has_sprung() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        trap.disarm();
        client.revive().await;
    }
    while !load.iter().all(tokio::task::JoinHandle::is_finished) {
        client.revive().await;
    }
    let mut acknowledged: Vec<Token> = Vec::new();
    for task in load {
        acknowledged.extend(task.await.expect("no panic"));
    }
    assert_eq!(wait_until_ended(&server, &trees).await.issued, issued);
    let (tally, _) = audit(&server, &trees).await;
    assert_eq!((tally.total(), tally.issued), (acknowledged.len() as u64, issued));
    for token in &acknowledged {
        let answer = Wire::new(&server).redeem(&trees.petition_id(), token).await;
        assert!(answer.json()["leaf_index"].is_u64(), "{}", answer.text());
    }
    assert_destroyed(&server, &trees).await;
}

/// Redeems tokens, the last of them until it is refused because the petition is over. Gives back those that were taken.
async fn redeem_until_the_end(wire: Wire, petition: PetitionId, tokens: Vec<Token>, end: Timestamp) -> Vec<Token> {
    let mut taken = Vec::new();
    for (place, token) in tokens.into_iter().rev().enumerate() {
        // One after the other up to the end, so that some come at the very moment.
        let begin = Timestamp::from_seconds(end.seconds() - place as u64).expect("a moment");
        while now() < begin {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let header = undersign_protocol::redemption::token_header(&token);
        let url = wire.origin(&format!("/v1/petitions/{petition}/signatures"));
        loop {
            match wire.client().post(&url).header("authorization", &header).send().await.map(|answer| answer.status()) {
                Ok(status) if status == 200 => break taken.push(token),
                Ok(status) if status == 410 => break,
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }
    taken
}

fn now() -> Timestamp {
    use undersign_server::clock::{Clock as _, SystemClock};
    SystemClock.now()
}

#[tokio::test]
async fn the_log_waits_for_an_issuer_that_is_away_and_ends_when_it_is_back() {
    let mut server = TestServer::start(Options { apart: true, ..Options::default() }).await;
    let wire = Wire::new(&server);
    let (trees, token) = with_time_for(&server, async |trees| wire.token("anna@example.org", trees).await).await;
    assert_eq!(wire.redeem(&trees.petition_id(), &token).await.status, 200);
    wire.wait_for_total(&trees.petition_id(), 1).await;
    server.kill_side("identified");
    server.wait_until(trees.manifest().ends_at().plus(3)).await;
    assert_eq!(ends(&server, &trees).await, Some(0), "nobody has said that the keys are destroyed");
    assert_eq!((wire.total(&trees.petition_id()).await, close_statement(&server, &trees).await), (1, None));

    server.restart().await;
    assert_eq!(wait_until_ended(&server, &trees).await.issued, 1);
    assert_eq!(audit(&server, &trees).await.0.total(), 1);
    assert_destroyed(&server, &trees).await;
}

#[tokio::test]
async fn a_backup_and_all_keys_that_are_left_test_no_address_after_the_close() {
    let mut server = TestServer::start(Options::default()).await;
    let (trees, (backup, thief)) = with_time_for(&server, async |trees| {
        tokens(&server, trees, 3).await;
        (Copied::backup(&server), Copied::everything(&server))
    })
    .await;
    let all: BTreeSet<String> = (0..3).map(|number| address(&trees, number)).collect();
    let everyone: Vec<String> = all.iter().cloned().chain([address(&trees, 3)]).collect();
    // The controls: before the close the live keys test addresses in the live tables and in the backup.
    assert_eq!(addresses_that_asked(&[thief.path()], &everyone), all);
    let live_keys = thief.path().join("identified-keys");
    assert_eq!(addresses_that_asked(&[backup.path(), &live_keys], &everyone), all);
    // The backup alone never does.
    assert_eq!(addresses_that_asked(&[backup.path()], &everyone), BTreeSet::new());

    wait_until_ended(&server, &trees).await;
    assert_eq!(addresses_that_asked(&[server.path(), backup.path()], &everyone), BTreeSet::new());
    // Nor are the rows anywhere in the files any more, for someone who had copied the keys in time.
    assert_eq!(addresses_that_asked(&[server.path(), &live_keys], &everyone), BTreeSet::new());
    server.kill();
    assert_eq!(addresses_that_asked(&[server.path(), backup.path()], &everyone), BTreeSet::new());

    // The backup restored, with what keys are left: the close is done again, and nothing is issued from it.
    backup.restore_databases(&server);
    server.restart().await;
    wait_until_ended(&server, &trees).await;
    assert_eq!(addresses_that_asked(&[server.path(), &live_keys], &everyone), BTreeSet::new());
}
