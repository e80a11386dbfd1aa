//! Notices and their signatures.

use proptest::collection::btree_map;
use proptest::prelude::*;
use undersign_protocol::petition::{
    CanonicalError, Notice, NoticeContent, NoticeSigner, NoticeText, SignedNotice, from_canonical, to_canonical,
};

use crate::common::generate::{bytes, language, timestamp};
use crate::common::laws::{Format, check};
use crate::common::manifest::{log_key, organiser};

fn notices() -> impl Strategy<Value = Notice> {
    let content = prop_oneof![
        Just(NoticeContent::Update {}),
        timestamp().prop_map(|closes_at| NoticeContent::Close { closes_at }),
        Just(NoticeContent::TakeDown {}),
        bytes().prop_map(|replaced_by| NoticeContent::Correction { replaced_by }),
        (0..1u64 << 53).prop_map(|tree_size| NoticeContent::Delivery { tree_size }),
        Just(NoticeContent::Answer {}),
    ];
    let text = (any::<String>(), any::<String>()).prop_map(|(title, body)| NoticeText { title, body });
    let signer = prop_oneof![Just(NoticeSigner::Organiser), Just(NoticeSigner::Operator)];
    (bytes(), signer, timestamp(), btree_map(language(), text, 0..3), content).prop_map(
        |(petition_id, signer, published_at, texts, content)| Notice {
            version: 1,
            petition_id,
            signer,
            published_at,
            texts,
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
