//! Prepare requests: JSON, signed by the organiser.

use proptest::prelude::*;
use undersign_protocol::petition::PrepareRequest;

use crate::common::generate::{bytes, slug};
use crate::common::laws::{Format, check};
use crate::common::manifest::{log_key, organiser};

#[test]
fn keeps_the_laws_of_json() {
    let requests = (slug(), bytes(), bytes(), bytes())
        .prop_map(|(slug, organiser_key, nonce, signature)| PrepareRequest { slug, organiser_key, nonce, signature });
    Format {
        decode: |bytes| serde_json::from_slice(bytes).ok(),
        encode: |request: &PrepareRequest| serde_json::to_vec(request).unwrap(),
    }
    .keeps_the_laws_of_json(requests);
}

#[test]
fn verifies_as_it_was_signed_and_no_other() {
    check((slug(), bytes()), |(slug, nonce)| {
        let request = PrepareRequest::sign(slug, nonce, &organiser());
        prop_assert!(request.verify().is_ok());
        let other_slug = PrepareRequest { slug: "other".parse().unwrap(), ..request.clone() };
        let other_nonce = PrepareRequest { nonce: [0xee; 16].into(), ..request.clone() };
        let other_key = PrepareRequest { organiser_key: log_key().public_key(), ..request };
        prop_assert!([other_slug, other_nonce, other_key].iter().all(|request| request.verify().is_err()));
        Ok(())
    });
}

/// What other programs must sign and verify, written out.
#[test]
fn signs_the_text_of_the_specification() {
    let request = PrepareRequest::sign("slug".parse().unwrap(), [0; 16].into(), &organiser());
    let key = organiser().public_key();
    let text = format!("undersign prepare v1\nslug\n{key}\nAAAAAAAAAAAAAAAAAAAAAA\n");
    assert!(key.verify(text.as_bytes(), &request.signature).is_ok());
}

#[test]
fn unknown_and_repeated_members_are_refused() {
    let request = PrepareRequest::sign("slug".parse().unwrap(), [0; 16].into(), &organiser());
    let text = serde_json::to_string(&request).unwrap();
    for other in
        [text.replacen('{', "{\"a\":1,", 1), text.replacen('{', "{\"slug\":\"slug\",", 1), text.replace("slug", "Slug")]
    {
        assert!(serde_json::from_str::<PrepareRequest>(&other).is_err(), "{other}");
    }
}
