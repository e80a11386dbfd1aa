//! Whether what is handed in stays unseen until the operator's moderator has accepted it, and what becomes of it then.

/// What organisers and readers are told.
mod told;

use std::fs;

use undersign_client_lib::organiser::{Folder, format_key, picture_hash};
use undersign_protocol::petition::{NoticeContent, Picture, ReviewQuestion, VerifiedManifest};
use undersign_protocol::problem::Problem;
use undersign_protocol::timestamp::DAY;
use undersign_tests::moderating::{
    Stranger, hand_in, hand_in_to_both, operated, operator, post_question, wait_until_public,
};
use undersign_tests::noticing::{notice, publish as publish_notice};
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::Signer;
use undersign_tests::tables::Tables;
use undersign_tests::wire::Wire;

/// What nobody must read before it is accepted.
const SECRET: &str = "We have not told anybody yet.";

fn others(apart: bool) -> Options {
    Options { apart, review: Some("others".to_owned()), ..Options::default() }
}

fn secret_petition(server: &TestServer, slug: &str) -> Folder {
    let mut folder = petition(slug, server.now(), 1);
    folder.texts.values_mut().for_each(|text| text.body = SECRET.to_owned());
    folder
}

/// Everything that anybody can ask for about petitions, as text.
async fn public(wire: &Wire, petition: &VerifiedManifest) -> String {
    let id = petition.petition_id().to_string();
    let slug = petition.manifest().slug.as_str();
    let mut all = String::new();
    for base in [wire.issuer(""), wire.origin("")] {
        let paths = ["/", "/en/", "/v1/petitions", "/.well-known/private-token-issuer-directory", "/v1/log/checkpoint"];
        let organiser = format!("/en/o/{}", petition.manifest().organiser.public_key);
        for path in paths.map(str::to_owned).into_iter().chain([organiser]) {
            all += &wire.get(&format!("{base}{path}")).await.text();
        }
        for name in [id.as_str(), slug] {
            for part in ["", "/notices", "/issued", "/total", "/close", "/log/checkpoint", "/log/tile/entries/000.p/1"]
            {
                all += &wire.get(&format!("{base}/v1/petitions/{name}{part}")).await.text();
            }
            for part in ["", "/news", "/news.atom", "/verify", "/share", "/organiser", "/preview.png"] {
                all += &wire.get(&format!("{base}/en/p/{name}{part}")).await.text();
            }
            all += &wire.get(&format!("{base}/p/{name}/picture.jpg")).await.text();
        }
    }
    all
}

/// Whether anything public holds the text, its title or its token key.
async fn is_seen(wire: &Wire, petition: &VerifiedManifest) -> bool {
    let public = public(wire, petition).await;
    let manifest = petition.manifest();
    let key = serde_json::to_value(manifest.issuer.token_key).expect("JSON");
    let key = key.as_str().expect("text").to_owned();
    let title = format!("Petition {}", manifest.slug);
    [SECRET, &title, &key].iter().any(|part| public.contains(part))
}

#[tokio::test]
async fn what_a_stranger_hands_in_is_seen_by_nobody_until_it_is_accepted_and_then_as_it_was_signed() {
    for apart in [false, true] {
        let server = TestServer::start(others(apart)).await;
        let (wire, stranger) = (Wire::new(&server), Stranger::new(1));
        let before = wire.get(&wire.origin("/v1/log/checkpoint")).await.text();
        let trees = stranger.signed(&server, &secret_petition(&server, "trees")).await;
        hand_in_to_both(&wire, &trees).await;
        assert!(!is_seen(&wire, &trees).await, "it waits");
        assert_eq!(wire.get(&wire.origin("/v1/log/checkpoint")).await.text(), before, "no entry tells of it");
        let answer = stranger.ask(&wire, &wire.issuer(""), &trees).await;
        assert_eq!((answer.status, &answer.json()["state"]), (200, &"waiting".into()), "{}", answer.text());

        let list = operated(&server, &["petitions", "list"]);
        assert_eq!(list.matches("waiting").count(), 2, "at each side: {list}");
        let id = trees.petition_id().to_string();
        assert!(operated(&server, &["petitions", "show", "trees"]).contains(SECRET));
        assert!(operated(&server, &["petitions", "show", &id]).contains(SECRET));
        let said = operated(&server, &["petitions", "accept", "trees"]);
        assert_eq!(said.matches("is accepted").count(), 2, "{said}");
        wait_until_public(&wire, &trees).await;
        assert!(is_seen(&wire, &trees).await, "the control: where it is public, it is found");
        let canonical = std::str::from_utf8(trees.canonical()).expect("UTF-8");
        for base in [wire.issuer(""), wire.origin("")] {
            assert!(wire.get(&format!("{base}/v1/petitions/{id}")).await.text().contains(canonical));
            assert_eq!(hand_in(&wire, &base, &trees).await.status, 200, "a repeat gets the public answer");
            let answer = stranger.ask(&wire, &base, &trees).await;
            assert_eq!(answer.json()["state"], "published", "{}", answer.text());
        }
        let said = operated(&server, &["petitions", "accept", "trees"]);
        assert_eq!(said.matches("is public already").count(), 2, "{said}");
        assert_eq!(operated(&server, &["petitions", "list"]).matches("  open  ").count(), 2);
        Signer::new(&server, "anna@example.org").sign(&server.link(&trees)).await;
        wire.wait_for_total(&trees.petition_id(), 1).await;
    }
}

#[tokio::test]
async fn a_refusal_and_its_reason_are_the_organiser_s_alone_and_give_slug_and_keys_back() {
    for apart in [false, true] {
        let server = TestServer::start(others(apart)).await;
        let (wire, stranger, other) = (Wire::new(&server), Stranger::new(1), Stranger::new(2));
        let keys = || {
            let folders = ["identified-keys/wrapping", "identified-keys/petitions", "anonymous-keys/logs"];
            folders.map(|folder| fs::read_dir(server.path().join(folder)).map_or(0, Iterator::count))
        };
        let none = keys();
        let rivals = other.signed(&server, &petition("trees", server.now(), 1)).await;
        let trees = stranger.signed(&server, &secret_petition(&server, "trees")).await;
        hand_in_to_both(&wire, &trees).await;
        assert_eq!(keys(), none.map(|count| count + 2), "the control: keys were made");
        for base in [wire.issuer(""), wire.origin("")] {
            let answer = Stranger::new(3).prepare(&wire, &base, "trees").await;
            assert_eq!(answer.problem(), Problem::SlugTaken, "nothing is prepared for a slug that waits");
        }
        assert_eq!(hand_in(&wire, &wire.issuer(""), &rivals).await.problem(), Problem::SlugTaken);
        assert!(!operator(&server, &["petitions", "refuse", "trees", "--reason", " "]).0, "without a reason");

        let said = operated(&server, &["petitions", "refuse", "trees", "--reason", "It names a private person."]);
        assert_eq!(said.matches("is refused").count(), 2, "{said}");
        let mut tries = 0;
        while keys() != none.map(|count| count + 1) {
            tries += 1;
            assert!(tries < 300, "keys are still there: {:?}, {none:?}", keys());
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        for base in [wire.issuer(""), wire.origin("")] {
            assert_eq!(hand_in(&wire, &base, &trees).await.problem(), Problem::Refused);
            let answer = stranger.ask(&wire, &base, &trees).await;
            assert_eq!(answer.json()["state"], "refused", "{}", answer.text());
            assert_eq!(answer.json()["reason"], "It names a private person.");
            assert_eq!(other.ask(&wire, &base, &trees).await.problem(), Problem::UnknownPetition);
        }
        assert!(!is_seen(&wire, &trees).await);
        assert!(!operator(&server, &["petitions", "accept", "nothing"]).0);
        let said = operated(&server, &["petitions", "accept", "trees"]);
        assert_eq!(said.matches("was refused before").count(), 2, "{said}");
        // The rival's keys were prepared all along.
        hand_in_to_both(&wire, &rivals).await;
        operated(&server, &["petitions", "accept", &rivals.petition_id().to_string()]);
        wait_until_public(&wire, &rivals).await;
    }
}

#[tokio::test]
async fn a_question_is_answered_once_and_only_while_it_is_new() {
    for apart in [false, true] {
        let mut server = TestServer::start(others(apart)).await;
        let (wire, stranger) = (Wire::new(&server), Stranger::new(1));
        let trees = stranger.signed(&server, &secret_petition(&server, "trees")).await;
        hand_in_to_both(&wire, &trees).await;
        let bases = if apart { vec![wire.issuer(""), wire.origin("")] } else { vec![wire.issuer("")] };
        let questions: Vec<_> = bases.iter().map(|_| stranger.question(&trees)).collect();
        for (base, question) in bases.iter().zip(&questions) {
            assert_eq!(post_question(&wire, base, &trees, question).await.status, 200, "the control");
            assert_eq!(post_question(&wire, base, &trees, question).await.problem(), Problem::Replayed);
        }
        server.restart().await;
        for (base, question) in bases.iter().zip(&questions) {
            assert_eq!(post_question(&wire, base, &trees, question).await.problem(), Problem::Replayed, "restarted");
            let mut old = stranger.question(&trees);
            old.asked_at = old.asked_at.minus(3_600);
            assert_eq!(post_question(&wire, base, &trees, &old).await.problem(), Problem::UnknownPetition, "altered");
            let (asked_at, nonce) = (server.now().minus(3_600), [3; 16].into());
            let petition_id = trees.petition_id();
            let old = ReviewQuestion::sign(&petition_id, asked_at, nonce, &stranger.key);
            assert_eq!(post_question(&wire, base, &trees, &old).await.problem(), Problem::Replayed, "an hour ago");
        }
    }
}

#[tokio::test]
async fn what_was_handed_in_and_what_was_accepted_survive_a_kill_and_the_issuer_comes_first() {
    let mut server = TestServer::start(others(true)).await;
    let (wire, stranger) = (Wire::new(&server), Stranger::new(1));
    let trees = stranger.signed(&server, &secret_petition(&server, "trees")).await;
    hand_in_to_both(&wire, &trees).await;
    server.restart().await;
    assert_eq!(stranger.ask(&wire, &wire.origin(""), &trees).await.json()["state"], "waiting");

    server.kill_side("identified");
    operated(&server, &["petitions", "accept", "trees"]);
    // Longer than it takes the anonymous side to look at what was decided.
    server.wait_until(server.now().plus(6)).await;
    let answer = wire.get(&wire.origin("/v1/petitions/trees")).await;
    assert_eq!(answer.problem(), Problem::UnknownPetition, "nobody could sign it");
    assert_eq!(stranger.ask(&wire, &wire.origin(""), &trees).await.json()["state"], "accepted");
    server.restart().await;
    wait_until_public(&wire, &trees).await;
    for side in ["identified", "anonymous"] {
        let mut tables = Tables::open(&server.database_url(side)).await;
        assert_eq!((tables.count("petition").await, tables.count("review").await), (1, 0), "{side}");
    }
    Signer::new(&server, "anna@example.org").sign(&server.link(&trees)).await;
}

#[tokio::test]
async fn strangers_fill_neither_the_disk_nor_the_places_of_listed_organisers() {
    let server = TestServer::start(others(true)).await;
    let (wire, stranger) = (Wire::new(&server), Stranger::new(1));
    let trees = stranger.signed(&server, &petition("trees", server.now(), 1)).await;
    hand_in_to_both(&wire, &trees).await;
    for base in [wire.issuer(""), wire.origin("")] {
        assert_eq!(stranger.prepare(&wire, &base, "rivers").await.status, 200);
        let answer = stranger.prepare(&wire, &base, "lakes").await;
        assert_eq!((answer.problem(), answer.header("retry-after")), (Problem::ReviewFull, "86400"));
        assert_eq!(stranger.prepare(&wire, &base, "rivers").await.status, 200, "a repeat takes no place");
        assert_eq!(Stranger::new(2).prepare(&wire, &base, "lakes").await.status, 200, "nor another one's");
    }
    server.publish(petition("listed", server.now(), 1)).await;
}

#[tokio::test]
async fn the_setting_says_who_publishes_at_once_who_waits_and_who_is_refused() {
    for (review, listed, other) in [
        ("nobody", Some(200), None),
        ("listed", Some(202), None),
        ("others", Some(200), Some(202)),
        ("all", Some(202), Some(202)),
    ] {
        let server = TestServer::start(Options { review: Some(review.to_owned()), ..Options::default() }).await;
        let wire = Wire::new(&server);
        for (number, expected) in [(7, listed), (1, other)] {
            let (organiser, slug) = (Stranger::new(number), format!("petition-{number}"));
            let Some(status) = expected else {
                let answer = organiser.prepare(&wire, &wire.issuer(""), &slug).await;
                assert_eq!(answer.problem(), Problem::OrganiserNotAllowed, "{review}");
                continue;
            };
            let signed = organiser.signed(&server, &petition(&slug, server.now(), 1)).await;
            assert_eq!(hand_in(&wire, &wire.issuer(""), &signed).await.status, status, "{review}, {number}");
        }
    }
}

#[tokio::test]
async fn an_organiser_is_listed_and_taken_off_while_the_server_runs() {
    for apart in [false, true] {
        let server = TestServer::start(Options { apart, ..Options::default() }).await;
        let (wire, stranger) = (Wire::new(&server), Stranger::new(1));
        let key = stranger.key.public_key().to_string();
        let bases = [wire.issuer(""), wire.origin("")];
        for base in &bases {
            let answer = stranger.prepare(&wire, base, "trees").await;
            assert_eq!(answer.problem(), Problem::OrganiserNotAllowed);
        }
        assert_eq!(operated(&server, &["organisers", "add", &key, "--name", "Friends of trees"]), "listed\n");
        let list = operated(&server, &["organisers", "list"]);
        assert_eq!((list.matches("Friends of trees").count(), list.matches("in the configuration").count()), (2, 2));
        let trees = stranger.signed(&server, &petition("trees", server.now(), 1)).await;
        for base in &bases {
            assert_eq!(hand_in(&wire, base, &trees).await.status, 200);
        }
        operated(&server, &["organisers", "remove", &key]);
        for base in &bases {
            let answer = stranger.prepare(&wire, base, "rivers").await;
            assert_eq!(answer.problem(), Problem::OrganiserNotAllowed);
        }
        assert!(!operator(&server, &["organisers", "remove", &key]).0, "it is not listed any more");
        let own = server.organiser().public_key().to_string();
        let (well, said) = operator(&server, &["organisers", "remove", &own]);
        assert!(!well && said.contains("in the configuration"), "{said}");
        assert!(!operator(&server, &["organisers", "add", &key, "--name", "two\nlines"]).0);
    }
}

#[tokio::test]
async fn one_that_waits_is_public_at_once_when_its_organiser_is_listed_and_hands_it_in_again() {
    let server = TestServer::start(others(false)).await;
    let (wire, stranger) = (Wire::new(&server), Stranger::new(1));
    let trees = stranger.signed(&server, &petition("trees", server.now(), 1)).await;
    hand_in_to_both(&wire, &trees).await;
    let key = stranger.key.public_key().to_string();
    operated(&server, &["organisers", "add", &key, "--name", "Friends of trees"]);
    assert_eq!(hand_in(&wire, &wire.issuer(""), &trees).await.status, 200);
    assert_eq!(operated(&server, &["petitions", "list"]).matches("waiting").count(), 0);
}

#[tokio::test]
async fn a_picture_is_seen_by_the_moderator_first() {
    let server = TestServer::start(others(true)).await;
    let (wire, stranger) = (Wire::new(&server), Stranger::new(1));
    let mut file = std::io::Cursor::new(Vec::new());
    let drawn = image::DynamicImage::ImageRgb8(image::RgbImage::new(30, 20));
    drawn.write_to(&mut file, image::ImageFormat::Png).expect("written");
    let file = file.into_inner();
    let mut folder = petition("trees", server.now(), 1);
    let alt = [("en".parse().expect("en"), "A tree".to_owned())].into();
    folder.settings.picture = Some(Picture { sha256: picture_hash(&file), alt });
    let trees = stranger.signed(&server, &folder).await;
    hand_in_to_both(&wire, &trees).await;
    let (well, said) = operator(&server, &["petitions", "accept", "trees"]);
    assert!(!well && said.contains("picture was not handed in"), "{said}");

    let post = async |name: &str| {
        wire.post(&wire.origin(&format!("/v1/petitions/{name}/picture")), "application/octet-stream", file.clone())
            .await
    };
    assert_eq!(post("trees").await.problem(), Problem::UnknownPetition, "by its id alone");
    assert_eq!(post(&trees.petition_id().to_string()).await.status, 204);
    assert_eq!(wire.get(&wire.origin("/p/trees/picture.jpg")).await.status, 404, "nobody sees it");
    let shown = server.path().join("shown.jpg").display().to_string();
    operated(&server, &["petitions", "show", "trees", "--picture", &shown]);
    operated(&server, &["petitions", "accept", "trees"]);
    wait_until_public(&wire, &trees).await;
    let public = wire.get(&wire.origin("/p/trees/picture.jpg")).await;
    assert_eq!((public.status, public.body), (200, fs::read(shown).expect("the picture")));

    folder.settings.slug = "rivers".parse().expect("a slug");
    let rivers = stranger.signed(&server, &folder).await;
    hand_in_to_both(&wire, &rivers).await;
    assert_eq!(post(&rivers.petition_id().to_string()).await.status, 204);
    operated(&server, &["petitions", "refuse", "rivers", "--reason", "No."]);
    let mut tables = Tables::open(&server.database_url("anonymous")).await;
    for _ in 0..300 {
        if tables.count("picture").await == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(tables.count("picture").await, 1, "the refused one's picture is gone");
}
