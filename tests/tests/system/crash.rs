use undersign_client_lib::journey::Bundle;
use undersign_client_lib::request::Request;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::Entry;
use undersign_protocol::redemption::{RedemptionAnswer, Token, parse_authorization};
use undersign_tests::audit::audit;
use undersign_tests::persistent::Persistent;
use undersign_tests::petitions::petition;
use undersign_tests::programs::is_proving;
use undersign_tests::server::{Options, TestServer, kills, kills_come_to_an_end};
use undersign_tests::side_by_side::tokens;
use undersign_tests::signer::Signer;
use undersign_tests::wire::Wire;

#[tokio::test]
async fn a_signing_outlives_a_kill_at_every_sync() {
    let (mut server, trees) = watched_server().await;
    for (round, sync) in (1..).zip(kills(8)) {
        let signer = Signer::new(&server, &format!("signer{round}@example.org"));
        let prepared = signer.prepare(&server.link(&trees), Bundle::WholeRun).await;
        let trap = server.kill_at_sync(sync);

        let mut client = Persistent::new(&mut server);
        let asked = client.send(&prepared.verification_request(&signer.email, &"en".parse().expect("en"))).await;
        let confirmed = client.confirm(prepared.verification_answered(&asked).expect("202"), &signer.email).await;
        let issued = client.send(&confirmed.token_request()).await;
        let repeated = client.send(&confirmed.token_request()).await;
        assert_eq!((issued.status, &issued.body), (200, &repeated.body), "a repeat gets the same answer");
        let now = client.now();
        let held = confirmed.token_answered(&issued, now).expect("a token");
        let token = token(&held.redemption_request(now).expect("not too early"));
        assert_eq!(client.redeem(&trees, &token).await.0, 200);
        client.wait_for_total(&trees, round as u64).await;
        while !trap.has_sprung() && !client.is_quiet().await {}

        let killed = trap.disarm();
        client.revive().await;
        is_published_once(&mut server, &trees, &token).await;
        assert_eq!(audit(&server, &trees).await.0.signatures, round as u64);
        assert_eq!(Wire::new(&server).issued(&trees.petition_id()).await, round as u64);
        if !killed {
            assert!(sync > 15, "a signing and its batch have more syncs than that");
            return;
        }
    }
}

#[tokio::test]
async fn redemptions_that_are_repeated_during_a_batch_stay_one_each_wherever_it_is_killed() {
    let (mut server, trees) = watched_server().await;
    let tokens = tokens(&server, &trees, if is_proving() { 80 } else { 30 }).await;
    for ((round, sync), tokens) in (1..).zip(kills(6)).zip(tokens.chunks(2)) {
        let trap = server.kill_at_sync(sync);

        let mut client = Persistent::new(&mut server);
        let mut published = false;
        let latest = client.now().plus(20);
        while !published {
            assert!(client.now() < latest, "acknowledged, and not published within 20 seconds");
            published = true;
            for token in tokens {
                let (status, answer) = client.redeem(&trees, token).await;
                assert_eq!(status, 200);
                published &= matches!(answer, Some(RedemptionAnswer::Published { .. }));
            }
        }
        while !trap.has_sprung() && !client.is_quiet().await {}

        let killed = trap.disarm();
        client.revive().await;
        for token in tokens {
            is_published_once(&mut server, &trees, token).await;
        }
        assert_eq!(audit(&server, &trees).await.0.signatures, 2 * round as u64);
        if !killed {
            assert!(sync > 5, "a batch and the rewriting after it have more syncs than that");
            return;
        }
    }
    assert!(!kills_come_to_an_end(), "more tokens are needed to come to the end of a batch");
}

/// Petitions that end one after another; in the last second of each, a token is redeemed for the first time and repeated until well
/// after the end, while the server is killed.
#[tokio::test]
async fn at_the_end_of_a_petition_answer_and_log_agree_wherever_the_server_is_killed() {
    let mut server = TestServer::start(Options::default()).await;
    let kills: Vec<usize> = if is_proving() { (1..=9).collect() } else { vec![1, 3] };
    let mut ending = Vec::new();
    for (number, kill) in kills.into_iter().enumerate() {
        let mut folder = petition(&format!("ends-{kill}"), server.now(), 1);
        folder.settings.closes_at = server.now().plus(8 + 4 * number as u64);
        folder.settings.grace = 2;
        let petition = server.publish(folder).await;
        let token = Wire::new(&server).token("anna@example.org", &petition).await;
        ending.push((kill, petition, token));
    }
    server.restart_watched().await;
    for (kill, petition, token) in ending {
        let end = petition.manifest().ends_at();
        let mut client = Persistent::new(&mut server);
        while client.now().plus(1) < end {
            client.revive().await;
        }
        let trap = client.kill_at_sync(kill);
        let mut last = client.redeem(&petition, &token).await;
        while client.now() < end.plus(2) {
            let (status, answer) = client.redeem(&petition, &token).await;
            assert!(status == 200 || last.0 == 410, "what was taken is not refused later");
            last = (status, answer);
        }
        trap.disarm();
        client.revive().await;
        match client.redeem(&petition, &token).await.0 {
            200 => {
                is_published(&mut server, &petition, &token).await;
                is_published_once(&mut server, &petition, &token).await;
            }
            410 => assert_eq!(audit(&server, &petition).await.0.signatures, 0),
            other => panic!("status {other}"),
        }
    }
}

async fn watched_server() -> (TestServer, VerifiedManifest) {
    let mut server = TestServer::start(Options::default()).await;
    let trees = server.publish(petition("trees", server.now(), 1)).await;
    server.restart_watched().await;
    (server, trees)
}

fn token(redemption: &Request) -> Token {
    let header = redemption.headers().iter().find(|(name, _)| *name == "authorization");
    parse_authorization(&header.expect("an authorization").1).expect("a token")
}

/// Waits for the last batch of a petition that has ended: on a busy machine it comes later than its time.
async fn is_published(server: &mut TestServer, petition: &VerifiedManifest, token: &Token) {
    for _ in 0..1_000 {
        let mut client = Persistent::new(server);
        match client.redeem(petition, token).await {
            (200, Some(RedemptionAnswer::Published { .. })) => return,
            (200, _) => client.revive().await,
            (status, _) => panic!("status {status}"),
        }
    }
    panic!("what was acknowledged is never published");
}

/// The entry of an acknowledged token stands in the log once, and a repeat is told where.
async fn is_published_once(server: &mut TestServer, petition: &VerifiedManifest, token: &Token) {
    let leaf = Entry::Signature(token.clone()).leaf_hash();
    let (status, answer) = Persistent::new(server).redeem(petition, token).await;
    let Some(RedemptionAnswer::Published { leaf_hash, .. }) = answer else { panic!("status {status}, not published") };
    assert_eq!(leaf_hash, leaf);
    let (_, leaves) = audit(server, petition).await;
    assert_eq!(leaves.iter().filter(|other| **other == leaf).count(), 1);
}
