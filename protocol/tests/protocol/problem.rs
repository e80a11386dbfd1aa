//! The table of problem types, and documents made of it.

use std::collections::BTreeSet;

use proptest::option;
use proptest::prelude::*;
use undersign_protocol::problem::{OBLIVIOUS_KEY_TYPE, Problem, ProblemDocument, TYPE_PREFIX};

use crate::common::laws::Format;

fn documents() -> impl Strategy<Value = ProblemDocument> {
    let detail = || option::of(".{0,40}");
    let of_the_table =
        (proptest::sample::select(&Problem::ALL), detail()).prop_map(|(row, detail)| row.document(detail));
    let of_others = (".{0,30}", ".{0,30}", any::<u16>(), detail())
        .prop_map(|(type_uri, title, status, detail)| ProblemDocument { type_uri, title, status, detail });
    prop_oneof![of_the_table, of_others]
}

#[test]
fn documents_keep_the_laws_of_json() {
    Format {
        decode: |bytes| serde_json::from_slice(bytes).ok(),
        encode: |document: &ProblemDocument| serde_json::to_vec(document).unwrap(),
    }
    .keeps_the_laws_of_json(documents());
}

#[test]
fn every_row_is_found_again_from_its_document() {
    for row in Problem::ALL {
        let json = serde_json::to_string(&row.document(None)).unwrap();
        let document: ProblemDocument = serde_json::from_str(&json).unwrap();
        assert_eq!(document.problem(), Some(row));
        let ours = format!("{TYPE_PREFIX}{}", row.slug());
        assert_eq!(document.type_uri, if row == Problem::ObliviousKey { OBLIVIOUS_KEY_TYPE } else { &ours });
        assert_eq!((document.status, document.title.as_str()), (row.status(), row.title()));
        assert_eq!(row.document(Some("grace".to_owned())).detail.as_deref(), Some("grace"));
    }
}

#[test]
fn slugs_are_unique_and_of_small_letters_and_dashes() {
    let slugs: BTreeSet<&str> = Problem::ALL.into_iter().map(Problem::slug).collect();
    assert_eq!(slugs.len(), Problem::ALL.len());
    for slug in slugs {
        assert!(slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{slug}");
        assert!(!slug.is_empty() && !slug.starts_with('-') && !slug.ends_with('-'), "{slug}");
    }
}

#[test]
fn titles_are_sentences_and_differ() {
    let titles: BTreeSet<&str> = Problem::ALL.into_iter().map(Problem::title).collect();
    assert_eq!(titles.len(), Problem::ALL.len());
    for title in titles {
        assert!(title.ends_with('.') && title.starts_with(char::is_uppercase), "{title}");
    }
}

#[test]
fn statuses_are_errors_that_http_defines() {
    let defined = [400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503];
    for row in Problem::ALL {
        assert!(defined.contains(&row.status()), "{row:?}");
    }
}

#[test]
fn the_statuses_that_the_design_names() {
    for (row, status, slug) in [
        (Problem::NotConfirmed, 403, "not-confirmed"),
        (Problem::AlreadyIssued, 409, "already-issued"),
        (Problem::TokenRequestNotValid, 422, "token-request-not-valid"),
        (Problem::UnsupportedMediaType, 415, "unsupported-media-type"),
        (Problem::ConfirmedByAnother, 409, "confirmed-by-another"),
        (Problem::TokenNotValid, 401, "token-not-valid"),
        (Problem::NonceUsed, 409, "nonce-used"),
        (Problem::Withdrawn, 409, "withdrawn"),
        (Problem::Closed, 410, "closed"),
        (Problem::UseTheLink, 429, "use-the-link"),
    ] {
        assert_eq!((row.status(), row.slug()), (status, slug));
    }
}

#[test]
fn types_of_others_are_no_row() {
    for type_uri in [
        "",
        "about:blank",
        "closed",
        "urn:undersign:problem:",
        "urn:undersign:problem:unheard-of",
        "URN:undersign:problem:closed",
        "urn:undersign:problem:ohttp-key",
        "https://iana.org/assignments/http-problem-types#date",
    ] {
        let document = ProblemDocument { type_uri: type_uri.to_owned(), ..Problem::Closed.document(None) };
        assert_eq!(document.problem(), None, "{type_uri}");
    }
}

/// Extension members are allowed (RFC 9457 §3.2), and no detail is no member.
#[test]
fn members_of_others_are_passed_over() {
    let json = r#"{"type":"urn:undersign:problem:closed","title":"x","status":410,"instance":"/x","balance":30}"#;
    let document: ProblemDocument = serde_json::from_str(json).unwrap();
    assert_eq!(document.problem(), Some(Problem::Closed));
    assert!(!serde_json::to_string(&document).unwrap().contains("detail"));
}
