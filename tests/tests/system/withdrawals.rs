use tokio::task::JoinSet;
use undersign_client_lib::journey::Counted;
use undersign_client_lib::receipt::{Finding, ReceiptCheck, Standing};
use undersign_client_lib::withdrawal::Withdrawing;
use undersign_protocol::petition::PetitionId;
use undersign_protocol::problem::Problem;
use undersign_protocol::public_log::Entry;
use undersign_protocol::redemption::{Receipt, RedemptionAnswer, Token, Withdrawal, WithdrawalKey};
use undersign_tests::audit::audit;
use undersign_tests::persistent::Persistent;
use undersign_tests::petitions::petition;
use undersign_tests::programs::is_proving;
use undersign_tests::server::{Options, TestServer, kills_come_to_an_end};
use undersign_tests::signer::{Sender, Signer};
use undersign_tests::tables::Tables;
use undersign_tests::wire::{Answer, Wire};

const ANNA: &str = "anna@example.org";

fn leaf_of(key: &WithdrawalKey) -> String {
    Entry::Withdrawal(Withdrawal::of(key.clone())).leaf_hash().to_string()
}

/// Signs and waits until it is counted.
async fn counted(wire: &Wire, petition: &undersign_protocol::petition::VerifiedManifest) -> (Token, WithdrawalKey) {
    let (token, key) = wire.token_and_key(ANNA, petition).await;
    assert_eq!(wire.redeem(&petition.petition_id(), &token).await.status, 200);
    wire.wait_for_total(&petition.petition_id(), 1).await;
    (token, key)
}

#[tokio::test]
async fn a_signature_that_is_taken_back_is_counted_no_more() {
    let (mut server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, petition_id) = (Wire::new(&server), petition.petition_id());
    let (token, key) = counted(&wire, &petition).await;

    let promised = wire.withdraw(&petition_id, &key).await;
    assert_eq!((promised.status, promised.json()["leaf_hash"].as_str()), (200, Some(leaf_of(&key).as_str())));
    wire.wait_for_counts(&petition_id, (0, 1, 1)).await;
    let published = wire.withdraw(&petition_id, &key).await;
    // Manifest, statement, signature, statement, withdrawal.
    let expected = serde_json::json!({ "leaf_hash": leaf_of(&key), "leaf_index": 4 });
    assert_eq!((published.status, published.json()), (200, expected));
    assert_eq!(wire.redeem(&petition_id, &token).await.problem(), Problem::Withdrawn);
    server.restart().await;
    assert_eq!(wire.redeem(&petition_id, &token).await.problem(), Problem::Withdrawn);
    assert_eq!(wire.withdraw(&petition_id, &key).await.body, published.body);
    assert_eq!(audit(&server, &petition).await.0.withdrawals, 1);

    // The address gets no second token.
    let blinding = undersign_tests::blinding::Blinding::new(&petition);
    wire.confirm(ANNA, &blinding.digest()).await;
    assert_eq!(wire.token_request(&blinding.body()).await.problem(), Problem::AlreadyIssued);
}

#[tokio::test]
async fn a_signature_can_be_taken_back_before_it_is_published() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let mut folder = petition("slow", server.now(), 3);
    // Two together: the signature alone waits for its withdrawal.
    folder.settings.publication.min_batch = 2;
    folder.settings.publication.max_wait = 3_600;
    let slow = server.publish(folder).await;
    let petition_id = slow.petition_id();
    let (token, key) = wire.token_and_key(ANNA, &slow).await;
    assert_eq!(wire.redeem(&petition_id, &token).await.status, 200);
    assert_eq!(wire.withdraw(&petition_id, &key).await.status, 200);
    assert_eq!(wire.redeem(&petition_id, &token).await.problem(), Problem::Withdrawn);
    wire.wait_for_counts(&petition_id, (0, 1, 1)).await;
    // One batch, sorted: manifest, statement, and both.
    let (_, leaves) = audit(&server, &slow).await;
    assert_eq!(leaves.len(), 2);
    let index = wire.withdraw(&petition_id, &key).await.json()["leaf_index"].as_u64();
    assert_eq!(index.map(|index| leaves[index as usize - 2].to_string()), Some(leaf_of(&key)));
}

#[tokio::test]
async fn a_promise_to_withdraw_is_the_same_for_every_repeat() {
    let mut server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let slow = server.publish(petition("slow", server.now(), 3_600)).await;
    let (token, key) = wire.token_and_key(ANNA, &slow).await;
    assert_eq!(wire.redeem(&slow.petition_id(), &token).await.status, 200);
    let first = wire.withdraw(&slow.petition_id(), &key).await;
    assert!(first.json()["promise"].is_string() && first.json()["publish_by"].is_string());
    for _ in 0..2 {
        assert_eq!(wire.withdraw(&slow.petition_id(), &key).await.body, first.body);
        server.restart().await;
    }
}

#[tokio::test]
async fn twenty_withdrawals_at_once_are_one() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, petition_id) = (Wire::new(&server), petition.petition_id());
    let (_, key) = counted(&wire, &petition).await;
    let mut withdrawals = JoinSet::new();
    for _ in 0..20 {
        let (wire, key) = (wire.clone(), key.clone());
        withdrawals.spawn(async move { wire.withdraw(&petition_id, &key).await });
    }
    for answer in withdrawals.join_all().await {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    wire.wait_for_counts(&petition_id, (0, 1, 1)).await;
    assert_eq!(audit(&server, &petition).await.0.withdrawals, 1);
}

/// Both are handed in again and again while batches are published; whichever comes first, both are in the log once at the end.
#[tokio::test]
async fn a_withdrawal_that_races_its_signature_through_batches_counts_once() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, petition_id) = (Wire::new(&server), petition.petition_id());
    for number in 1..=3 {
        let (token, key) = wire.token_and_key(&format!("signer{number}@example.org"), &petition).await;
        let redeeming = tokio::spawn(until_withdrawn(wire.clone(), petition_id, token));
        let withdrawing = tokio::spawn(until_published(wire.clone(), petition_id, key));
        redeeming.await.expect("redeemed, then withdrawn");
        withdrawing.await.expect("not there yet, then promised, then published");
        assert_eq!(wire.counts(&petition_id).await, (0, number, number));
    }
    audit(&server, &petition).await;
}

async fn until_withdrawn(wire: Wire, petition_id: PetitionId, token: Token) {
    loop {
        let answer = wire.redeem(&petition_id, &token).await;
        if answer.status != 200 {
            return assert_eq!(answer.problem(), Problem::Withdrawn);
        }
    }
}

async fn until_published(wire: Wire, petition_id: PetitionId, key: WithdrawalKey) {
    let mut taken = false;
    loop {
        let answer = wire.withdraw(&petition_id, &key).await;
        match answer.status {
            200 if answer.json()["leaf_index"].is_u64() => return,
            200 => taken = true,
            _ => assert_eq!((answer.problem(), taken), (Problem::WithdrawalNotValid, false)),
        }
    }
}

async fn withdraw_with(wire: &Wire, petition_id: &PetitionId, body: serde_json::Value) -> Answer {
    wire.post_json(&wire.origin(&format!("/v1/petitions/{petition_id}/withdrawals")), &body).await
}

#[tokio::test]
async fn forged_and_unknown_keys_withdraw_nothing_and_leave_no_trace() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let trees = server.publish(petition("trees", server.now(), 1)).await;
    let rivers = server.publish(petition("rivers", server.now(), 1)).await;
    let petition_id = trees.petition_id();
    let (token, key) = counted(&wire, &trees).await;
    let other = WithdrawalKey::from_bytes([7; 32]);

    // A key that does not fit the nonce, whether the nonce is that of a signature or not.
    for (nonce, withdrawal_key) in [(key.nonce(), &other), (other.nonce(), &key), ([0; 32].into(), &key)] {
        let body = serde_json::json!({ "nonce": nonce, "withdrawal_key": withdrawal_key });
        assert_eq!(withdraw_with(&wire, &petition_id, body).await.problem(), Problem::WithdrawalNotValid);
    }
    // A key that fits, of no signature; of a token that was not handed in; of a signature under another petition.
    assert_eq!(wire.withdraw(&petition_id, &other).await.problem(), Problem::WithdrawalNotValid);
    let (_, unused) = wire.token_and_key("boris@example.org", &trees).await;
    assert_eq!(wire.withdraw(&petition_id, &unused).await.problem(), Problem::WithdrawalNotValid);
    assert_eq!(wire.withdraw(&rivers.petition_id(), &key).await.problem(), Problem::WithdrawalNotValid);
    assert_eq!(wire.withdraw(&[7; 32].into(), &key).await.problem(), Problem::UnknownPetition);
    let by_slug = wire.origin("/v1/petitions/trees/withdrawals");
    let body = serde_json::json!({ "nonce": key.nonce(), "withdrawal_key": key });
    assert_eq!(wire.post_json(&by_slug, &body).await.problem(), Problem::UnknownPetition);

    for malformed in [
        serde_json::json!({}),
        serde_json::json!({ "nonce": key.nonce() }),
        serde_json::json!({ "nonce": key.nonce(), "withdrawal_key": "short" }),
        serde_json::json!({ "nonce": key.nonce(), "withdrawal_key": key, "name": "Anna" }),
    ] {
        assert_eq!(withdraw_with(&wire, &petition_id, malformed).await.problem(), Problem::MalformedRequest);
    }
    let url = wire.origin(&format!("/v1/petitions/{petition_id}/withdrawals"));
    assert_eq!(wire.post(&url, "text/plain", body.to_string()).await.problem(), Problem::UnsupportedMediaType);

    assert_eq!(Tables::open(&server.database_url("anonymous")).await.count("withdrawal").await, 0);
    assert_eq!(wire.redeem(&petition_id, &token).await.status, 200);
    assert_eq!(wire.counts(&petition_id).await, (1, 1, 0));
    // The control: the right one is taken.
    assert_eq!(wire.withdraw(&petition_id, &key).await.status, 200);
}

#[tokio::test]
async fn after_the_end_nothing_is_taken_back_but_repeats_get_their_answer() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let mut folder = petition("trees", server.now(), 1);
    folder.settings.closes_at = server.now().plus(8);
    folder.settings.grace = 6;
    // Only the end publishes.
    folder.settings.publication.min_batch = 1_000;
    folder.settings.publication.max_wait = 3_600;
    let trees = server.publish(folder).await;
    let (petition_id, manifest) = (trees.petition_id(), trees.manifest());
    let mut keys = Vec::new();
    for email in ["early@example.org", "grace@example.org", "late@example.org"] {
        let (token, key) = wire.token_and_key(email, &trees).await;
        assert_eq!(wire.redeem(&petition_id, &token).await.status, 200);
        keys.push(key);
    }
    assert_eq!(wire.withdraw(&petition_id, &keys[0]).await.status, 200);
    server.wait_until(manifest.closes_at).await;
    assert_eq!(wire.withdraw(&petition_id, &keys[1]).await.status, 200, "until the end of grace");
    assert!(server.now() < manifest.ends_at(), "this machine is too slow for 6 seconds");

    server.wait_until(manifest.ends_at()).await;
    assert_eq!(wire.withdraw(&petition_id, &keys[2]).await.problem(), Problem::Closed);
    wire.wait_for_counts(&petition_id, (1, 3, 2)).await;
    for key in &keys[..2] {
        assert!(wire.withdraw(&petition_id, key).await.json()["leaf_index"].is_u64());
    }
    assert_eq!(wire.withdraw(&petition_id, &keys[2]).await.problem(), Problem::Closed);
    audit(&server, &trees).await;
}

#[tokio::test]
async fn a_withdrawal_outlives_a_kill_at_every_sync() {
    let mut server = TestServer::start(Options::default()).await;
    let trees = server.publish(petition("trees", server.now(), 1)).await;
    let wire = Wire::new(&server);
    let mut signed = Vec::new();
    for number in 0..if is_proving() { 30 } else { 8 } {
        let (token, key) = wire.token_and_key(&format!("signer{number}@example.org"), &trees).await;
        assert_eq!(wire.redeem(&trees.petition_id(), &token).await.status, 200);
        signed.push((token, key));
    }
    wire.wait_for_total(&trees.petition_id(), signed.len() as u64).await;
    server.restart_watched().await;
    let all = signed.len() as u64;
    for (round, (token, key)) in (1..).zip(&signed) {
        // The withdrawal itself, its batch, and the rewriting after it.
        let trap = server.kill_at_sync(round);
        let mut client = Persistent::new(&mut server);
        let (status, first) = client.withdraw(&trees, key).await;
        let leaf_hash = first.map(|answer| answer.leaf_hash());
        assert_eq!((status, leaf_hash.map(|hash| hash.to_string())), (200, Some(leaf_of(key))));
        // Nobody asks again: a repeat would make good what was lost.
        client.wait_for_withdrawals(&trees, round as u64).await;
        let repeat = client.withdraw(&trees, key).await.1;
        assert!(matches!(repeat, Some(RedemptionAnswer::Published { .. })), "what was acknowledged is published");
        while !trap.has_sprung() && !client.is_quiet().await {}
        let killed = trap.disarm();
        client.revive().await;
        assert_eq!(client.redeem(&trees, token).await.0, 409);
        let tally = audit(&server, &trees).await.0;
        assert_eq!((tally.signatures, tally.withdrawals), (all, round as u64));
        if !killed {
            assert!(round > 5, "a withdrawal and its batch have more syncs than that");
            return;
        }
    }
    assert!(!is_proving() || !kills_come_to_an_end(), "more signatures are needed to come to the end of a batch");
}

async fn look(receipt: &Receipt) -> Finding {
    let (sender, check) = (Sender::new(None), ReceiptCheck::new(receipt.clone()));
    let checkpoint = sender.send(&check.checkpoint_request()).await;
    let (reading, requests) = check.opened(&checkpoint).expect("a checkpoint");
    let mut answers = Vec::new();
    for request in &requests {
        answers.push(sender.send(request).await);
    }
    let now = undersign_server::clock::Clock::now(&undersign_server::clock::SystemClock);
    check.read(reading, &answers, now).expect("a log that can be believed")
}

/// The whole journey by our own client: sign, keep the receipt, see it counted, take it back with the receipt alone.
#[tokio::test]
async fn who_keeps_a_receipt_sees_the_signature_counted_and_takes_it_back() {
    let server = TestServer::with_petitions(Options::default(), &["trees", "rivers"]).await;
    let link = server.link_to("trees");
    let signer = Signer::new(&server, ANNA);
    let kept = signer.sign(&link).await.receipt().expect("a receipt").encode();
    signer.wait_for_total(&link, 1).await;
    let receipt = Receipt::decode(&kept).expect("the receipt");
    assert!(matches!(look(&receipt).await.standing, Standing::Included { leaf_index: 2 }));

    let stranger = Sender::new(None);
    let withdrawing = Withdrawing::new(receipt.withdrawal_code());
    let answer = stranger.send(&withdrawing.petition_request()).await;
    let ready = withdrawing.petition_answered(&answer).expect("the petition that was signed");
    let answer = stranger.send(&ready.withdrawal_request()).await;
    let now = undersign_server::clock::Clock::now(&undersign_server::clock::SystemClock);
    let withdrawn = ready.withdrawn(&answer, now).expect("withdrawn");
    assert!(matches!(withdrawn.counted(), Counted::Promised(_)));
    for _ in 0..600 {
        if let Standing::Withdrawn { leaf_index } = look(&receipt).await.standing {
            assert_eq!(leaf_index, 4);
            assert_eq!(signer.total(&link).await.total, 0);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the withdrawal was not published within 30 seconds");
}
