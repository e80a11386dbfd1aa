//! A manifest that keeps every rule, for tests to break one at a time.

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use undersign_protocol::ed25519::{SecretKey, Signature};
use undersign_protocol::petition::{
    Addressee, ByLanguage, Channel, Issuer, Localized, Log, Manifest, Organiser, Origin, PetitionId, Picture,
    Publication, Question, Redemption, Tags, Text, VerifiedManifest, manifest_signing_text, to_canonical,
};
use undersign_protocol::timestamp::DAY;

use super::generate::{bytes, language, slug, timestamp, token_key_from};

/// The organiser's key.
pub fn organiser() -> SecretKey {
    SecretKey::from_seed(&[1; 32])
}

/// The log's key.
pub fn log_key() -> SecretKey {
    SecretKey::from_seed(&[2; 32])
}

/// The issuer's statement key.
pub fn statement_key() -> SecretKey {
    SecretKey::from_seed(&[3; 32])
}

/// One text in the languages of [`example`].
pub fn in_both(english: &str, russian: &str) -> Localized {
    [("en", english), ("ru", russian)].map(|(language, text)| (language.parse().unwrap(), text.to_owned())).into()
}

/// A manifest in two languages that uses every optional part.
pub fn example() -> Manifest {
    Manifest {
        version: 1,
        slug: "reopen-the-archive".parse().unwrap(),
        organiser: Organiser {
            name: in_both("Open Reading Room", "Открытый читальный зал"),
            public_key: organiser().public_key(),
            recovery_key_hash: Some([7; 32].into()),
        },
        texts: [
            ("en", text("Reopen the archive", "Open the reading room again")),
            ("ru", text("Откройте архив", "Снова открыть зал")),
        ]
        .map(|(language, text)| (language.parse().unwrap(), text))
        .into(),
        addressees: vec![Addressee {
            name: in_both("The archive's director", "Директор архива"),
            reason: in_both("Can order it", "Может распорядиться"),
        }],
        channels: vec![channel("https://reading-room.example/news?lang=en#top")],
        support: vec![channel("http://readingroomreadingroom.onion:8080/")],
        picture: Some(Picture { sha256: [8; 32].into(), alt: in_both("A locked door", "Запертая дверь") }),
        accent: Some("#00aaff".to_owned()),
        replaces: Some([9; 32].into()),
        opens_at: "2026-12-01T00:00:00Z".parse().unwrap(),
        closes_at: "2027-03-01T00:00:00Z".parse().unwrap(),
        grace: 172_800,
        goals: vec![100, 500, 1_000],
        publication: Publication { interval: 600, min_batch: 20, max_wait: DAY },
        redemption: Redemption::NextEpoch { epoch: DAY },
        issuer: Issuer {
            name: "petitions.example".to_owned(),
            token_key: token_key_from([0xa5; 256]),
            statement_key: statement_key().public_key(),
            address_rules: 1,
            tags: Tags::Local,
        },
        origin: Origin { host: "petitions.example:8443".to_owned() },
        log: Log { public_key: log_key().public_key() },
    }
}

/// The canonical bytes and the organiser's signature.
pub fn signed(manifest: &Manifest) -> (Vec<u8>, Signature) {
    let canonical = to_canonical(manifest).unwrap();
    let signature = organiser().sign(&manifest_signing_text(&PetitionId::of_manifest(&canonical)));
    (canonical, signature)
}

/// The example, verified.
pub fn verified_example() -> VerifiedManifest {
    let (canonical, signature) = signed(&example());
    VerifiedManifest::verify(&canonical, signature).unwrap()
}

/// Manifests that keep every rule, in one to three languages.
pub fn manifests() -> impl Strategy<Value = Manifest> {
    (btree_set(language(), 1..4), parts()).prop_map(|(languages, parts)| {
        let (words, slug, opens_at, seconds, goals, tags, replaces, recovery_key_hash) = parts;
        let mut words = words.into_iter().cycle();
        let mut localized = || -> Localized { languages.iter().cloned().zip(words.by_ref()).collect() };
        let addressees = vec![Addressee { name: localized(), reason: localized() }];
        let channels = vec![Channel { label: localized(), url: "https://a.example/".to_owned() }];
        let names = localized();
        let texts: ByLanguage<Text> =
            localized().into_iter().map(|(language, word)| (language, text(&word, &word))).collect();
        let example = example();
        Manifest {
            slug,
            organiser: Organiser { name: names, recovery_key_hash, ..example.organiser },
            texts,
            addressees,
            channels,
            support: Vec::new(),
            picture: None,
            accent: None,
            replaces,
            opens_at,
            closes_at: opens_at.plus(seconds),
            goals: goals.into_iter().collect(),
            issuer: Issuer { tags, ..example.issuer },
            ..example
        }
    })
}

type Parts = (
    Vec<String>,
    undersign_protocol::petition::Slug,
    undersign_protocol::timestamp::Timestamp,
    u64,
    std::collections::BTreeSet<u64>,
    Tags,
    Option<PetitionId>,
    Option<undersign_protocol::petition::Sha256Hash>,
);

fn parts() -> impl Strategy<Value = Parts> {
    // A letter first, so that no word is empty; quotes, backslashes and characters beyond the BMP are among the rest.
    let words = vec("[a-zа-я][ \"\\\\/<>a-zа-я€😀\u{7f}-\u{ff}&&[^\\p{Cc}]]{0,12}", 4..9);
    let opens_at = timestamp().prop_filter("time enough after it", |moment| moment.seconds() < 200_000_000_000);
    (
        words,
        slug(),
        opens_at,
        1..400_000_000u64,
        btree_set(1..1u64 << 53, 1..6),
        prop_oneof![Just(Tags::Local), Just(Tags::Evaluator)],
        option::of(bytes()),
        option::of(bytes()),
    )
}

fn text(title: &str, demand: &str) -> Text {
    Text {
        title: title.to_owned(),
        summary: "One paragraph.".to_owned(),
        body: "First line.\n\n\tSecond \"line\" with \\ and /.\n".to_owned(),
        demands: vec![demand.to_owned()],
        faq: vec![Question { question: "Why?".to_owned(), answer: "Because.\n".to_owned() }],
        help: "Write to the lawyers.".to_owned(),
    }
}

fn channel(url: &str) -> Channel {
    Channel { label: in_both("News", "Новости"), url: url.to_owned() }
}
