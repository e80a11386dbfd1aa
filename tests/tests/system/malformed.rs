//! Token requests that are not well-formed: refused whole, and nothing is stored or used up.

use serde_json::{Value, json};
use undersign_protocol::bytes::to_base64url;
use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::issuance::{NK, media_type};
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::problem::Problem;
use undersign_tests::blinding::{Blinding, batch};
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::tables::Tables;
use undersign_tests::wire::Wire;

const ANNA: &str = "anna@example.org";

#[tokio::test]
async fn blinded_messages_out_of_range_use_up_nothing() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let wire = Wire::new(&server);
    for blinded_msg in out_of_range(&petition) {
        let mut request = Blinding::new(&petition).request();
        request.blinded_msg = blinded_msg;
        let body = request.encode();
        wire.confirm(ANNA, &RequestDigest::of(&body)).await;
        assert_eq!(wire.token_request(&body).await.problem(), Problem::TokenRequestNotValid);
    }
    assert_eq!(Tables::open(&server.database_url("identified")).await.count("issuance").await, 0);
    wire.token(ANNA, &petition).await;
}

#[tokio::test]
async fn one_bad_element_refuses_the_whole_batch() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let trees = server.publish(petition("trees", server.now(), 1)).await;
    let rivers = server.publish(petition("rivers", server.now(), 1)).await;
    let good = Blinding::new(&trees).body();
    let bad = Blinding::new(&rivers).request();
    let (mut zero, mut unknown) = (bad.clone(), bad.clone());
    zero.blinded_msg = [0; NK];
    unknown.truncated_token_key_id = unknown_key(&[&trees, &rivers]);
    for element in [zero.encode(), unknown.encode(), [&[0, 1], &bad.encode()[2..]].concat()] {
        let elements = [good.clone(), element].concat();
        let body = [&(0x4000 | elements.len() as u16).to_be_bytes(), elements.as_slice()].concat();
        wire.confirm(ANNA, &RequestDigest::of(&body)).await;
        assert_eq!(wire.batch_request(&body).await.problem(), Problem::TokenRequestNotValid);
    }
    assert_eq!(Tables::open(&server.database_url("identified")).await.count("issuance").await, 0);
    wire.token(ANNA, &trees).await;
}

/// With an array of the same values in their order, one request would have two forms.
#[tokio::test]
async fn an_array_in_the_place_of_an_object_is_refused_everywhere() {
    let (server, petition) = TestServer::with_petition(Options { apart: true, ..Options::default() }).await;
    let (wire, id) = (Wire::new(&server), petition.petition_id());
    let digest = Blinding::new(&petition).digest();
    let (_, withdrawal_key) = wire.token_and_key(ANNA, &petition).await;
    let verification = wire.verification("clara@example.org", &digest).await;
    let signature = json!(petition.organiser_signature());
    let prepare = [
        ("slug", json!("rivers")),
        ("organiser_key", json!(server.organiser().public_key())),
        ("nonce", json!(to_base64url(&[1; 16]))),
        ("signature", signature.clone()),
    ];
    let publish = [("manifest", json!({})), ("organiser_signature", signature.clone())];
    let notice = [("notice", json!({})), ("signature", signature)];
    let email = [("email", json!("boris@example.org")), ("locale", json!("en")), ("request_digest", json!(digest))];
    let code = [("verification", json!(verification)), ("code", json!("1234-5678"))];
    let withdrawal = [("nonce", json!(withdrawal_key.nonce())), ("withdrawal_key", json!(withdrawal_key))];
    let bodies: [(String, &[(&str, Value)]); 9] = [
        (wire.issuer("/v1/email-verifications"), &email),
        (wire.issuer("/v1/email-verifications/confirm"), &code),
        (wire.issuer("/v1/petitions/prepare"), &prepare),
        (wire.origin("/v1/petitions/prepare"), &prepare),
        (wire.issuer("/v1/petitions"), &publish),
        (wire.origin("/v1/petitions"), &publish),
        (wire.issuer(&format!("/v1/petitions/{id}/notices")), &notice),
        (wire.origin(&format!("/v1/petitions/{id}/notices")), &notice),
        (wire.origin(&format!("/v1/petitions/{id}/withdrawals")), &withdrawal),
    ];
    for (url, fields) in bodies {
        let values: Vec<Value> = fields.iter().map(|(_, value)| value.clone()).collect();
        let refused = wire.post_json(&url, &values.into()).await;
        assert_eq!(refused.problem(), Problem::MalformedRequest, "{url}");
        assert!(refused.text().contains("not a JSON object"), "{url}: {}", refused.text());
        // The control: the same values are read, whatever then becomes of them.
        let object: Value = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let read = wire.post_json(&url, &object).await;
        assert!(read.status < 300 || read.problem() != Problem::MalformedRequest, "{url}: {}", read.text());
    }
}

#[tokio::test]
async fn other_sizes_types_and_keys_are_refused() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let body = blinding.body();
    let mut unknown = blinding.request();
    unknown.truncated_token_key_id = unknown_key(&[&petition]);
    let typed = |token_type: [u8; 2]| [&token_type, &body[2..]].concat();
    for single in [
        Vec::new(),
        body[..258].to_vec(),
        [body.as_slice(), &[0]].concat(),
        body.repeat(2),
        typed([0, 1]),
        typed([2, 0]),
        typed([0xda, 0x7a]),
        unknown.encode(),
        batch([&blinding]),
    ] {
        assert_eq!(wire.token_request(&single).await.problem(), Problem::TokenRequestNotValid);
    }
    let elements = batch([&blinding]);
    for several in [
        Vec::new(),
        vec![0],
        elements[..elements.len() - 1].to_vec(),
        [elements.as_slice(), &[0]].concat(),
        // A length that is not minimal, and lengths of nothing.
        [&0x8000_0103u32.to_be_bytes(), body.as_slice()].concat(),
        vec![0x40, 0],
        vec![0xff; 8],
        body,
    ] {
        assert_eq!(wire.batch_request(&several).await.problem(), Problem::TokenRequestNotValid);
    }
}

#[tokio::test]
async fn other_media_types_and_larger_bodies_are_refused() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    wire.confirm(ANNA, &blinding.digest()).await;
    let url = wire.issuer("/v1/token-requests");
    for media_type in ["", "application/json", "application/octet-stream", "application/private-token-response"] {
        let answer = wire.post(&url, media_type, blinding.body()).await;
        assert_eq!(answer.problem(), Problem::UnsupportedMediaType, "{media_type}");
    }
    assert_eq!(wire.send(wire.client().post(&url).body(blinding.body())).await.status, 415);
    for path in ["/v1/token-requests", "/v1/email-verifications", "/v1/email-verifications/confirm", "/v1/petitions"] {
        for media_type in [media_type::TOKEN_REQUEST, "application/json"] {
            let answer = wire.post(&wire.issuer(path), media_type, vec![b' '; 64 * 1024 + 1]).await;
            let fits = matches!(answer.problem(), Problem::BodyTooLarge | Problem::UnsupportedMediaType);
            assert!(fits, "{path}: {}", answer.status);
        }
    }
    let answer = wire.post(&url, media_type::BATCH_REQUEST, vec![0; 64 * 1024 + 1]).await;
    assert_eq!(answer.problem(), Problem::BodyTooLarge);

    // Parameters and capitals say nothing else; that is the same media type.
    let answer = wire.post(&url, "Application/Private-Token-Request; a=b", blinding.body()).await;
    assert_eq!(answer.status, 200);
}

/// 0, 1, n, n + 2 and the largest number.
fn out_of_range(petition: &VerifiedManifest) -> [[u8; NK]; 5] {
    let modulus = *petition.manifest().issuer.token_key.modulus();
    let one = {
        let mut one = [0; NK];
        one[NK - 1] = 1;
        one
    };
    let mut above = modulus;
    // n is odd, so its last byte is at most 253 or the sum would carry: then n itself is tried twice.
    above[NK - 1] = above[NK - 1].checked_add(2).unwrap_or(above[NK - 1]);
    [[0; NK], one, modulus, above, [0xff; NK]]
}

/// A last byte of a key id that none of these petitions has.
fn unknown_key(petitions: &[&VerifiedManifest]) -> u8 {
    let taken = |byte: &u8| petitions.iter().any(|one| one.manifest().issuer.token_key.id().truncated() == *byte);
    (0..=255).find(|byte| !taken(byte)).expect("a free one")
}
