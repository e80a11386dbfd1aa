use undersign_client_lib::organiser;
use undersign_log_generator::rsa::Key;
use undersign_protocol::bytes::{to_base64url, to_padded_base64url};
use undersign_protocol::petition::{PetitionId, VerifiedManifest, manifest_signing_text};
use undersign_protocol::public_log::Entry;
use undersign_tests::evil::{Answers, Asked, Evil, Told, undersign};

use super::{World, assert_caught, world};

const COMMANDS: [&[&str]; 3] = [&["show"], &["audit"], &["sign", "--email", "anna@example.org", "--timeout", "0"]];

/// Every command that begins with a link refuses this server with this sentence, and sends nothing.
async fn assert_refused(evil: &Evil, link: &str, sentence: &str) {
    let states = tempfile::tempdir().expect("a folder");
    let states = states.path().display().to_string();
    for words in COMMANDS {
        let more = if words[0] == "sign" { vec!["--state-dir", states.as_str()] } else { vec![] };
        let ended = undersign(&[words, &[&evil.link(link)], &more].concat()).await;
        assert_caught(&ended, sentence);
    }
    assert_eq!(evil.posts(), 0, "nothing was sent");
}

/// Answers with these, and puts each second text in the place of the first in whatever else is told.
async fn replacing(world: &World, answers: Answers, pairs: Vec<(String, String)>) -> Evil {
    Evil::start(&world.server, move |asked: &Asked, told: &mut Told| {
        if let Some(body) = answers.get(&asked.path) {
            *told = Told { status: 200, body: body.clone() };
        } else if !asked.path.contains("/log/") {
            for (from, to) in &pairs {
                told.replace(from, to);
            }
        }
    })
    .await
}

/// The same petition with other goals: another petition_id, signed by its organiser.
fn twin(world: &World) -> VerifiedManifest {
    let mut manifest = world.petition.manifest().clone();
    manifest.goals = vec![77];
    organiser::sign(&manifest, world.server.organiser()).expect("a valid manifest")
}

fn document(canonical: &[u8], id: &PetitionId, signature: &impl serde::Serialize) -> Vec<u8> {
    let manifest = String::from_utf8(canonical.to_vec()).expect("UTF-8");
    let signature = serde_json::to_string(signature).expect("JSON");
    format!(r#"{{"petition_id":"{id}","state":"open","manifest":{manifest},"organiser_signature":{signature}}}"#).into()
}

/// Everything that one person is shown of another petition under the slug; the host's log announces what is given.
async fn shown(world: &World, other: &VerifiedManifest, announced: &[&VerifiedManifest]) -> Evil {
    let (id, signature) = (other.petition_id(), other.organiser_signature());
    let entry = Entry::Manifest { manifest: other.canonical().to_vec(), organiser_signature: *signature }.encode();
    let mut answers = world.operator.log_of(other, &[entry]);
    answers.extend(world.operator.host_log(announced));
    answers.insert("/v1/petitions/trees".to_owned(), document(other.canonical(), &id, signature));
    let (old, new) = (&world.petition.manifest().issuer.token_key, &other.manifest().issuer.token_key);
    let pairs = vec![
        (world.petition.petition_id().to_string(), id.to_string()),
        (to_base64url(&old.to_spki()), to_base64url(&new.to_spki())),
        (to_padded_base64url(&old.to_spki()), to_padded_base64url(&new.to_spki())),
    ];
    replacing(world, answers, pairs).await
}

#[tokio::test]
async fn a_petition_without_a_lie_is_shown() {
    let world = world().await;
    let evil = Evil::honest(&world.server).await;
    let ended = undersign(&["show", &evil.link(&world.pinned())]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.event("petition").expect("a petition")["pinned"], true);
}

/// Without the pin, and without witnesses, nobody can tell: the command says that it compared nothing. So the control shows the lie whole.
#[tokio::test]
async fn another_petition_for_one_person_is_refused_by_whoever_has_a_pinned_link() {
    let world = world().await;
    let twin = twin(&world);
    let evil = shown(&world, &twin, &[&twin]).await;
    let sentence = "this is not the petition that the link pins: its text, key or rules were changed";
    assert_refused(&evil, &world.pinned(), sentence).await;

    let unpinned = undersign(&["show", &evil.link("trees")]).await;
    assert_eq!(unpinned.code, Some(0), "{unpinned:?}");
    let shown = unpinned.event("petition").expect("a petition");
    assert_eq!((&shown["pinned"], &shown["petition_id"]), (&false.into(), &twin.petition_id().to_string().into()));
}

#[tokio::test]
async fn two_petitions_under_one_slug_in_the_host_log_are_refused() {
    let world = world().await;
    let twin = twin(&world);
    let sentence = "the host's log does not announce trees once and as this petition";
    let evil = shown(&world, &twin, &[&world.petition, &twin]).await;
    assert_refused(&evil, "trees", sentence).await;
    // Neither to those who are shown the first one.
    let evil = Evil::with(&world.server, world.operator.host_log(&[&world.petition, &twin])).await;
    assert_refused(&evil, &world.pinned(), sentence).await;
    // Control: the same log, which announces it once.
    let evil = Evil::with(&world.server, world.operator.host_log(&[&world.petition])).await;
    assert_eq!(undersign(&["show", &evil.link("trees")]).await.code, Some(0));
}

#[tokio::test]
async fn another_token_key_for_one_person_is_refused_wherever_it_is_told() {
    let world = world().await;
    let honest = world.petition.manifest().issuer.token_key.to_spki();
    let other = Key::of_seed(2).expect("a key").public().expect("a token key");
    let lie = (to_base64url(&honest), to_base64url(&other.to_spki()));
    let evil = Evil::with(&world.server, changed(&world, "/v1/petitions", &lie).await).await;
    assert_refused(&evil, "trees", "does not show this petition as the petition itself does").await;

    let lie = (to_padded_base64url(&honest), to_padded_base64url(&other.to_spki()));
    let evil =
        Evil::with(&world.server, changed(&world, "/.well-known/private-token-issuer-directory", &lie).await).await;
    assert_refused(&evil, "trees", "the petition's key is missing").await;

    // Everywhere, with the organiser's help: it is another petition.
    let mut manifest = world.petition.manifest().clone();
    manifest.issuer.token_key = other;
    let twin = organiser::sign(&manifest, world.server.organiser()).expect("a valid manifest");
    let evil = shown(&world, &twin, &[&twin]).await;
    assert_refused(&evil, &world.pinned(), "this is not the petition that the link pins").await;
}

/// One answer of the server, with one text in the place of another.
async fn changed(world: &World, path: &str, (from, to): &(String, String)) -> Answers {
    let answer = reqwest::get(format!("{}{path}", world.server.origin())).await.expect("an answer");
    let honest = answer.text().await.expect("a text");
    assert!(honest.contains(from), "there is something to lie about");
    [(path.to_owned(), honest.replace(from, to).into_bytes())].into()
}

#[tokio::test]
async fn a_manifest_that_was_swapped_is_refused() {
    let world = world().await;
    let lie = ("We ask for trees.".to_owned(), "We ask for none.".to_owned());
    let evil = Evil::with(&world.server, changed(&world, "/v1/petitions/trees", &lie).await).await;
    assert_refused(&evil, &world.pinned(), "the organiser's signature is not valid").await;

    // Another petition of the same organiser, whole.
    let mut manifest = world.petition.manifest().clone();
    manifest.slug = "rivers".parse().expect("a slug");
    let other = organiser::sign(&manifest, world.server.organiser()).expect("a valid manifest");
    let evil = shown(&world, &other, &[&other]).await;
    assert_refused(&evil, "trees", "the server answered with another petition").await;
}

/// A key that no honest client should use, in all places, and signed by the organiser.
async fn assert_key_refused(edit: impl FnOnce(&mut Vec<u8>), sentence: &str) {
    let world = world().await;
    let honest = world.petition.manifest().issuer.token_key.to_spki();
    let mut key = honest.clone();
    edit(&mut key);
    let canonical = String::from_utf8(world.petition.canonical().to_vec()).expect("UTF-8");
    let changed = canonical.replace(&to_base64url(&honest), &to_base64url(&key));
    assert_ne!(changed, canonical);
    let id = PetitionId::of_manifest(changed.as_bytes());
    let signature = world.server.organiser().sign(&manifest_signing_text(&id));
    let answers = [("/v1/petitions/trees".to_owned(), document(changed.as_bytes(), &id, &signature))].into();
    let pairs = vec![
        (world.petition.petition_id().to_string(), id.to_string()),
        (to_base64url(&honest), to_base64url(&key)),
        (to_padded_base64url(&honest), to_padded_base64url(&key)),
    ];
    let evil = replacing(&world, answers, pairs).await;
    assert_refused(&evil, "trees", sentence).await;
}

const PARAMETERS: &str = "the key is not RSASSA-PSS with SHA-384, MGF1-SHA-384, 48 bytes of salt and e = 65537";

/// In one byte, as DER wants it, and in as many as 65537 has.
#[tokio::test]
async fn a_key_with_e_3_is_refused() {
    let short = |key: &mut Vec<u8>| {
        for (place, length) in [(3, 0x52), (70, 0x0f), (75, 0x0a)] {
            assert_eq!(key[place], length);
            key[place] -= 2;
        }
        key.truncate(key.len() - 4);
        key.extend_from_slice(&[1, 3]);
    };
    assert_key_refused(short, "the key is not 342 bytes long").await;
    let padded = |key: &mut Vec<u8>| {
        let end = key.len();
        key[end - 3..].copy_from_slice(&[0, 0, 3]);
    };
    assert_key_refused(padded, PARAMETERS).await;
}

#[tokio::test]
async fn a_key_with_sha_256_is_refused() {
    let sha_256 = |key: &mut Vec<u8>| {
        for place in [33, 61] {
            assert_eq!(key[place - 8..=place], [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02]);
            key[place] = 0x01;
        }
    };
    assert_key_refused(sha_256, PARAMETERS).await;
}

#[tokio::test]
async fn a_key_with_32_bytes_of_salt_is_refused() {
    let short_salt = |key: &mut Vec<u8>| {
        assert_eq!(key[66], 48);
        key[66] = 32;
    };
    assert_key_refused(short_salt, PARAMETERS).await;
}

#[tokio::test]
async fn a_key_that_is_labelled_rsa_encryption_is_refused() {
    let relabelled = |key: &mut Vec<u8>| {
        let head =
            [0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
        let bits = [0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00];
        *key = [&head[..], &bits, &key[72..]].concat();
    };
    assert_key_refused(relabelled, "the key is not 342 bytes long").await;
}
