//! Whether anyone but the signer learns which petition of a run is wanted.

use std::collections::BTreeMap;

use serde_json::Value;
use undersign_client_lib::journey::{Bundle, Confirmed, HeldToken, IssuanceFailure};
use undersign_client_lib::request::Request;
use undersign_protocol::issuance::{BatchTokenRequest, TokenRequest};
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::timestamp::Timestamp;
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::Signer;
use undersign_tests::tables::Tables;
use undersign_tests::wire::Wire;

const ANNA: &str = "anna@example.org";
const SLUGS: [&str; 3] = ["trees", "rivers", "buses"];

async fn three_petitions() -> (TestServer, Vec<VerifiedManifest>) {
    let server = TestServer::start(Options::default()).await;
    let mut petitions = Vec::new();
    for slug in SLUGS {
        petitions.push(server.publish(petition(slug, server.now(), 1)).await);
    }
    (server, petitions)
}

async fn issued(wire: &Wire, petitions: &[VerifiedManifest]) -> Vec<u64> {
    let mut counts = Vec::new();
    for petition in petitions {
        counts.push(wire.issued(&petition.petition_id()).await);
    }
    counts
}

/// All of a request that does not come from random bytes or the address: where it goes, its headers, the names of its members with
/// the sizes of their values, or the keys that it names in their order, and its size.
type Shape = (String, Vec<(&'static str, String)>, Vec<String>, usize);

fn shape(request: &Request) -> Shape {
    let content = request.content();
    let requests = match (BatchTokenRequest::decode(content), TokenRequest::decode(content)) {
        (Ok(batch), _) => batch.token_requests,
        (_, Ok(single)) => vec![single],
        _ => Vec::new(),
    };
    let parts = if requests.is_empty() {
        let members: BTreeMap<String, Value> = serde_json::from_slice(content).expect("JSON");
        members.iter().map(|(name, value)| format!("{name}: {} bytes", value.to_string().len())).collect()
    } else {
        requests.iter().map(|request| format!("key {}", request.truncated_token_key_id)).collect()
    };
    (request.url().to_owned(), request.headers().to_vec(), parts, content.len())
}

#[tokio::test]
async fn requests_and_rows_are_the_same_whichever_petition_is_wanted() {
    let (server, petitions) = three_petitions().await;
    let wire = Wire::new(&server);
    let mut tables = Tables::open(&server.database_url("identified")).await;
    let mut seen: Vec<[Shape; 3]> = Vec::new();
    for (number, wanted) in petitions.iter().enumerate() {
        let signer = Signer::new(&server, &format!("signer{number}@example.org"));
        let prepared = signer.prepare(&server.link(wanted), Bundle::WholeRun).await;
        let ask = shape(&prepared.verification_request(&signer.email, &"en".parse().expect("en")));
        let prepared = signer.ask(prepared).await;
        let code = signer.mail(1).await.code().parse().expect("a code");
        let request = prepared.confirm_with_code(&code).expect("a verification");
        let confirm = shape(&request);
        let confirmed = prepared.code_answered(&signer.sender.send(&request).await).expect("confirmed");
        seen.push([ask, confirm, shape(&confirmed.token_request())]);
        signer.redeem(signer.token(confirmed).await).await;

        // One more of everything for each petition, whichever was wanted.
        assert_eq!(issued(&wire, &petitions).await, [number as u64 + 1; 3]);
        tables.wait_until_empty("outbox").await;
        let shape = tables.shape().await;
        for (table, rows) in [("confirmation", number + 1), ("issuance", SLUGS.len() * (number + 1)), ("tries", 0)] {
            assert_eq!(shape[table].len(), rows, "{table}");
            assert!(shape[table].iter().all(|row| *row == shape[table][0]), "{table}: {:?}", shape[table]);
        }
    }
    assert!(seen.iter().all(|requests| *requests == seen[0]), "{seen:#?}");
}

/// The control for the test above: what must not show is found where it shows.
#[tokio::test]
async fn asking_for_one_alone_shows_which() {
    let (server, petitions) = three_petitions().await;
    let anna = Signer::new(&server, ANNA);
    let mut seen = Vec::new();
    for wanted in &petitions {
        let prepared = anna.prepare(&server.link(wanted), Bundle::OnlyThis).await;
        let key = wanted.manifest().issuer.token_key.id().truncated();
        let shape = shape(&prepared.token_request());
        assert_eq!(shape.2, [format!("key {key}")]);
        seen.push(shape);
    }
    assert!(seen[0] != seen[1] && seen[1] != seen[2] && seen[0] != seen[2]);
}

/// What the issuer answers to someone who wants a petition.
async fn try_token(signer: &Signer, confirmed: Confirmed) -> Result<Vec<String>, Vec<String>> {
    let answer = signer.sender.send(&confirmed.token_request()).await;
    let slugs = |others: &[HeldToken]| others.iter().map(|token| token.slug().to_string()).collect::<Vec<_>>();
    match confirmed.token_answered(&answer, Timestamp::MAX) {
        Ok(held) => Ok(slugs(held.other_tokens())),
        Err(IssuanceFailure::AlreadyIssued(others)) => Err(slugs(&others)),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn one_signature_reserves_the_whole_run() {
    let (server, petitions) = three_petitions().await;
    let (wire, anna) = (Wire::new(&server), Signer::new(&server, ANNA));
    let signed = anna.sign(&server.link(&petitions[0])).await;

    // From anywhere else the address signs none of the others.
    for petition in &petitions {
        let confirmed = anna.confirm(anna.prepare(&server.link(petition), Bundle::WholeRun).await).await;
        assert_eq!(try_token(&anna, confirmed).await, Err(Vec::new()));
        let confirmed = anna.confirm(anna.prepare(&server.link(petition), Bundle::OnlyThis).await).await;
        assert_eq!(try_token(&anna, confirmed).await, Err(Vec::new()));
    }
    // With the tokens that came along it signs each of them.
    let others = signed.into_other_tokens();
    assert_eq!(others.iter().map(|token| token.slug().as_str()).collect::<Vec<_>>(), ["rivers", "buses"]);
    for token in &others {
        assert_eq!(wire.redeem(&token.petition_id(), &token.token()).await.status, 200);
    }
    for petition in &petitions {
        wire.wait_for_total(&petition.petition_id(), 1).await;
    }
}

#[tokio::test]
async fn only_this_leaves_the_others_free() {
    let (server, petitions) = three_petitions().await;
    let (wire, anna) = (Wire::new(&server), Signer::new(&server, ANNA));
    let prepared = anna.prepare(&server.link(&petitions[1]), Bundle::OnlyThis).await;
    assert_eq!(prepared.run().map(ToString::to_string).collect::<Vec<_>>(), ["rivers"]);
    anna.redeem(anna.token(anna.confirm(prepared).await).await).await;
    assert_eq!(issued(&wire, &petitions).await, [0, 1, 0]);

    let confirmed = anna.confirm(anna.prepare(&server.link(&petitions[1]), Bundle::WholeRun).await).await;
    assert_eq!(try_token(&anna, confirmed).await, Err(vec!["trees".to_owned(), "buses".to_owned()]));
    assert_eq!(issued(&wire, &petitions).await, [1, 1, 1]);
}

#[tokio::test]
async fn a_run_never_reaches_into_another() {
    let server = TestServer::start(Options::default()).await;
    let mut petitions = Vec::new();
    for number in 0..9 {
        petitions.push(server.publish(petition(&format!("petition-{number}"), server.now(), 1)).await);
    }
    let anna = Signer::new(&server, ANNA);
    let slugs = |run: std::ops::Range<usize>| run.map(|number| format!("petition-{number}")).collect::<Vec<_>>();
    for (wanted, expected) in [(0, 0..8), (5, 0..8), (8, 8..9)] {
        let prepared = anna.prepare(&server.link(&petitions[wanted]), Bundle::WholeRun).await;
        assert_eq!(prepared.run().map(ToString::to_string).collect::<Vec<_>>(), slugs(expected));
    }
    for wanted in [8, 3] {
        anna.sign(&server.link(&petitions[wanted])).await;
    }
    assert_eq!(issued(&Wire::new(&server), &petitions).await, [1; 9]);
}
