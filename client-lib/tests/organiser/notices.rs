use std::collections::BTreeMap;

use undersign_client_lib::organiser::{Folder, FolderProblem, NoticeFolder, NoticeKind};
use undersign_protocol::petition::{ByLanguage, NoticeText, VerifiedManifest};
use undersign_protocol::public_log::Hash;
use undersign_protocol::tally::TotalDocument;

use crate::support::{signed, small};

fn petition() -> VerifiedManifest {
    let mut files = small();
    let settings = files.get_mut("petition.toml").expect("the file");
    *settings = settings.replace("en = \"Mayor\"", "en = \"*Mayor*\"");
    signed(&Folder::parse(&files).expect("a good folder")).expect("a good manifest")
}

fn folder(settings: &str) -> Result<NoticeFolder, Vec<FolderProblem>> {
    let files = [
        ("notice.toml", settings),
        ("en.md", "# Handed over\n\nWe were there.\n"),
        ("ru.md", "# Передали\n\nМы там были.\n"),
    ];
    let files: BTreeMap<String, String> = files.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    NoticeFolder::parse(&files)
}

fn total(signatures: u64) -> TotalDocument {
    TotalDocument {
        total: signatures,
        signatures,
        withdrawals: 0,
        issued: signatures,
        tree_size: signatures + 2,
        root: Hash::of_leaf(b"a"),
        checkpoint: String::new(),
    }
}

fn body<'a>(texts: &'a ByLanguage<NoticeText>, language: &str) -> &'a str {
    &texts.get(&language.parse().expect("a language")).expect("a text").body
}

const DELIVERY: &str = "kind = \"delivery\"\naddressees = [1]\non = \"2026-12-20\"\nanswer_until = \"2027-01-19\"\n";

#[test]
fn a_delivery_says_to_whom_when_and_how_many_in_each_language() {
    let petition = petition();
    let folder = folder(DELIVERY).expect("a good folder");
    assert_eq!(folder.kind, NoticeKind::Delivery { tree_size: None });
    let texts =
        folder.facts.below(folder.texts, petition.manifest(), true, Some(&total(1_204))).expect("facts that fit");
    let root = Hash::of_leaf(b"a");
    assert_eq!(
        body(&texts, "en"),
        format!(
            "We were there.\n\n---\n\n- Handed over to: \\*Mayor\\*\n- Date of the delivery: 2026-12-20\n\
             - An answer is due by: 2027-01-19\n- Signatures at that time: 1204\n- Entries of the log at that time: 1206\n\
             - Root of the log at that time: `{root}`"
        )
    );
    assert!(body(&texts, "ru").starts_with("Мы там были.\n\n---\n\n- Кому передано: "));
    assert!(body(&texts, "ru").contains("- Ответ должен прийти до: 2027-01-19\n- Подписей на тот момент: 1204\n"));
}

#[test]
fn what_was_signed_is_known_again_when_the_log_has_grown_and_not_when_the_folder_has_changed() {
    let petition = petition();
    let first = folder(DELIVERY).expect("a good folder");
    let below = |total: &TotalDocument| {
        first.facts.below(first.texts.clone(), petition.manifest(), true, Some(total)).expect("facts that fit")
    };
    let stands = |settings: &str, signed: &ByLanguage<NoticeText>| {
        let again = folder(settings).expect("a good folder");
        again.facts.stand_below(signed, &again.texts, petition.manifest(), true)
    };
    assert!(stands(DELIVERY, &below(&total(1))) && stands(DELIVERY, &below(&total(2))));
    assert!(!stands(&DELIVERY.replace("12-20", "12-21"), &below(&total(1))));
    assert!(!stands(&DELIVERY.replace("answer_until = \"2027-01-19\"\n", ""), &below(&total(1))));
    let mut other = below(&total(1));
    other.values_mut().for_each(|text| text.body = text.body.replace("We were", "They were"));
    assert!(!stands(DELIVERY, &other));
}

const BROUGHT: &str = "kind = \"earlier_total\"\ncount = 2984\ncounted_on = \"2026-11-20\"\n\
                       source = { en = \"On paper\", ru = \"На бумаге\" }\n";

#[test]
fn what_was_collected_elsewhere_has_a_number_a_day_and_a_source() {
    let NoticeKind::EarlierTotal { count, counted_on, source } = folder(BROUGHT).expect("a good folder").kind else {
        panic!("another kind")
    };
    assert_eq!((count, counted_on.begins_at().to_string().as_str()), (2_984, "2026-11-20T00:00:00Z"));
    assert_eq!(source.values().collect::<Vec<_>>(), ["On paper", "На бумаге"]);
    for (piece, other, sentence) in [
        ("2984", "0", "how many were collected"),
        ("2984", "10000000001", "how many were collected"),
        ("2984", "-3", "this is not a notice"),
        ("2984", "2984.5", "this is not a notice"),
        ("11-20", "11-31", "a day is written as"),
        ("en =", "EN =", "a language is two or three letters"),
        ("count = 2984\n", "", "count"),
        ("count = 2984\n", "count = 2984\non = \"2026-11-20\"\n", "are for a delivery or an answer"),
    ] {
        let settings = BROUGHT.replace(piece, other);
        assert_ne!(settings, BROUGHT);
        let problems = folder(&settings).expect_err(&settings);
        assert!(problems[0].sentence.contains(sentence), "{problems:?}");
    }
}

#[test]
fn facts_that_do_not_fit_are_refused() {
    for (settings, sentence) in [
        ("kind = \"update\"\non = \"2026-12-20\"\n", "are for a delivery or an answer"),
        ("kind = \"answer\"\naddressees = [1]\nanswer_until = \"2026-12-20\"\n", "is for a delivery"),
        ("kind = \"delivery\"\non = \"2026-02-30\"\n", "a day is written as"),
        ("kind = \"delivery\"\naddressees = [1]\nwhere = \"at the door\"\n", "where"),
    ] {
        let problems = folder(settings).expect_err(settings);
        assert!(problems[0].sentence.contains(sentence), "{problems:?}");
    }
    let petition = petition();
    for settings in
        [DELIVERY.replace("[1]", "[99]"), DELIVERY.replace("[1]", "[0]"), DELIVERY.replace("2027-01-19", "2026-12-19")]
    {
        let folder = folder(&settings).expect("a good folder");
        assert!(folder.facts.below(folder.texts, petition.manifest(), true, None).is_err(), "{settings}");
    }
}
