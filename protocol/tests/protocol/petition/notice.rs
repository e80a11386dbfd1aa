//! Notices and their signatures.

use proptest::collection::btree_map;
use proptest::prelude::*;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{
    CanonicalError, EarlierTotal, MAX_EARLIER_TOTAL, Notice, NoticeContent, NoticeError, NoticeSigner, NoticeText,
    PetitionState, SignedNotice, VerifiedManifest, VerifiedNotice, effective_closes_at, from_canonical, to_canonical,
};

use crate::common::generate::{bytes, language, timestamp};
use crate::common::laws::{Format, check};
use crate::common::manifest::{example as manifest, log_key, organiser, signed};

fn notices() -> impl Strategy<Value = Notice> {
    let content = prop_oneof![
        Just(NoticeContent::Update {}),
        timestamp().prop_map(|closes_at| NoticeContent::Close { closes_at }),
        Just(NoticeContent::TakeDown {}),
        bytes().prop_map(|replaced_by| NoticeContent::Correction { replaced_by }),
        (0..1u64 << 53).prop_map(|tree_size| NoticeContent::Delivery { tree_size }),
        Just(NoticeContent::Answer {}),
        (0..1u64 << 53, timestamp(), btree_map(language(), any::<String>(), 0..3)).prop_map(
            |(count, counted_on, source)| {
                let source = source.into_iter().collect();
                NoticeContent::EarlierTotal(EarlierTotal { count, counted_on, source })
            }
        ),
    ];
    let text = (any::<String>(), any::<String>()).prop_map(|(title, body)| NoticeText { title, body });
    let signer = prop_oneof![Just(NoticeSigner::Organiser), Just(NoticeSigner::Operator)];
    (bytes(), signer, timestamp(), btree_map(language(), text, 0..3), content).prop_map(
        |(petition_id, signer, published_at, texts, content)| Notice {
            version: 1,
            petition_id,
            signer,
            published_at,
            texts: texts.into_iter().collect(),
            content,
        },
    )
}

fn example() -> Notice {
    Notice {
        version: 1,
        petition_id: [1; 32].into(),
        signer: NoticeSigner::Organiser,
        published_at: "2026-12-24T12:00:00Z".parse().unwrap(),
        texts: [("en".parse().unwrap(), NoticeText { title: "News".to_owned(), body: "Good.".to_owned() })].into(),
        content: NoticeContent::Close { closes_at: "2027-01-01T00:00:00Z".parse().unwrap() },
    }
}

#[test]
fn keeps_the_laws() {
    Format { decode: |bytes| from_canonical(bytes).ok(), encode: |notice: &Notice| to_canonical(notice).unwrap() }
        .keeps_the_laws(notices());
}

#[test]
fn is_signed_parsed_and_verified() {
    check(notices(), |notice| {
        let signed = SignedNotice::sign(&notice, &organiser()).unwrap();
        prop_assert_eq!(signed.parse(), Ok(notice));
        prop_assert!(signed.verify(&organiser().public_key()).is_ok());
        prop_assert!(signed.verify(&log_key().public_key()).is_err());
        let mut changed = signed.clone();
        changed.notice[0] ^= 1;
        prop_assert!(changed.verify(&organiser().public_key()).is_err());
        Ok(())
    });
}

/// What other programs must sign and verify, written out.
#[test]
fn signs_the_text_of_the_specification() {
    let signed = SignedNotice::sign(&example(), &organiser()).unwrap();
    let text = "{\"content\":{\"closes_at\":\"2027-01-01T00:00:00Z\",\"kind\":\"close\"},\
                \"petition_id\":\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\",\"published_at\":\"2026-12-24T12:00:00Z\",\
                \"signer\":\"organiser\",\"texts\":{\"en\":{\"body\":\"Good.\",\"title\":\"News\"}},\"version\":1}";
    assert_eq!(String::from_utf8(signed.notice.clone()).unwrap(), text);
    let signing_text = format!("undersign notice v1\n{text}");
    assert!(organiser().public_key().verify(signing_text.as_bytes(), &signed.signature).is_ok());
}

#[test]
fn another_version_is_refused() {
    let notice = Notice { version: 2, ..example() };
    assert!(SignedNotice::sign(&notice, &organiser()).is_err());
    let received = SignedNotice { notice: to_canonical(&notice).unwrap(), signature: [0; 64].into() };
    assert_eq!(received.parse(), Err(CanonicalError::Form("version: must be 1".to_owned())));
}

/// Longer ones would not fit into an entry of the log.
#[test]
fn a_notice_has_at_most_60000_bytes() {
    let with_body = |size: usize| {
        let text = NoticeText { title: "News".to_owned(), body: "x".repeat(size) };
        Notice { texts: [("en".parse().unwrap(), text)].into(), ..example() }
    };
    let rest = to_canonical(&with_body(0)).unwrap().len();
    assert!(SignedNotice::sign(&with_body(60_000 - rest), &organiser()).is_ok());
    assert!(SignedNotice::sign(&with_body(60_001 - rest), &organiser()).is_err());
}

#[test]
fn another_form_is_refused() {
    let text = String::from_utf8(to_canonical(&example()).unwrap()).unwrap();
    for (piece, other) in [
        ("\"close\"", "\"update\""),
        ("\"close\"", "\"reopen\""),
        ("\"closes_at\":\"2027-01-01T00:00:00Z\",", ""),
        ("\"organiser\"", "\"anyone\""),
        ("\"version\":1", "\"version\":1,\"w\":1"),
        ("\"version\":1", "\"version\":1.0"),
        ("{\"en\":", "{\"EN\":"),
        ("\"signer\"", " \"signer\""),
    ] {
        assert_eq!(text.matches(piece).count(), 1, "{piece}");
        let notice = text.replace(piece, other).into_bytes();
        assert!(SignedNotice { notice, signature: [0; 64].into() }.parse().is_err(), "{other}");
    }
}

fn petition() -> VerifiedManifest {
    let (canonical, signature) = signed(&manifest());
    VerifiedManifest::verify(&canonical, signature).unwrap()
}

/// A notice that keeps every rule, in both languages of the petition.
fn valid(content: NoticeContent) -> Notice {
    let text = || NoticeText { title: "News".to_owned(), body: "Good.".to_owned() };
    let texts = manifest().texts.keys().map(|language| (language.clone(), text())).collect();
    Notice { petition_id: petition().petition_id(), texts, content, ..example() }
}

fn verify(notice: &Notice, key: &SecretKey) -> Result<VerifiedNotice, NoticeError> {
    VerifiedNotice::verify(SignedNotice::sign(notice, key).unwrap(), &petition())
}

#[test]
fn each_signer_has_the_key_that_the_manifest_names() {
    let organisers = valid(NoticeContent::Update {});
    let operators = Notice { signer: NoticeSigner::Operator, ..organisers.clone() };
    assert!(verify(&organisers, &organiser()).is_ok());
    assert!(verify(&operators, &log_key()).is_ok());
    assert_eq!(verify(&organisers, &log_key()), Err(NoticeError::Signature));
    assert_eq!(verify(&operators, &organiser()), Err(NoticeError::Signature));
}

#[test]
fn a_rule_that_is_broken_is_named() {
    let closes_at = manifest().closes_at;
    let before = "2026-12-24T11:59:59Z".parse().unwrap();
    let petition_id = petition().petition_id();
    let mut cases = vec![
        ("petition_id", Notice { petition_id: [9; 32].into(), ..valid(NoticeContent::Update {}) }),
        ("content.closes_at: a petition only", valid(NoticeContent::Close { closes_at })),
        ("content.closes_at: must not", valid(NoticeContent::Close { closes_at: before })),
        ("content.replaced_by", valid(NoticeContent::Correction { replaced_by: petition_id })),
        ("content.tree_size", valid(NoticeContent::Delivery { tree_size: 0 })),
    ];
    let mut with_earlier = |rule, change: &dyn Fn(&mut EarlierTotal)| {
        let mut total = earlier();
        change(&mut total);
        cases.push((rule, valid(NoticeContent::EarlierTotal(total))));
    };
    with_earlier("content.count", &|total| total.count = 0);
    with_earlier("content.count", &|total| total.count = MAX_EARLIER_TOTAL + 1);
    with_earlier("content.counted_on: must be a day", &|total| total.counted_on = total.counted_on.plus(1));
    with_earlier("content.counted_on: must not be after", &|total| total.counted_on = total.counted_on.plus(86_400));
    with_earlier("content.source: lacks", &|total| _ = total.source.pop_first());
    with_earlier("content.source: must not be empty", &|total| total.source.values_mut().for_each(String::clear));
    with_earlier("content.source: must be one line", &|total| {
        total.source.values_mut().for_each(|source| source.push('\n'))
    });
    let mut with_texts = |rule, change: &dyn Fn(&mut Notice)| {
        let mut notice = valid(NoticeContent::Update {});
        change(&mut notice);
        cases.push((rule, notice));
    };
    with_texts("texts: must have", &|notice| _ = notice.texts.pop_first());
    with_texts("texts: must have", &|notice| {
        let (_, text) = notice.texts.first_key_value().unwrap();
        let text = text.clone();
        notice.texts.insert("xx".parse().unwrap(), text);
    });
    with_texts("texts.en.title: at most", &|notice| {
        _ = notice.texts.values_mut().next().map(|text| text.title = "x".repeat(201))
    });
    with_texts("texts.en.title: must be one", &|notice| {
        _ = notice.texts.values_mut().next().map(|text| text.title.push('\n'))
    });
    with_texts("texts.en.body: must not", &|notice| _ = notice.texts.values_mut().next().map(|text| text.body.clear()));
    for (rule, notice) in cases {
        match verify(&notice, &organiser()) {
            Err(NoticeError::Rule(found)) => assert!(found.starts_with(rule), "{found}"),
            other => panic!("{rule}: {other:?}"),
        }
    }
}

/// What an organiser brings along, counted on the day of the notice.
fn earlier() -> EarlierTotal {
    let manifest = manifest();
    let source = manifest.texts.keys().map(|language| (language.clone(), "On paper, in three towns".to_owned()));
    EarlierTotal { count: 2_984, counted_on: "2026-12-24T00:00:00Z".parse().unwrap(), source: source.collect() }
}

#[test]
fn what_was_collected_elsewhere_is_the_organiser_s_word_alone() {
    let organisers = valid(NoticeContent::EarlierTotal(earlier()));
    assert!(verify(&organisers, &organiser()).is_ok());
    for count in [1, MAX_EARLIER_TOTAL] {
        let total = EarlierTotal { count, ..earlier() };
        assert!(verify(&valid(NoticeContent::EarlierTotal(total)), &organiser()).is_ok(), "{count}");
    }
    let operators = Notice { signer: NoticeSigner::Operator, ..organisers };
    match verify(&operators, &log_key()) {
        Err(NoticeError::Rule(found)) => assert!(found.starts_with("signer: "), "{found}"),
        other => panic!("{other:?}"),
    }
}

/// What other programs must read, written out.
#[test]
fn an_earlier_total_has_the_text_of_the_specification() {
    let source = [("en".parse().unwrap(), "On paper".to_owned())].into();
    let content = NoticeContent::EarlierTotal(EarlierTotal { source, ..earlier() });
    let text = "{\"count\":2984,\"counted_on\":\"2026-12-24T00:00:00Z\",\"kind\":\"earlier_total\",\
                \"source\":{\"en\":\"On paper\"}}";
    assert_eq!(String::from_utf8(to_canonical(&content).unwrap()).unwrap(), text);
    for (piece, other) in [
        ("2984", "2984.5"),
        ("2984", "-1"),
        ("\"count\":2984,", ""),
        ("\"counted_on\":\"2026-12-24T00:00:00Z\",", ""),
        ("T00:00:00Z", ""),
        ("\"source\":{\"en\":\"On paper\"}", "\"source\":\"On paper\""),
        ("\"source\"", "\"seen\":1,\"source\""),
    ] {
        assert!(text.contains(piece), "{piece}");
        assert!(from_canonical::<NoticeContent>(text.replace(piece, other).as_bytes()).is_err(), "{other}");
    }
}

#[test]
fn a_petition_closes_at_the_earliest_time_whatever_the_order() {
    let at = |text: &str| text.parse().unwrap();
    let close = |closes_at| verify(&valid(NoticeContent::Close { closes_at }), &organiser()).unwrap();
    let (first, second) = (close(at("2027-01-10T00:00:00Z")), close(at("2027-01-20T00:00:00Z")));
    let down = verify(&valid(NoticeContent::TakeDown {}), &organiser()).unwrap();
    let news = verify(&valid(NoticeContent::Update {}), &organiser()).unwrap();
    let closes = |notices: &[&VerifiedNotice]| effective_closes_at(&manifest(), notices.iter().copied());
    assert_eq!(closes(&[]), manifest().closes_at);
    assert_eq!(closes(&[&news]), manifest().closes_at);
    assert_eq!(closes(&[&second, &first, &news]), at("2027-01-10T00:00:00Z"));
    assert_eq!(closes(&[&first, &second, &first]), at("2027-01-10T00:00:00Z"));
    assert_eq!(closes(&[&first, &down]), example().published_at);
}

/// One that closes before it opens never does.
#[test]
fn a_close_before_the_opening_leaves_no_time_to_sign() {
    let closes_at = "2026-11-30T00:00:00Z".parse().unwrap();
    let at = |text: &str| PetitionState::closing_at(&manifest(), closes_at, text.parse().unwrap());
    assert_eq!(at("2026-11-29T23:59:59Z"), PetitionState::Announced);
    assert_eq!(at("2026-11-30T00:00:00Z"), PetitionState::Closing);
    assert_eq!(at("2026-12-01T00:00:00Z"), PetitionState::Closing);
    assert_eq!(at("2026-12-02T00:00:00Z"), PetitionState::Closed);
}
