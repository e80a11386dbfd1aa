//! The issuer directory of RFC 9578 §4.

use proptest::collection::vec;
use proptest::prelude::*;
use undersign_protocol::issuance::{DirectoryKey, IssuerDirectory, TOKEN_TYPE};

use crate::common::generate::{number, token_key, token_key_from};
use crate::common::laws::Format;

fn directories() -> impl Strategy<Value = IssuerDirectory> {
    let key = (token_key(), proptest::option::of(number())).prop_map(|(token_key, not_before)| DirectoryKey {
        token_type: TOKEN_TYPE,
        token_key,
        not_before,
    });
    ("/[ -~]{0,20}", vec(key, 0..3))
        .prop_map(|(issuer_request_uri, token_keys)| IssuerDirectory { issuer_request_uri, token_keys })
}

#[test]
fn keeps_the_laws_of_json() {
    Format {
        decode: |bytes| serde_json::from_slice(bytes).ok(),
        encode: |directory: &IssuerDirectory| serde_json::to_vec(directory).unwrap(),
    }
    .keeps_the_laws_of_json(directories());
}

fn example() -> serde_json::Value {
    let token_keys = vec![DirectoryKey::new(token_key_from([0xfb; 256]), 1_780_000_000)];
    serde_json::to_value(IssuerDirectory { issuer_request_uri: "/v1/token-requests".to_owned(), token_keys }).unwrap()
}

fn is_read(directory: &serde_json::Value) -> bool {
    serde_json::from_value::<IssuerDirectory>(directory.clone()).is_ok()
}

#[test]
fn has_the_members_of_the_rfc() {
    let directory = example();
    assert_eq!(directory["issuer-request-uri"], "/v1/token-requests");
    let key = &directory["token-keys"][0];
    assert_eq!(key["token-type"], 2);
    assert_eq!(key["not-before"], 1_780_000_000);
    // 342 bytes with padding.
    assert_eq!(key["token-key"].as_str().unwrap().len(), 456);
    assert_eq!(key.as_object().unwrap().len(), 3);
}

#[test]
fn members_that_the_rfc_does_not_name_are_passed_over() {
    let mut directory = example();
    directory["grease"] = 1.into();
    directory["token-keys"][0]["grease"] = serde_json::Value::Null;
    assert!(is_read(&directory));
    // A member that is passed over may be nested as deep as its sender likes.
    let text = serde_json::to_string(&example()).unwrap();
    let deep = format!("{{\"grease\":{}{},{}", "[".repeat(100_000), "]".repeat(100_000), &text[1..]);
    assert_eq!(serde_json::from_str(&deep).ok(), serde_json::from_str::<IssuerDirectory>(&text).ok());
}

#[test]
fn keys_of_another_type_are_refused() {
    for token_type in [0, 1, 3, 65_538] {
        let mut directory = example();
        directory["token-keys"][0]["token-type"] = token_type.into();
        assert!(!is_read(&directory), "type {token_type}");
    }
}

#[test]
fn a_key_in_another_encoding_is_refused() {
    let key = example()["token-keys"][0]["token-key"].as_str().unwrap().to_owned();
    // 342 bytes are a multiple of three: a key has no padding to leave out, and none may be added.
    for other in
        [format!("{key}===="), format!("{key}="), key[4..].to_owned(), key.replace(['-', '_'], "+"), format!(" {key}")]
    {
        let mut directory = example();
        directory["token-keys"][0]["token-key"] = other.clone().into();
        assert_ne!(other, key);
        assert!(!is_read(&directory), "{other}");
    }
}
