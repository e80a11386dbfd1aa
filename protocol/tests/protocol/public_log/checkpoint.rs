//! Checkpoints: their text, and notes that the `signed_note` crate opens and writes.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList, new_ed25519_verifier_key};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::public_log::{Checkpoint, CheckpointError, CheckpointKey};

use crate::common::generate::{bytes, number};
use crate::common::laws::{Format, check};

const SEED: [u8; 32] = [2; 32];

fn checkpoints() -> impl Strategy<Value = Checkpoint> {
    ("[a-z0-9./:-]{1,60}", number(), bytes()).prop_map(|(origin, tree_size, root)| Checkpoint {
        origin,
        tree_size,
        root,
    })
}

fn example() -> Checkpoint {
    Checkpoint { origin: "petitions.example/v1/log".to_owned(), tree_size: 70_000, root: [9; 32].into() }
}

fn key() -> SecretKey {
    SecretKey::from_seed(&SEED)
}

fn key_of(checkpoint: &Checkpoint) -> CheckpointKey {
    CheckpointKey::new(checkpoint.origin.clone(), key().public_key())
}

/// The same key, named as the note format names keys.
fn their_verifier(name: &str) -> StandardVerifier {
    let key = ed25519_dalek::SigningKey::from_bytes(&SEED).verifying_key();
    StandardVerifier::new(&new_ed25519_verifier_key(name, &key)).unwrap()
}

fn their_signer(name: &str, seed: [u8; 32]) -> StandardSigner {
    let signing_key = ed25519_dalek::SigningKey::from_bytes(&seed);
    let public_key = [[1].as_slice(), signing_key.verifying_key().as_bytes()].concat();
    let id = signed_note::key_id(name, &public_key);
    let secret = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [[1].as_slice(), &seed].concat());
    StandardSigner::new(&format!("PRIVATE+KEY+{name}+{id:08x}+{secret}")).unwrap()
}

#[test]
fn text_keeps_the_laws() {
    Format {
        decode: |bytes| Checkpoint::parse_text(std::str::from_utf8(bytes).ok()?).ok(),
        encode: |checkpoint: &Checkpoint| checkpoint.text().into_bytes(),
    }
    .keeps_the_laws(checkpoints());
}

/// The example of C2SP tlog-checkpoint.
#[test]
fn text_is_that_of_the_specification() {
    let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let checkpoint = Checkpoint::parse_text(text).unwrap();
    assert_eq!((checkpoint.origin.as_str(), checkpoint.tree_size), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(checkpoint.text(), text);
    let theirs = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).unwrap();
    assert_eq!(theirs.hash().0, *checkpoint.root.as_bytes());
}

#[test]
fn other_texts_are_refused() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    for text in [
        String::new(),
        "\n\n\n".to_owned(),
        format!("\n5\n{root}\n"),
        format!("a\n5\n{root}"),
        format!("a\n05\n{root}\n"),
        format!("a\n+5\n{root}\n"),
        format!("a\n-5\n{root}\n"),
        format!("a\n 5\n{root}\n"),
        format!("a\n18446744073709551616\n{root}\n"),
        format!("a\n5\n{root}\nextension\n"),
        format!("a\n5\n{root}\n\n"),
        format!("a\n5\n{}\n", root.trim_end_matches('=')),
        format!("a\n5\n{}\n", root.replace('/', "_")),
        format!("a\n5\n{}\n", root.replace("2I=", "2J=")),
        format!("a\n5\n{}\n", &root[4..]),
        format!("a\r\n5\r\n{root}\r\n"),
    ] {
        assert_eq!(Checkpoint::parse_text(&text), Err(CheckpointError::Form), "{text:?}");
    }
}

#[test]
fn a_note_is_opened_by_its_key_and_by_theirs() {
    check(checkpoints(), |checkpoint| {
        let note = checkpoint.sign(&key()).unwrap();
        prop_assert_eq!(Checkpoint::open(&note, &key_of(&checkpoint)), Ok(checkpoint.clone()));
        let known = VerifierList::new(vec![Box::new(their_verifier(&checkpoint.origin))]);
        let theirs = Note::from_bytes(note.as_bytes()).unwrap();
        prop_assert!(theirs.verify(&known).is_ok());
        let text = checkpoint.text();
        prop_assert_eq!(theirs.text(), text.as_bytes());
        Ok(())
    });
}

#[test]
fn a_note_that_they_wrote_is_opened_by_us() {
    let mut note = Note::new(example().text().as_bytes(), &[]).unwrap();
    note.add_sigs(&[&their_signer(&example().origin, SEED)]).unwrap();
    let note = String::from_utf8(note.to_bytes()).unwrap();
    assert_eq!(Checkpoint::open(&note, &key_of(&example())), Ok(example()));
    assert_eq!(note, example().sign(&key()).unwrap(), "Ed25519 has one signature for a text");
}

#[test]
fn signatures_of_witnesses_are_passed_over() {
    let mut note = Note::from_bytes(example().sign(&key()).unwrap().as_bytes()).unwrap();
    note.add_sigs(&[&their_signer("witness.example", [5; 32]), &their_signer("other.example", [6; 32])]).unwrap();
    let note = String::from_utf8(note.to_bytes()).unwrap();
    assert_eq!(note.lines().count(), 7);
    assert_eq!(Checkpoint::open(&note, &key_of(&example())), Ok(example()));
}

#[test]
fn a_note_without_the_logs_signature_is_refused() {
    let of_others = |name: &str, seed| {
        let mut note = Note::new(example().text().as_bytes(), &[]).unwrap();
        note.add_sigs(&[&their_signer(name, seed)]).unwrap();
        String::from_utf8(note.to_bytes()).unwrap()
    };
    let key = key_of(&example());
    for note in [
        of_others("witness.example", [5; 32]),
        of_others("witness.example", SEED),
        of_others(&example().origin, [5; 32]),
    ] {
        assert_eq!(Checkpoint::open(&note, &key), Err(CheckpointError::Signature));
    }
}

/// The log's own signature, under its name, over the text of another log.
#[test]
fn a_checkpoint_of_another_log_is_refused() {
    let other = Checkpoint { origin: "petitions.example/v1/other".to_owned(), ..example() };
    let mut note = Note::new(other.text().as_bytes(), &[]).unwrap();
    note.add_sigs(&[&their_signer(&example().origin, SEED)]).unwrap();
    let note = String::from_utf8(note.to_bytes()).unwrap();
    assert_eq!(Checkpoint::open(&note, &key_of(&example())), Err(CheckpointError::Origin));
    let signed_as_itself = other.sign(&key()).unwrap();
    assert_eq!(Checkpoint::open(&signed_as_itself, &key_of(&example())), Err(CheckpointError::Signature));
}

#[test]
fn a_changed_note_is_refused() {
    let note = example().sign(&key()).unwrap();
    check((any::<proptest::sample::Index>(), 1..=u8::MAX), |(place, mask)| {
        let mut changed = note.clone().into_bytes();
        changed[place.index(note.len())] ^= mask;
        if let Ok(changed) = String::from_utf8(changed) {
            prop_assert!(Checkpoint::open(&changed, &key_of(&example())).is_err(), "{changed:?}");
        }
        Ok(())
    });
    for end in 0..note.len() {
        if let Some(shorter) = note.get(..end) {
            assert!(Checkpoint::open(shorter, &key_of(&example())).is_err(), "{end} bytes");
        }
    }
    assert!(Checkpoint::open(&format!("{note}x"), &key_of(&example())).is_err());
}

#[test]
fn any_text_is_opened_without_panic() {
    let near = "[a-z]{0,3}\n[0-9]{0,3}\n[a-zA-Z=]{0,44}\n\n— [a-z]{0,3} [a-zA-Z0-9=]{0,100}\n";
    check(prop_oneof![".{0,99}", near], |text| {
        prop_assert!(Checkpoint::open(&text, &key_of(&example())).is_err());
        let _ = Checkpoint::parse_text(&text);
        Ok(())
    });
}

/// A key's name can hold neither white space nor a plus (C2SP signed-note), so no such origin is ever signed.
#[test]
fn an_origin_that_is_no_key_name_is_not_signed() {
    for origin in ["", "a b", "a+b", "a\nb", "a\u{a0}b"] {
        let checkpoint = Checkpoint { origin: origin.to_owned(), ..example() };
        assert_eq!(checkpoint.sign(&key()), Err(CheckpointError::Note), "{origin:?}");
    }
}

/// One character taken out, doubled or replaced by one that means something in a note.
#[test]
fn a_damaged_note_is_a_note_to_us_where_it_is_one_to_them() {
    let other = prop::sample::select(vec!['\n', ' ', '—', '+', '=', 'A', '/', '\t', '\r', '\0', '\u{85}', 'é']);
    check((checkpoints(), vec((any::<Index>(), 0..3u8, other), 24)), |(checkpoint, damage)| {
        let note: Vec<char> = checkpoint.sign(&key()).unwrap().chars().collect();
        for (place, kind, other) in damage {
            let place = place.index(note.len());
            let mut damaged = note.clone();
            match kind {
                0 => _ = damaged.remove(place),
                1 => damaged.insert(place, note[place]),
                _ => damaged[place] = other,
            }
            let damaged: String = damaged.into_iter().collect();
            let is_ours = Checkpoint::open(&damaged, &key_of(&checkpoint)) != Err(CheckpointError::Note);
            prop_assert_eq!(is_ours, Note::from_bytes(damaged.as_bytes()).is_ok(), "{:?}", damaged);
        }
        Ok(())
    });
}

#[test]
fn a_note_of_more_than_a_hundred_signatures_is_none() {
    let note = example().sign(&key()).unwrap();
    let line = note.lines().last().unwrap();
    for (more, is_note) in [(99, true), (100, false)] {
        let note = format!("{note}{}", format!("{line}\n").repeat(more));
        assert_eq!(Checkpoint::open(&note, &key_of(&example())) != Err(CheckpointError::Note), is_note);
        assert_eq!(Note::from_bytes(note.as_bytes()).is_ok(), is_note);
    }
}
