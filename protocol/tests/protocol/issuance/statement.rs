//! The issuer's word on how many tokens it issued.

use proptest::prelude::*;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::issuance::IssuanceStatement;
use undersign_protocol::petition::PetitionId;

use crate::common::generate::{bytes, number};
use crate::common::laws::{Format, check};
use crate::common::manifest::statement_key;

#[test]
fn keeps_the_laws_of_json() {
    Format {
        decode: |bytes| serde_json::from_slice(bytes).ok(),
        encode: |statement: &IssuanceStatement| serde_json::to_vec(statement).unwrap(),
    }
    .keeps_the_laws_of_json(
        (number(), bytes()).prop_map(|(issued, signature)| IssuanceStatement { issued, signature }),
    );
}

#[test]
fn verifies_for_its_petition_count_and_key_alone() {
    let (petition, other) = (PetitionId::from([1; 32]), PetitionId::from([2; 32]));
    let key = statement_key();
    check(number(), |issued| {
        let statement = IssuanceStatement::sign(&petition, issued, &key);
        prop_assert!(statement.verify(&petition, &key.public_key()).is_ok());
        prop_assert!(statement.verify(&other, &key.public_key()).is_err());
        prop_assert!(statement.verify(&petition, &SecretKey::from_seed(&[9; 32]).public_key()).is_err());
        let more = IssuanceStatement { issued: issued.wrapping_add(1), ..statement };
        prop_assert!(more.verify(&petition, &key.public_key()).is_err());
        Ok(())
    });
}

/// What other programs must sign and verify, written out.
#[test]
fn signs_the_text_of_the_specification() {
    let petition = PetitionId::from([0; 32]);
    let statement = IssuanceStatement::sign(&petition, 42, &statement_key());
    let text = "undersign issued v1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n42\n";
    assert!(statement_key().public_key().verify(text.as_bytes(), &statement.signature).is_ok());
}
