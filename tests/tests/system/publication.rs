//! Which petitions are taken, and what everyone is then shown of them.

use serde_json::{Value, json};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{
    Language, Manifest, PetitionId, PrepareNonce, PrepareRequest, manifest_signing_text, to_canonical,
};
use undersign_protocol::problem::Problem;
use undersign_protocol::timestamp::{DAY, Timestamp};
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::tables::Tables;
use undersign_tests::wire::{Answer, Wire};

/// Sends bytes as a manifest to both sides, signed by a key.
async fn publish(wire: &Wire, manifest: &[u8], key: &SecretKey) -> Answer {
    let signature = key.sign(&manifest_signing_text(&PetitionId::of_manifest(manifest)));
    let manifest = String::from_utf8(manifest.to_vec()).expect("UTF-8");
    let body = format!(r#"{{"manifest":{manifest},"organiser_signature":"{signature}"}}"#);
    wire.post(&wire.issuer("/v1/petitions"), "application/json", body).await
}

fn canonical(manifest: &Manifest) -> Vec<u8> {
    to_canonical(manifest).expect("a canonical form")
}

/// A manifest with its keys prepared, which the server would take.
async fn prepared(server: &TestServer, slug: &str) -> Manifest {
    server.manifest(&petition(slug, server.now(), 1)).await
}

async fn petitions_stored(server: &TestServer) -> [u64; 2] {
    let mut counts = [0; 2];
    for (count, side) in counts.iter_mut().zip(["identified", "anonymous"]) {
        *count = Tables::open(&server.database_url(side)).await.count("petition").await;
    }
    counts
}

#[tokio::test]
async fn preparing_twice_gives_the_same_keys_and_publishing_twice_the_same_answer() {
    let mut server = TestServer::start(Options { apart: true, ..Options::default() }).await;
    let wire = Wire::new(&server);
    let manifest = prepared(&server, "trees").await;
    server.restart().await;
    let again = prepared(&server, "trees").await;
    assert_eq!((&manifest.issuer, &manifest.log, &manifest.origin), (&again.issuer, &again.log, &again.origin));
    let other = prepared(&server, "rivers").await;
    assert!(manifest.issuer.token_key != other.issuer.token_key && manifest.log != other.log);

    let signature = server.organiser().sign(&manifest_signing_text(&PetitionId::of_manifest(&canonical(&manifest))));
    let manifest = String::from_utf8(canonical(&manifest)).expect("UTF-8");
    let body = format!(r#"{{"manifest":{manifest},"organiser_signature":"{signature}"}}"#);
    for url in [wire.issuer("/v1/petitions"), wire.origin("/v1/petitions")] {
        let first = wire.post(&url, "application/json", body.clone()).await;
        assert_eq!((first.status, &first.json()["state"]), (200, &json!("open")), "{}", first.text());
        server.restart().await;
        assert_eq!(wire.post(&url, "application/json", body.clone()).await.body, first.body);
    }
    assert_eq!(petitions_stored(&server).await, [1, 1]);
}

#[tokio::test]
async fn manifests_that_break_a_rule_are_refused_and_leave_the_slug_free() {
    let server = TestServer::start(Options::default()).await;
    let (wire, organiser) = (Wire::new(&server), server.organiser());
    let manifest = prepared(&server, "trees").await;
    let good = String::from_utf8(canonical(&manifest)).expect("UTF-8");

    for changed in [
        good.replacen('{', "{ ", 1),
        good.replacen(r#"{"accent":null,"#, r#"{"#, 1),
        good.replacen(r#"{"accent":null,"#, r#"{"accent":null,"accent":null,"#, 1),
        good.replacen(r#"{"accent":null,"#, r#"{"a":1,"accent":null,"#, 1),
        good.replacen("Petition trees", r"\u0050etition trees", 1),
        good.replacen(r#""grace":172800"#, r#""grace":1.728e5"#, 1),
    ] {
        assert_ne!(changed, good);
        let answer = publish(&wire, changed.as_bytes(), organiser).await;
        assert_eq!(answer.problem(), Problem::ManifestNotCanonical, "{changed}");
    }

    type Change = fn(&mut Manifest);
    let rules: [(&str, Change); 6] = [
        ("lacks the language en", |manifest| manifest.organiser.name = [("ru", "Кто")].map(localized).into()),
        ("lacks the language ru", |manifest| {
            let text = manifest.texts.values().next().expect("a text").clone();
            manifest.texts.insert("ru".parse().expect("ru"), text);
        }),
        ("closes_at", |manifest| manifest.closes_at = manifest.opens_at),
        ("goals", |manifest| manifest.goals = vec![10, 10]),
        ("version", |manifest| manifest.version = 2),
        ("60,000 bytes", |manifest| {
            manifest.texts.values_mut().for_each(|text| text.body = "a".repeat(60_000));
        }),
    ];
    for (detail, change) in rules {
        let mut changed = manifest.clone();
        change(&mut changed);
        let answer = publish(&wire, &canonical(&changed), organiser).await;
        assert_eq!(answer.problem(), Problem::ManifestNotValid, "{detail}");
        assert!(answer.text().contains(detail), "{}", answer.text());
    }
    let answer = publish(&wire, good.as_bytes(), &SecretKey::from_seed(&[8; 32])).await;
    assert_eq!(answer.problem(), Problem::SignatureNotValid);
    assert_eq!(petitions_stored(&server).await, [0, 0]);
    assert_eq!(publish(&wire, good.as_bytes(), organiser).await.status, 200);
}

fn localized((language, text): (&str, &str)) -> (Language, String) {
    (language.parse().expect("a language"), text.to_owned())
}

#[tokio::test]
async fn manifests_with_other_keys_than_the_prepared_ones_are_refused() {
    for apart in [false, true] {
        let server = TestServer::start(Options { apart, ..Options::default() }).await;
        let (wire, organiser) = (Wire::new(&server), server.organiser());
        let (trees, rivers) = (prepared(&server, "trees").await, prepared(&server, "rivers").await);
        let stranger = SecretKey::from_seed(&[8; 32]).public_key();
        let [mut token_key, mut statement_key, mut name, mut log, mut host, mut slug] = [(); 6].map(|()| trees.clone());
        token_key.issuer.token_key = rivers.issuer.token_key;
        statement_key.issuer.statement_key = stranger;
        name.issuer.name = "elsewhere.example".to_owned();
        log.log = rivers.log.clone();
        host.origin.host = "elsewhere.example".to_owned();
        slug.slug = "never-prepared".parse().expect("a slug");
        for (manifest, sees) in [
            (token_key, "issuer"),
            (statement_key, "issuer"),
            (name, "issuer"),
            (slug, "issuer"),
            (log, "origin"),
            (host, "origin"),
        ] {
            let manifest = canonical(&manifest);
            let signature = organiser.sign(&manifest_signing_text(&PetitionId::of_manifest(&manifest)));
            let manifest = String::from_utf8(manifest).expect("UTF-8");
            let body = format!(r#"{{"manifest":{manifest},"organiser_signature":"{signature}"}}"#);
            // Each side checks its own keys; in one process the identified side is asked first.
            let url = if sees == "issuer" { wire.issuer("/v1/petitions") } else { wire.origin("/v1/petitions") };
            assert_eq!(wire.post(&url, "application/json", body).await.problem(), Problem::NotPrepared);
        }
    }
}

#[tokio::test]
async fn a_slug_is_taken_for_ever() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    // Prepared before the first one is public: later nothing is prepared for its slug.
    let mut second = prepared(&server, "trees").await;
    server.publish(petition("trees", server.now(), 1)).await;
    second.goals = vec![7];
    let answer = publish(&wire, &canonical(&second), server.organiser()).await;
    assert_eq!(answer.problem(), Problem::SlugTaken);
    let slug = "trees".parse().expect("a slug");
    let request = PrepareRequest::sign(slug, PrepareNonce::from([1; 16]), server.organiser());
    let body = serde_json::to_value(request).expect("JSON");
    assert_eq!(wire.post_json(&wire.issuer("/v1/petitions/prepare"), &body).await.problem(), Problem::SlugTaken);
    assert_eq!(petitions_stored(&server).await, [1, 1]);
}

#[tokio::test]
async fn only_listed_organisers_publish() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let stranger = SecretKey::from_seed(&[8; 32]);
    let slug = "trees".parse().expect("a slug");
    let nonce = PrepareNonce::from([1; 16]);
    let url = wire.issuer("/v1/petitions/prepare");
    let body = serde_json::to_value(PrepareRequest::sign(slug, nonce, &stranger)).expect("JSON");
    assert_eq!(wire.post_json(&url, &body).await.problem(), Problem::OrganiserNotAllowed);

    // Under a listed name, without its key.
    let mut forged = body.clone();
    forged["organiser_key"] = json!(server.organiser().public_key().to_string());
    assert_eq!(wire.post_json(&url, &forged).await.problem(), Problem::SignatureNotValid);
    let mut for_another_slug = body;
    for_another_slug["slug"] = json!("rivers");
    assert_eq!(wire.post_json(&url, &for_another_slug).await.problem(), Problem::OrganiserNotAllowed);

    let mut manifest = prepared(&server, "trees").await;
    manifest.organiser.public_key = stranger.public_key();
    let answer = publish(&wire, &canonical(&manifest), &stranger).await;
    assert_eq!(answer.problem(), Problem::OrganiserNotAllowed);
    for malformed in ["", "{}", r#"{"manifest":{},"organiser_signature":"a"}"#] {
        let answer = wire.post(&wire.issuer("/v1/petitions"), "application/json", malformed).await;
        assert_eq!(answer.problem(), Problem::MalformedRequest);
    }
    assert_eq!(petitions_stored(&server).await, [0, 0]);
}

#[tokio::test]
async fn nine_petitions_make_a_run_of_eight_and_one_of_one_in_the_same_order_everywhere() {
    let mut server = TestServer::start(Options { apart: true, ..Options::default() }).await;
    let mut expected = Vec::new();
    for number in 0..9 {
        let petition = server.publish(petition(&format!("petition-{number}"), server.now(), 1)).await;
        expected.push((petition.manifest().slug.to_string(), json!(number / 8)));
    }
    server.publish(petition("announced", server.now().plus(3_600), 1)).await;
    expected.push(("announced".to_owned(), Value::Null));

    for _ in 0..2 {
        let wire = Wire::new(&server);
        let lists = [wire.get(&wire.issuer("/v1/petitions")).await, wire.get(&wire.origin("/v1/petitions")).await];
        assert_eq!(lists[0].body, lists[1].body);
        let list = lists[0].json()["petitions"].as_array().expect("a list").clone();
        let found = list.iter().map(|row| (row["slug"].as_str().expect("a slug").to_owned(), row["bundle"].clone()));
        assert_eq!(found.collect::<Vec<_>>(), expected);
        server.restart().await;
    }
}

#[tokio::test]
async fn the_state_follows_the_manifest_s_times() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let at = |seconds: u64| Timestamp::from_seconds(seconds).expect("a time");
    let now = server.now().seconds();
    for (slug, opens_at, closes_at, grace) in [
        ("announced", now + 3_600, now + DAY, 0),
        ("open", now - DAY, now + DAY, 0),
        ("closing", now - 2 * DAY, now - DAY, 2 * DAY),
        ("closed", now - 2 * DAY, now - DAY, 3_600),
    ] {
        let mut folder = petition(slug, at(opens_at), 1);
        (folder.settings.closes_at, folder.settings.grace) = (at(closes_at), grace);
        let petition = server.publish(folder).await;
        let by_slug = wire.get(&wire.origin(&format!("/v1/petitions/{slug}"))).await;
        assert_eq!(by_slug.json()["state"], slug);
        let by_id = wire.get(&wire.origin(&format!("/v1/petitions/{}", petition.petition_id()))).await;
        assert_eq!(by_id.body, by_slug.body);
        // The manifest stands in the document byte for byte, for its hash is its name.
        let canonical = std::str::from_utf8(petition.canonical()).expect("UTF-8");
        assert!(by_id.text().contains(canonical));
    }
}
