//! Entries of a petition's log, every kind.

use proptest::collection::vec;
use proptest::prelude::*;
use undersign_protocol::codec::DecodeError;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::issuance::IssuanceStatement;
use undersign_protocol::petition::{PetitionId, SignedNotice, VerifiedManifest};
use undersign_protocol::public_log::{CloseStatement, Entry, Hash};
use undersign_protocol::redemption::Withdrawal;

use crate::common::generate::{bytes, number, token, withdrawal_key};
use crate::common::laws::{Format, check};
use crate::common::manifest::{statement_key, verified_example};

/// Kinds whose body has one size.
fn of_fixed_size() -> impl Strategy<Value = Entry> {
    let issuance = (number(), bytes()).prop_map(|(issued, signature)| IssuanceStatement { issued, signature });
    let close = (number(), bytes()).prop_map(|(issued, signature)| CloseStatement { issued, signature });
    prop_oneof![
        token().prop_map(Entry::Signature),
        withdrawal_key().prop_map(|key| Entry::Withdrawal(Withdrawal::of(key))),
        issuance.prop_map(Entry::IssuanceStatement),
        close.prop_map(Entry::CloseStatement),
    ]
}

/// Kinds whose body is JSON before a signature: it ends where the bytes end.
fn of_open_size() -> impl Strategy<Value = Entry> {
    let signed = || (vec(any::<u8>(), 0..400), bytes());
    prop_oneof![
        signed().prop_map(|(manifest, organiser_signature)| Entry::Manifest { manifest, organiser_signature }),
        signed().prop_map(|(notice, signature)| Entry::Notice(SignedNotice { notice, signature })),
    ]
}

const FORMAT: Format<Entry> = Format { decode: |bytes| Entry::decode(bytes).ok(), encode: Entry::encode };

#[test]
fn signatures_withdrawals_and_statements_keep_the_laws() {
    FORMAT.keeps_the_laws(of_fixed_size());
}

#[test]
fn manifests_and_notices_keep_the_laws() {
    FORMAT.keeps_the_laws_of_open_length(of_open_size());
}

#[test]
fn a_kind_stands_first() {
    check(prop_oneof![of_fixed_size(), of_open_size()], |entry| {
        let kind = match entry {
            Entry::Manifest { .. } => 0,
            Entry::Signature(_) => 1,
            Entry::Withdrawal(_) => 2,
            Entry::IssuanceStatement(_) => 3,
            Entry::CloseStatement(_) => 4,
            Entry::Notice(_) => 5,
        };
        prop_assert_eq!(entry.encode()[0], kind);
        prop_assert_eq!(entry.leaf_hash(), Hash::of_leaf(&entry.encode()));
        Ok(())
    });
}

#[test]
fn other_kinds_are_refused() {
    for kind in 6..=u8::MAX {
        assert_eq!(Entry::decode(&[[kind].as_slice(), &[0; 354]].concat()), Err(DecodeError::Invalid("kind")));
    }
    assert_eq!(Entry::decode(&[]), Err(DecodeError::Truncated));
}

#[test]
fn sizes_are_those_of_the_design() {
    let sizes = [(1, 354), (2, 64), (3, 72), (4, 72)];
    for (kind, size) in sizes {
        for other in [0, 1, size - 1, size + 1] {
            assert!(Entry::decode(&[vec![kind], vec![0; other]].concat()).is_err(), "kind {kind} of {other} bytes");
        }
    }
    assert!(Entry::decode(&[vec![3], vec![0; 72]].concat()).is_ok());
    assert!(Entry::decode(&[vec![0], vec![0; 63]].concat()).is_err(), "no room for a signature");
}

/// A bundle holds an entry behind a two-byte length.
#[test]
fn an_entry_has_at_most_65535_bytes() {
    for kind in [0, 5] {
        assert!(Entry::decode(&[vec![kind], vec![b' '; 65_534]].concat()).is_ok());
        let longer = Entry::decode(&[vec![kind], vec![b' '; 65_535]].concat());
        assert_eq!(longer, Err(DecodeError::Invalid("entry size")));
    }
}

#[test]
fn a_withdrawal_whose_key_does_not_fit_is_refused() {
    check((withdrawal_key(), any::<[u8; 32]>()), |(key, nonce)| {
        let bytes = [[2].as_slice(), &nonce, key.as_bytes()].concat();
        prop_assert_eq!(Entry::decode(&bytes), Err(DecodeError::Invalid("withdrawal_key")));
        Ok(())
    });
}

/// What an entry of kind 0 carries is checked by nobody but [`VerifiedManifest`]: one byte more or less is no manifest.
#[test]
fn a_manifest_entry_holds_what_verifies() {
    let petition = verified_example();
    let entry = Entry::Manifest {
        manifest: petition.canonical().to_vec(),
        organiser_signature: *petition.organiser_signature(),
    };
    let encoding = entry.encode();
    let read = |bytes: &[u8]| match Entry::decode(bytes) {
        Ok(Entry::Manifest { manifest, organiser_signature }) => {
            VerifiedManifest::verify(&manifest, organiser_signature).ok()
        }
        _ => None,
    };
    assert_eq!(read(&encoding), Some(petition));
    assert_eq!(read(&encoding[..encoding.len() - 1]), None);
    assert_eq!(read(&[encoding.as_slice(), b"}"].concat()), None);
}

#[test]
fn a_close_statement_verifies_for_its_petition_and_count_and_is_no_issuance_statement() {
    let petition = PetitionId::from([0; 32]);
    let key = statement_key().public_key();
    let close = CloseStatement::sign(&petition, 42, &statement_key());
    assert!(close.verify(&petition, &key).is_ok());
    assert!(close.verify(&PetitionId::from([1; 32]), &key).is_err());
    assert!(CloseStatement { issued: 43, ..close }.verify(&petition, &key).is_err());
    assert!(close.verify(&petition, &SecretKey::from_seed(&[9; 32]).public_key()).is_err());
    let text = "undersign close v1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n42\n";
    assert!(key.verify(text.as_bytes(), &close.signature).is_ok());
    let as_issued = IssuanceStatement { issued: close.issued, signature: close.signature };
    assert!(as_issued.verify(&petition, &key).is_err());
}
