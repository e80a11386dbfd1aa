//! Bytes that are no manifest, or a manifest in another form than its one.

use undersign_protocol::petition::{
    CanonicalError, ManifestError, PetitionId, VerifiedManifest, manifest_signing_text,
};

use crate::common::manifest::{example, organiser, signed};

/// What the checks say about this text, correctly signed.
fn refusal(text: &str) -> ManifestError {
    let petition_id = PetitionId::of_manifest(text.as_bytes());
    let signature = organiser().sign(&manifest_signing_text(&petition_id));
    VerifiedManifest::verify(text.as_bytes(), signature).expect_err("refused")
}

fn canonical() -> String {
    String::from_utf8(signed(&example()).0).unwrap()
}

/// The example with one piece of its text replaced.
fn with(piece: &str, other: &str) -> String {
    let text = canonical();
    assert_eq!(text.matches(piece).count(), 1, "{piece}");
    text.replace(piece, other)
}

fn form(text: &str) -> String {
    match refusal(text) {
        ManifestError::Canonical(CanonicalError::Form(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

const NOT_CANONICAL: ManifestError = ManifestError::Canonical(CanonicalError::NotCanonical);

#[test]
fn the_example_is_taken_and_named_by_its_hash() {
    let (canonical, signature) = signed(&example());
    let verified = VerifiedManifest::verify(&canonical, signature).unwrap();
    assert_eq!(verified.manifest(), &example());
    assert_eq!(verified.petition_id(), PetitionId::of_manifest(&canonical));
}

#[test]
fn white_space() {
    assert_eq!(refusal(&with("\"grace\":", "\"grace\": ")), NOT_CANONICAL);
    assert_eq!(refusal(&format!("{}\n", canonical())), NOT_CANONICAL);
}

#[test]
fn another_order() {
    let text = with("\"interval\":600,\"max_wait\":86400", "\"max_wait\":86400,\"interval\":600");
    assert_eq!(refusal(&text), NOT_CANONICAL);
}

#[test]
fn a_repeated_key() {
    assert!(form(&with("\"grace\":172800", "\"grace\":172800,\"grace\":172800")).contains("duplicate field `grace`"));
}

/// In a map of languages the parser would take the last one.
#[test]
fn a_repeated_language() {
    let text = with("\"name\":{\"en\":\"Open", "\"name\":{\"en\":\"Closed\",\"en\":\"Open");
    assert_eq!(refusal(&text), NOT_CANONICAL);
}

#[test]
fn unknown_keys_on_every_level() {
    for (piece, unknown) in [
        ("\"grace\":172800", "\"grace\":172800,\"grant\":1"),
        ("\"min_batch\":20", "\"min_batch\":20,\"min_batches\":1"),
        ("\"host\":\"petitions.example:8443\"", "\"host\":\"petitions.example:8443\",\"hosts\":1"),
        ("\"rule\":\"next_epoch\"", "\"rule\":\"next_epoch\",\"rules\":1"),
        ("\"tags\":\"local\"", "\"tags\":\"local\",\"tax\":1"),
    ] {
        let reason = form(&with(piece, unknown));
        assert!(reason.contains("unknown field"), "{reason}");
    }
}

#[test]
fn missing_keys() {
    assert!(form(&with("\"grace\":172800,", "")).contains("missing field `grace`"));
    assert!(form(&with(",\"min_batch\":20", "")).contains("missing field `min_batch`"));
    assert!(form("{}").contains("missing field"));
}

/// A key that may be `null` must still be there.
#[test]
fn a_missing_key_that_may_be_null() {
    assert_eq!(refusal(&with("\"accent\":\"#00aaff\",", "")), NOT_CANONICAL);
}

#[test]
fn an_escaped_slash_and_other_escapes() {
    assert_eq!(refusal(&with("https://reading-room", "https:\\/\\/reading-room")), NOT_CANONICAL);
    assert_eq!(refusal(&with("A locked door", "\\u0041 locked door")), NOT_CANONICAL);
}

#[test]
fn floats() {
    for float in ["172800.0", "172800.5", "1.728e5", "-0"] {
        let reason = form(&with("172800", float));
        assert!(reason.contains("floating point"), "{reason}");
    }
}

#[test]
fn numbers_of_2_to_the_53() {
    let limit = 1u64 << 53;
    let error = refusal(&with("[100,500,1000]", &format!("[100,{limit}]")));
    assert_eq!(error, ManifestError::Canonical(CanonicalError::Number("goals".to_owned())));
    assert_eq!(error.to_string(), "the manifest is not within bounds: goals must be an integer below 2^53");
    let error = refusal(&with("\"min_batch\":20", &format!("\"min_batch\":{limit}")));
    assert!(error.to_string().contains("publication.min_batch"), "{error}");
    let mut largest = example();
    largest.goals.push(limit - 1);
    let (canonical, signature) = signed(&largest);
    assert!(VerifiedManifest::verify(&canonical, signature).is_ok());
}

#[test]
fn negative_numbers_and_other_types() {
    for (piece, other) in [
        ("172800", "-1"),
        ("172800", "\"172800\""),
        ("172800", "null"),
        ("172800", "18446744073709551616"),
        ("[100,500,1000]", "100"),
        ("\"#00aaff\"", "7"),
        ("\"tags\":\"local\"", "\"tags\":\"both\""),
        ("\"rule\":\"next_epoch\"", "\"rule\":\"never\""),
        ("\"epoch\":86400,", ""),
    ] {
        form(&with(piece, other));
    }
}

#[test]
fn lone_surrogates_and_broken_utf_8() {
    for lone in ["\\ud800", "\\udc00", "\\ud800\\ud800", "\\ud800x", "\\udc00\\ud800"] {
        assert!(form(&with("A locked door", &format!("A {lone} door"))).contains("hex escape"), "{lone}");
    }
    let mut bytes = canonical().into_bytes();
    let place = bytes.windows(6).position(|window| window == b"locked").unwrap();
    bytes[place] = 0xff;
    let refused = VerifiedManifest::verify(&bytes, [0; 64].into());
    assert!(matches!(refused, Err(ManifestError::Canonical(CanonicalError::Form(_)))));
}

#[test]
fn slugs_times_and_languages_that_are_none() {
    for (piece, other, words) in [
        ("\"reopen-the-archive\"", "\"Reopen\"".to_owned(), "a slug is 1 to 40 of a-z, 0-9 and -"),
        ("\"reopen-the-archive\"", format!("\"{}\"", "a".repeat(41)), "a slug"),
        ("\"2026-12-01T00:00:00Z\"", "\"2026-12-01\"".to_owned(), "not a time"),
        ("\"2026-12-01T00:00:00Z\"", "\"2026-12-01T00:00:00+00:00\"".to_owned(), "not a time"),
        ("\"2026-12-01T00:00:00Z\"", "\"2026-02-30T00:00:00Z\"".to_owned(), "not a time"),
        ("{\"alt\":{\"en\":", "{\"alt\":{\"en-US\":".to_owned(), "a language is two or three letters"),
    ] {
        let reason = form(&with(piece, &other));
        assert!(reason.contains(words), "{reason}");
    }
}

#[test]
fn keys_and_hashes_that_are_none() {
    let key = example().log.public_key.to_string();
    for (other, words) in [
        (format!("{key}="), "not base64url"),
        (key[4..].to_owned(), "wrong size"),
        (format!("{}+", &key[..42]), "not base64url"),
    ] {
        let reason = form(&with(&key, &other));
        assert!(reason.contains(words), "{reason}");
    }
    let spki = serde_json::to_string(&example().issuer.token_key).unwrap();
    assert!(form(&with(&spki, "\"MIIB\"")).contains("342 bytes"));
}

/// The signature is over these bytes and by the key in them.
#[test]
fn a_wrong_signature() {
    let (canonical, signature) = signed(&example());
    let mut other = example();
    other.grace += 1;
    let (other_canonical, other_signature) = signed(&other);
    let by_another_key =
        crate::common::manifest::log_key().sign(&manifest_signing_text(&PetitionId::of_manifest(&canonical)));
    let without_context = organiser().sign(PetitionId::of_manifest(&canonical).as_bytes());
    for (bytes, signature) in [
        (&canonical, other_signature),
        (&other_canonical, signature),
        (&canonical, by_another_key),
        (&canonical, without_context),
        (&canonical, [0; 64].into()),
    ] {
        assert_eq!(VerifiedManifest::verify(bytes, signature), Err(ManifestError::Signature));
    }
}

#[test]
fn more_than_60000_bytes() {
    let mut long = example();
    let texts = long.texts.values_mut().next().unwrap();
    texts.body = "x".repeat(60_000);
    let size = signed(&long).0.len();
    let fill = |manifest: &mut undersign_protocol::petition::Manifest, by: usize| {
        manifest.texts.values_mut().next().unwrap().body = "x".repeat(60_000 - by);
    };
    fill(&mut long, size - 60_000);
    let (canonical, signature) = signed(&long);
    assert_eq!(canonical.len(), 60_000);
    assert!(VerifiedManifest::verify(&canonical, signature).is_ok());
    fill(&mut long, size - 60_001);
    let (canonical, signature) = signed(&long);
    assert_eq!(VerifiedManifest::verify(&canonical, signature), Err(ManifestError::TooLarge));
}
