//! The organiser's request for counts, and its answer.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use undersign_protocol::daily_counts::{CountedBy, CountedDay, CountedDays, CountsNonce, CountsRequest};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::PetitionId;

use crate::common::generate::{bytes, number};
use crate::common::laws::{Format, check};
use crate::common::manifest::statement_key;

#[test]
fn both_keep_the_laws_of_json() {
    Format {
        decode: |bytes| serde_json::from_slice(bytes).ok(),
        encode: |request: &CountsRequest| serde_json::to_vec(request).unwrap(),
    }
    .keeps_the_laws_of_json((number(), bytes(), bytes()).prop_map(|(day, nonce, signature)| CountsRequest {
        day,
        nonce,
        signature,
    }));
    let day = (number(), any::<bool>(), btree_map("[a-z/.-]{1,20}", number(), 0..4));
    let day = day.prop_map(|(day, whole, counts)| CountedDay { day, whole, counts });
    Format {
        decode: |bytes| serde_json::from_slice(bytes).ok(),
        encode: |days: &CountedDays| serde_json::to_vec(days).unwrap(),
    }
    .keeps_the_laws_of_json(vec(day, 0..4).prop_map(|days| CountedDays { days }));
}

#[test]
fn a_request_is_for_its_petition_side_day_nonce_and_key_alone() {
    let (petition, other) = (PetitionId::from([1; 32]), PetitionId::from([2; 32]));
    let (key, stranger) = (statement_key(), SecretKey::from_seed(&[9; 32]));
    check((number(), bytes()), |(day, nonce): (u64, CountsNonce)| {
        let request = CountsRequest::sign(&petition, CountedBy::Issuer, day, nonce, &key);
        let public = key.public_key();
        prop_assert!(request.verify(&petition, CountedBy::Issuer, &public).is_ok());
        prop_assert!(request.verify(&petition, CountedBy::Origin, &public).is_err());
        prop_assert!(request.verify(&other, CountedBy::Issuer, &public).is_err());
        prop_assert!(request.verify(&petition, CountedBy::Issuer, &stranger.public_key()).is_err());
        let later = CountsRequest { day: day.wrapping_add(1), ..request.clone() };
        prop_assert!(later.verify(&petition, CountedBy::Issuer, &public).is_err());
        let again = CountsRequest { nonce: CountsNonce::from(nonce.as_bytes().map(|byte| !byte)), ..request };
        prop_assert!(again.verify(&petition, CountedBy::Issuer, &public).is_err());
        Ok(())
    });
}

/// What other programs must sign and verify, written out.
#[test]
fn signs_the_text_of_the_specification() {
    let (petition, nonce) = (PetitionId::from([0; 32]), CountsNonce::from([0; 16]));
    for (side, word) in [(CountedBy::Issuer, "issuer"), (CountedBy::Origin, "origin")] {
        let request = CountsRequest::sign(&petition, side, 20_421, nonce, &statement_key());
        let (petition, nonce) = ("A".repeat(43), "A".repeat(22));
        let text = format!("undersign counts v1\n{petition}\n{word}\n20421\n{nonce}\n");
        assert!(statement_key().public_key().verify(text.as_bytes(), &request.signature).is_ok());
    }
}
