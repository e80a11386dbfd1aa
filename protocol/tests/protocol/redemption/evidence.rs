//! Evidence of a broken promise.

use proptest::prelude::*;
use undersign_protocol::public_log::Checkpoint;
use undersign_protocol::redemption::{Evidence, EvidenceError, Promise};
use undersign_protocol::timestamp::Timestamp;

use crate::common::generate::{bytes, timestamp};
use crate::common::laws::{Format, check};
use crate::common::manifest::{log_key, organiser};

const ORIGIN: &str = "petitions.example/v1/petitions/x/log";

fn evidence() -> impl Strategy<Value = Evidence> {
    (bytes(), bytes(), timestamp(), 1..1_000_000u64).prop_map(|(leaf_hash, root, publish_by, number)| {
        let publish_by = Timestamp::from_seconds(publish_by.seconds().min(Timestamp::MAX.seconds() - number)).unwrap();
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), tree_size: number, root };
        Evidence {
            log_origin: ORIGIN.to_owned(),
            log_key: log_key().public_key(),
            promise: Promise::sign(ORIGIN, leaf_hash, publish_by, &log_key()),
            checkpoint: checkpoint.sign(&log_key()).unwrap(),
            seen_at: publish_by.plus(number),
        }
    })
}

#[test]
fn keeps_the_laws() {
    Format { decode: |bytes| Evidence::decode(bytes).ok(), encode: |evidence: &Evidence| evidence.encode().unwrap() }
        .keeps_the_laws(evidence());
}

#[test]
fn convicts_nobody_of_what_they_have_not_signed() {
    check((evidence(), bytes()), |(evidence, root)| {
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), tree_size: 7, root };
        let Promise { leaf_hash, publish_by, .. } = evidence.promise;
        let changed = |changed: Evidence| Evidence::decode(&changed.encode().unwrap()).err();
        let promise = Promise::sign(ORIGIN, leaf_hash, publish_by, &organiser());
        prop_assert_eq!(changed(Evidence { promise, ..evidence.clone() }), Some(EvidenceError::Promise));
        let by_another = checkpoint.sign(&organiser()).unwrap();
        prop_assert_eq!(
            changed(Evidence { checkpoint: by_another, ..evidence.clone() }),
            Some(EvidenceError::Checkpoint)
        );
        let of_another = Checkpoint { origin: "petitions.example/v1/log".to_owned(), ..checkpoint };
        let of_another = of_another.sign(&log_key()).unwrap();
        prop_assert_eq!(
            changed(Evidence { checkpoint: of_another, ..evidence.clone() }),
            Some(EvidenceError::Checkpoint)
        );
        prop_assert_eq!(changed(Evidence { seen_at: publish_by, ..evidence }), Some(EvidenceError::Early));
        Ok(())
    });
}
