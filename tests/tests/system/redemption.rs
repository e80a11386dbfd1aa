//! How often a token counts, and which tokens do not.

use tokio::task::JoinSet;
use undersign_protocol::bytes::{from_padded_base64url, to_padded_base64url};
use undersign_protocol::issuance::{NK, TokenChallenge};
use undersign_protocol::petition::{PetitionId, VerifiedManifest};
use undersign_protocol::problem::Problem;
use undersign_protocol::redemption::{Nonce, Token, token_header};
use undersign_tests::audit::audit;
use undersign_tests::blinding::Blinding;
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::tables::Tables;
use undersign_tests::wire::{Answer, Wire};

const ANNA: &str = "anna@example.org";

/// A 401 says which token is wanted (RFC 9577 §2.1).
fn check_challenge(answer: &Answer, petition: &VerifiedManifest) {
    assert_eq!(answer.problem(), Problem::TokenNotValid);
    let parameters = answer.header("www-authenticate").strip_prefix("PrivateToken ").expect("the scheme");
    let (challenge, key) = parameters.split_once(", ").expect("two parameters");
    let value = |parameter: &str, name: &str| {
        let quoted = parameter.strip_prefix(name).and_then(|rest| rest.strip_prefix("=\"")?.strip_suffix('"'));
        from_padded_base64url(quoted.expect("a quoted value")).expect("base64url with padding")
    };
    let challenge = TokenChallenge::decode(&value(challenge, "challenge")).expect("a challenge");
    assert_eq!(challenge, TokenChallenge::of_petition(petition.manifest(), &petition.petition_id()));
    assert_eq!(value(key, "token-key"), petition.manifest().issuer.token_key.to_spki());
}

#[tokio::test]
async fn a_repeat_gets_the_same_promise_and_later_the_place_in_the_log() {
    let mut server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let slow = server.publish(petition("slow", server.now(), 3_600)).await;
    let fast = server.publish(petition("fast", server.now(), 1)).await;

    let token = wire.token(ANNA, &slow).await;
    let first = wire.redeem(&slow.petition_id(), &token).await;
    assert_eq!(first.status, 200, "{}", first.text());
    assert!(first.json()["promise"].is_string() && first.json()["publish_by"].is_string());
    for _ in 0..2 {
        assert_eq!(wire.redeem(&slow.petition_id(), &token).await.body, first.body);
        server.restart().await;
    }

    let token = wire.token(ANNA, &fast).await;
    let promised = wire.redeem(&fast.petition_id(), &token).await.json();
    wire.wait_for_total(&fast.petition_id(), 1).await;
    let published = wire.redeem(&fast.petition_id(), &token).await;
    // Entry 0 is the manifest, entry 1 the statement.
    let expected = serde_json::json!({ "leaf_hash": promised["leaf_hash"], "leaf_index": 2 });
    assert_eq!((published.status, published.json()), (200, expected));
    server.restart().await;
    assert_eq!(wire.redeem(&fast.petition_id(), &token).await.body, published.body);
    assert_eq!(audit(&server, &fast).await.0.total(), 1);
}

#[tokio::test]
async fn twenty_redemptions_at_once_are_one_signature() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let wire = Wire::new(&server);
    let token = wire.token(ANNA, &petition).await;
    let mut redemptions = JoinSet::new();
    for _ in 0..20 {
        let (wire, petition_id, token) = (wire.clone(), petition.petition_id(), token.clone());
        redemptions.spawn(async move { wire.redeem(&petition_id, &token).await });
    }
    for answer in redemptions.join_all().await {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    wire.wait_for_total(&petition.petition_id(), 1).await;
    assert_eq!(audit(&server, &petition).await.0.total(), 1);
}

#[tokio::test]
async fn a_token_that_is_redeemed_through_every_batch_counts_once() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, petition_id) = (Wire::new(&server), petition.petition_id());
    let repeated = wire.token(ANNA, &petition).await;
    let mut others = Vec::new();
    for number in 0..4 {
        others.push(wire.token(&format!("signer{number}@example.org"), &petition).await);
    }

    let repeating = tokio::spawn(repeat(wire.clone(), petition_id, repeated));
    for (number, token) in others.iter().enumerate() {
        // One batch each: the next is redeemed when this one is published.
        assert_eq!(wire.redeem(&petition_id, token).await.status, 200);
        wire.wait_for_total(&petition_id, number as u64 + 1).await;
    }
    wire.wait_for_total(&petition_id, 5).await;
    repeating.abort();
    assert!(repeating.await.is_err_and(|error| error.is_cancelled()), "a repeat was refused");
    assert_eq!(audit(&server, &petition).await.0.total(), 5);
}

/// Redeems a token again and again. It never comes back; it panics when an answer is not what it was.
async fn repeat(wire: Wire, petition_id: PetitionId, token: Token) {
    let leaf_hash = wire.redeem(&petition_id, &token).await.json()["leaf_hash"].clone();
    loop {
        let answer = wire.redeem(&petition_id, &token).await;
        assert_eq!((answer.status, &answer.json()["leaf_hash"]), (200, &leaf_hash), "{}", answer.text());
    }
}

#[tokio::test]
async fn tokens_that_were_tampered_with_are_refused_and_leave_no_trace() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, petition_id) = (Wire::new(&server), petition.petition_id());
    let bytes = wire.token(ANNA, &petition).await.encode();
    let private_token = |bytes: &[u8]| format!("PrivateToken token=\"{}\"", to_padded_base64url(bytes));
    // Token type; nonce; challenge digest; key id, first and last byte; authenticator, first and last byte.
    for place in [0, 1, 2, 33, 34, 65, 66, 97, 98, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        check_challenge(&wire.authorize(&petition_id, &private_token(&changed)).await, &petition);
    }
    for authenticator in [[0; NK], [0xff; NK], *petition.manifest().issuer.token_key.modulus()] {
        let forged = [&bytes[..98], &authenticator].concat();
        check_challenge(&wire.authorize(&petition_id, &private_token(&forged)).await, &petition);
    }
    let good = to_padded_base64url(&bytes);
    for header in [
        String::new(),
        "PrivateToken".to_owned(),
        "PrivateToken token=".to_owned(),
        "PrivateToken token=\"%\"".to_owned(),
        private_token(&bytes[..bytes.len() - 1]),
        private_token(&[bytes.as_slice(), &[0]].concat()),
        format!("Bearer {good}"),
        format!("Basic token=\"{good}\""),
        format!("PrivateToken challenge=\"{good}\""),
        format!("PrivateToken token=\"{good}\", token=\"{good}\""),
    ] {
        check_challenge(&wire.authorize(&petition_id, &header).await, &petition);
    }
    let url = wire.origin(&format!("/v1/petitions/{petition_id}/signatures"));
    check_challenge(&wire.post(&url, "application/json", "{}").await, &petition);
    let mut tables = Tables::open(&server.database_url("anonymous")).await;
    assert_eq!((tables.count("nonce").await, tables.count("pool").await), (0, 0));

    // RFC 9110 §11.2: quotes may be missing, and parameters that nobody knows are passed over.
    let header = format!("privatetoken max-age=10, token={good}");
    assert_eq!(wire.authorize(&petition_id, &header).await.status, 200);
}

#[tokio::test]
async fn a_token_counts_for_its_own_petition_alone() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let trees = server.publish(petition("trees", server.now(), 1)).await;
    let rivers = server.publish(petition("rivers", server.now(), 1)).await;
    let token = wire.token(ANNA, &rivers).await;
    check_challenge(&wire.redeem(&trees.petition_id(), &token).await, &trees);

    let unknown = wire.redeem(&[7; 32].into(), &token).await;
    assert_eq!(unknown.problem(), Problem::UnknownPetition);
    let by_slug = wire.client().post(wire.origin("/v1/petitions/rivers/signatures"));
    let by_slug = wire.send(by_slug.header("authorization", token_header(&token))).await;
    assert_eq!(by_slug.problem(), Problem::UnknownPetition);

    assert_eq!(wire.redeem(&rivers.petition_id(), &token).await.status, 200);
    wire.wait_for_total(&rivers.petition_id(), 1).await;
    assert_eq!(wire.total(&trees.petition_id()).await, 0);
}

#[tokio::test]
async fn a_second_token_with_the_same_nonce_is_told_so_before_and_after_publication() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, petition_id) = (Wire::new(&server), petition.petition_id());
    let nonce = Nonce::from([9; 32]);
    let mut tokens = Vec::new();
    for email in [ANNA, "boris@example.org"] {
        let blinding = Blinding::with_nonce(&petition, nonce);
        wire.confirm(email, &blinding.digest()).await;
        let answer = wire.token_request(&blinding.body()).await;
        tokens.push(blinding.token(&answer.body));
    }
    assert!(tokens[0].input == tokens[1].input && tokens[0] != tokens[1]);

    assert_eq!(wire.redeem(&petition_id, &tokens[0]).await.status, 200);
    for _ in 0..2 {
        assert_eq!(wire.redeem(&petition_id, &tokens[1]).await.problem(), Problem::NonceUsed);
        assert_eq!(wire.redeem(&petition_id, &tokens[0]).await.status, 200);
        wire.wait_for_total(&petition_id, 1).await;
    }
    // Whether a nonce is taken is told to nobody who has no valid token.
    let mut forged = tokens[1].clone();
    forged.authenticator[7] ^= 1;
    check_challenge(&wire.redeem(&petition_id, &forged).await, &petition);
    assert_eq!(audit(&server, &petition).await.0.total(), 1);
}
