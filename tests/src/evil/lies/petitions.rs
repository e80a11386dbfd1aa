use undersign_client_lib::organiser;
use undersign_log_generator::rsa::Key;
use undersign_protocol::bytes::{to_base64url, to_padded_base64url};
use undersign_protocol::issuance::TokenKey;
use undersign_protocol::petition::{Manifest, PetitionId, VerifiedManifest, manifest_signing_text};
use undersign_protocol::public_log::Entry;

use super::{log, with};
use crate::evil::{Answers, Asked, Lie, Told, World};

/// The same petition with other goals: another petition_id, signed by its organiser.
pub fn twin(world: &World) -> VerifiedManifest {
    resigned(world, |manifest| manifest.goals = vec![77])
}

/// One person is shown the twin, whole.
pub fn another_petition(world: &World) -> Lie {
    let twin = twin(world);
    shown(world, &twin, &[&twin])
}

/// The host's log announces both.
pub fn announced_twice(world: &World) -> Lie {
    with(world.operator.host_log(&[&world.petition, &twin(world)]))
}

/// Another token key in the list of petitions.
pub fn another_key_in_the_list(world: &World) -> Lie {
    changed("/v1/petitions", &to_base64url(&key(world)), &to_base64url(&another_key().to_spki()))
}

/// Another token key in the issuer's directory.
pub fn another_key_in_the_directory(world: &World) -> Lie {
    let (from, to) = (to_padded_base64url(&key(world)), to_padded_base64url(&another_key().to_spki()));
    changed("/.well-known/private-token-issuer-directory", &from, &to)
}

/// Another token key everywhere, with the organiser's help: it is another petition.
pub fn another_key_everywhere(world: &World) -> Lie {
    let twin = resigned(world, |manifest| manifest.issuer.token_key = another_key());
    shown(world, &twin, &[&twin])
}

/// The text is another, the signature is not.
pub fn changed_text(_: &World) -> Lie {
    changed("/v1/petitions/trees", TEXT.0, TEXT.1)
}

/// Another petition of the same organiser, whole.
pub fn another_slug(world: &World) -> Lie {
    let other = resigned(world, |manifest| manifest.slug = "rivers".parse().expect("a slug"));
    shown(world, &other, &[&other])
}

/// A key that no honest client should use, in all places, and signed by the organiser.
pub fn another_spki(world: &World, edit: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Lie {
    let (honest, spki, changed) = with_spki(world, edit);
    let id = PetitionId::of_manifest(changed.as_bytes());
    let signature = world.server.organiser().sign(&manifest_signing_text(&id));
    let answers = [("/v1/petitions/trees".to_owned(), document(changed.as_bytes(), &id, &signature))].into();
    let pairs = vec![
        (world.petition.petition_id().to_string(), id.to_string()),
        (to_base64url(&honest), to_base64url(&spki)),
        (to_padded_base64url(&honest), to_padded_base64url(&spki)),
    ];
    replacing(answers, pairs)
}

/// A log that begins with such a petition.
pub fn log_with_spki(world: &World, edit: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Lie {
    let (_, _, changed) = with_spki(world, edit);
    let id = PetitionId::of_manifest(changed.as_bytes());
    let organiser_signature = world.server.organiser().sign(&manifest_signing_text(&id));
    beginning_with(world, changed.into_bytes(), organiser_signature)
}

/// The young log, of the twin.
pub fn log_of_another(world: &World) -> Lie {
    let twin = twin(world);
    beginning_with(world, twin.canonical().to_vec(), *twin.organiser_signature())
}

/// The young log, with another text in its first entry.
pub fn log_with_changed_text(world: &World) -> Lie {
    let changed = text(world).replace(TEXT.0, TEXT.1);
    beginning_with(world, changed.into_bytes(), *world.petition.organiser_signature())
}

/// e = 3 in one byte, as DER wants it.
pub fn short_e_3(mut key: Vec<u8>) -> Vec<u8> {
    for (place, length) in [(3, 0x52), (70, 0x0f), (75, 0x0a)] {
        assert_eq!(key[place], length);
        key[place] -= 2;
    }
    key.truncate(key.len() - 4);
    key.extend_from_slice(&[1, 3]);
    key
}

/// e = 3 in as many bytes as 65537 has.
pub fn padded_e_3(mut key: Vec<u8>) -> Vec<u8> {
    let end = key.len();
    key[end - 3..].copy_from_slice(&[0, 0, 3]);
    key
}

/// SHA-256 in the place of SHA-384.
pub fn sha_256(mut key: Vec<u8>) -> Vec<u8> {
    for place in [33, 61] {
        assert_eq!(key[place - 8..=place], [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02]);
        key[place] = 0x01;
    }
    key
}

/// 32 bytes of salt.
pub fn salt_32(mut key: Vec<u8>) -> Vec<u8> {
    assert_eq!(key[66], 48);
    key[66] = 32;
    key
}

/// The label rsaEncryption.
pub fn rsa_encryption(key: Vec<u8>) -> Vec<u8> {
    let head = [0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    let bits = [0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00];
    [&head[..], &bits, &key[72..]].concat()
}

/// Everything that one person is shown of another petition under the slug; the host's log announces what is given.
pub fn shown(world: &World, other: &VerifiedManifest, announced: &[&VerifiedManifest]) -> Lie {
    let (id, signature) = (other.petition_id(), other.organiser_signature());
    let entry = Entry::Manifest { manifest: other.canonical().to_vec(), organiser_signature: *signature }.encode();
    let mut answers = world.operator.log_of(other, &[entry]);
    answers.extend(world.operator.host_log(announced));
    answers.insert("/v1/petitions/trees".to_owned(), document(other.canonical(), &id, signature));
    let (old, new) = (key(world), other.manifest().issuer.token_key.to_spki());
    let pairs = vec![
        (world.petition.petition_id().to_string(), id.to_string()),
        (to_base64url(&old), to_base64url(&new)),
        (to_padded_base64url(&old), to_padded_base64url(&new)),
    ];
    replacing(answers, pairs)
}

/// What is changed in the petition's text, and into what.
const TEXT: (&str, &str) = ("We ask for trees.", "We ask for none.");

fn resigned(world: &World, edit: impl FnOnce(&mut Manifest)) -> VerifiedManifest {
    let mut manifest = world.petition.manifest().clone();
    edit(&mut manifest);
    organiser::sign(&manifest, world.server.organiser()).expect("a valid manifest")
}

fn key(world: &World) -> Vec<u8> {
    world.petition.manifest().issuer.token_key.to_spki().to_vec()
}

fn another_key() -> TokenKey {
    Key::of_seed(2).expect("a key").public().expect("a token key")
}

fn text(world: &World) -> String {
    String::from_utf8(world.petition.canonical().to_vec()).expect("UTF-8")
}

/// The honest key, the edited one, and the manifest with it.
fn with_spki(world: &World, edit: impl FnOnce(Vec<u8>) -> Vec<u8>) -> (Vec<u8>, Vec<u8>, String) {
    let honest = key(world);
    let spki = edit(honest.clone());
    let changed = text(world).replace(&to_base64url(&honest), &to_base64url(&spki));
    assert_ne!(changed, text(world));
    (honest, spki, changed)
}

/// The young log with another first entry.
fn beginning_with(
    world: &World,
    manifest: Vec<u8>,
    organiser_signature: undersign_protocol::ed25519::Signature,
) -> Lie {
    let mut entries = world.young();
    entries[0] = Entry::Manifest { manifest, organiser_signature }.encode();
    log(world, &entries)
}

fn document(canonical: &[u8], id: &PetitionId, signature: &impl serde::Serialize) -> Vec<u8> {
    let manifest = String::from_utf8(canonical.to_vec()).expect("UTF-8");
    let signature = serde_json::to_string(signature).expect("JSON");
    format!(r#"{{"petition_id":"{id}","state":"open","manifest":{manifest},"organiser_signature":{signature}}}"#).into()
}

/// One answer of the server, with one text in the place of another.
fn changed(path: &'static str, from: &str, to: &str) -> Lie {
    let (from, to) = (from.to_owned(), to.to_owned());
    Box::new(move |asked: &Asked, told: &mut Told| {
        if asked.path == path {
            let honest = told.body.clone();
            told.replace(&from, &to);
            assert_ne!(honest, told.body, "there is something to lie about");
        }
    })
}

/// Answers with these, and puts each second text in the place of the first in whatever else is told.
fn replacing(answers: Answers, pairs: Vec<(String, String)>) -> Lie {
    Box::new(move |asked: &Asked, told: &mut Told| {
        if let Some(body) = answers.get(&asked.path) {
            *told = Told { status: 200, body: body.clone() };
        } else if !asked.path.contains("/log/") {
            for (from, to) in &pairs {
                told.replace(from, to);
            }
        }
    })
}
