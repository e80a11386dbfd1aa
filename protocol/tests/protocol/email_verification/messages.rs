//! The messages of email_verification take what the design names and nothing else.

use undersign_protocol::email_verification::{Confirmation, Confirmed, RequestDigest, VerificationRequest};

/// SHA-256 of nothing (NIST's example value), in base64url.
const EMPTY: &str = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

#[test]
fn a_request_digest_is_the_hash_of_the_body() {
    assert_eq!(RequestDigest::of(b"").to_string(), EMPTY);
    assert_eq!(EMPTY.parse(), Ok(RequestDigest::of(b"")));
}

#[test]
fn a_request_has_its_three_members() {
    let whole = serde_json::json!({ "email": "a@example.org", "locale": "ru", "request_digest": EMPTY });
    let request: VerificationRequest = serde_json::from_value(whole.clone()).unwrap();
    assert_eq!(serde_json::to_value(&request).unwrap(), whole);
    for member in ["email", "locale", "request_digest"] {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(member);
        assert!(serde_json::from_value::<VerificationRequest>(less).is_err(), "without {member}");
    }
    let mut more = whole;
    more["petition"] = "x".into();
    assert!(serde_json::from_value::<VerificationRequest>(more).is_err(), "nothing may name the petition");
}

#[test]
fn a_confirmation_is_by_link_or_by_code_and_not_both() {
    for (text, is_read) in [
        (r#"{"token":"t","check":"42"}"#, true),
        (r#"{"verification":"v","code":"1234-5678"}"#, true),
        (r#"{"token":"t","code":"1234-5678"}"#, false),
        (r#"{"token":"t","check":"42","verification":"v","code":"1234-5678"}"#, false),
        (r#"{"token":"t","check":42}"#, false),
        (r#"{"token":"t"}"#, false),
        ("{}", false),
    ] {
        let read = serde_json::from_str::<Confirmation>(text);
        assert_eq!(read.is_ok(), is_read, "{text}");
        if let Ok(confirmation) = read {
            assert_eq!(serde_json::to_string(&confirmation).unwrap(), text);
        }
    }
}

#[test]
fn the_answer_is_one_word() {
    assert_eq!(serde_json::to_string(&Confirmed { confirmed: true }).unwrap(), r#"{"confirmed":true}"#);
}
