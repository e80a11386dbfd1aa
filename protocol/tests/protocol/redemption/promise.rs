//! Promises, and the answers that carry them.

use proptest::prelude::*;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::public_log::Hash;
use undersign_protocol::redemption::{Promise, RedemptionAnswer};
use undersign_protocol::timestamp::Timestamp;

use crate::common::generate::{bytes, number, timestamp};
use crate::common::laws::{Format, check};
use crate::common::manifest::log_key;

const ORIGIN: &str = "petitions.example/v1/petitions/x/log";

#[test]
fn verifies_for_its_log_leaf_time_and_key_alone() {
    check((bytes(), timestamp()), |(leaf_hash, publish_by)| {
        let key = log_key().public_key();
        let promise = Promise::sign(ORIGIN, leaf_hash, publish_by, &log_key());
        prop_assert!(promise.verify(ORIGIN, &key).is_ok());
        prop_assert!(promise.verify("petitions.example/v1/log", &key).is_err());
        prop_assert!(promise.verify(ORIGIN, &SecretKey::from_seed(&[9; 32]).public_key()).is_err());
        let mut other = *leaf_hash.as_bytes();
        other[0] ^= 1;
        let of_another_leaf = Promise { leaf_hash: other.into(), ..promise };
        prop_assert!(of_another_leaf.verify(ORIGIN, &key).is_err());
        let another_time = Timestamp::from_seconds(publish_by.seconds() ^ 1).unwrap();
        let of_another_time = Promise { publish_by: another_time, ..promise };
        prop_assert!(of_another_time.verify(ORIGIN, &key).is_err());
        Ok(())
    });
}

/// What other programs must sign and verify, written out.
#[test]
fn signs_the_text_of_the_specification() {
    let publish_by = "2026-12-02T00:10:00Z".parse().unwrap();
    let promise = Promise::sign(ORIGIN, Hash::from([0xff; 32]), publish_by, &log_key());
    let text = "undersign promise v1\n\
                petitions.example/v1/petitions/x/log\n\
                //////////////////////////////////////////8=\n\
                2026-12-02T00:10:00Z\n";
    assert!(log_key().public_key().verify(text.as_bytes(), &promise.signature).is_ok());
}

#[test]
fn answers_keep_the_laws_of_json() {
    let promised = (bytes(), bytes(), timestamp())
        .prop_map(|(leaf_hash, promise, publish_by)| RedemptionAnswer::Promised { leaf_hash, promise, publish_by });
    let published =
        (bytes(), number()).prop_map(|(leaf_hash, leaf_index)| RedemptionAnswer::Published { leaf_hash, leaf_index });
    Format {
        decode: |bytes| serde_json::from_slice(bytes).ok(),
        encode: |answer: &RedemptionAnswer| serde_json::to_vec(answer).unwrap(),
    }
    .keeps_the_laws_of_json(prop_oneof![promised, published]);
}

#[test]
fn an_answer_is_promised_or_published_and_not_both() {
    let promise = Promise::sign(ORIGIN, Hash::from([1; 32]), "2026-12-02T00:10:00Z".parse().unwrap(), &log_key());
    let answer = RedemptionAnswer::from(promise);
    assert_eq!(answer.leaf_hash(), promise.leaf_hash);
    let mut both = serde_json::to_value(&answer).unwrap();
    assert_eq!(serde_json::from_value(both.clone()).ok(), Some(answer));
    both["leaf_index"] = 7.into();
    assert!(serde_json::from_value::<RedemptionAnswer>(both).is_err());
}
