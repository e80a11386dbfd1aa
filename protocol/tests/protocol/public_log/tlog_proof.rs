//! Proofs in files, and requests to witnesses: one text each.

use proptest::collection::vec;
use proptest::prelude::*;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::public_log::{
    AddCheckpoint, Checkpoint, CheckpointError, CheckpointKey, ConsistencyProof, Hash, InclusionProof, ProofError,
    TlogProof, TlogProofError, tree_root,
};

use crate::common::generate::{bytes, number};
use crate::common::laws::Format;

fn hashes() -> impl Strategy<Value = Vec<Hash>> {
    vec(bytes(), 0..=63)
}

fn note() -> impl Strategy<Value = String> {
    "[a-z/]{1,30}\n[0-9]{1,9}\n[A-Za-z]{43}=\n\n— [a-z/]{1,30} [A-Za-z]{40}\n".prop_map(String::from)
}

#[test]
fn proofs_keep_the_laws() {
    let proofs = (number(), hashes(), note()).prop_map(|(leaf_index, hashes, checkpoint)| TlogProof {
        leaf_index,
        inclusion: InclusionProof { hashes },
        checkpoint,
    });
    let format: Format<TlogProof> = Format {
        decode: |bytes| TlogProof::parse(std::str::from_utf8(bytes).ok()?).ok(),
        encode: |proof| proof.encode().into_bytes(),
    };
    format.keeps_the_laws_of_open_length(proofs);
}

#[test]
fn requests_keep_the_laws() {
    let requests = (number(), hashes(), note()).prop_map(|(old_size, hashes, checkpoint)| AddCheckpoint {
        old_size,
        proof: ConsistencyProof { hashes },
        checkpoint,
    });
    let format: Format<AddCheckpoint> = Format {
        decode: |bytes| AddCheckpoint::parse(std::str::from_utf8(bytes).ok()?).ok(),
        encode: |request| request.encode().into_bytes(),
    };
    format.keeps_the_laws_of_open_length(requests);
}

/// The example of C2SP tlog-witness.
#[test]
fn the_request_is_that_of_the_specification() {
    let text = "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
                5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n\
                example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
                — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+\
                zyWE+xeMcTOAYQ8=\n";
    let request = AddCheckpoint::parse(text).unwrap();
    assert_eq!((request.old_size, request.proof.hashes.len()), (20_852_014, 4));
    assert!(request.checkpoint.starts_with("example.com/behind-the-sofa\n20852163\n"));
    assert_eq!(request.encode(), text);
}

#[test]
fn other_spellings_are_refused() {
    for text in ["old 07\n\nx", "old +7\n\nx", "old\n\nx", "Old 7\n\nx", "old 7\nnot a hash\n\nx", "old 7\n", ""] {
        assert!(AddCheckpoint::parse(text).is_err(), "{text:?}");
    }
    let header = "c2sp.org/tlog-proof@v1";
    for text in [
        format!("{header}\nextra AA==\nindex 7\n\nx"),
        format!("{header}\nindex 07\n\nx"),
        format!("{header}\n\nx"),
        "c2sp.org/tlog-proof@v2\nindex 7\n\nx".to_owned(),
    ] {
        assert_eq!(TlogProof::parse(&text), Err(TlogProofError::Form), "{text:?}");
    }
    let hash = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    assert!(TlogProof::parse(&format!("{header}\nindex 7\n{}\nx", hash.repeat(63))).is_ok());
    assert!(TlogProof::parse(&format!("{header}\nindex 7\n{}\nx", hash.repeat(64))).is_err());
}

#[test]
fn a_proof_is_verified_without_the_log() {
    let key = SecretKey::from_seed(&[3; 32]);
    let leaves = [Hash::of_leaf(b"one"), Hash::of_leaf(b"two")];
    let head = Checkpoint { origin: "log.example".to_owned(), tree_size: 2, root: tree_root(&leaves) };
    let proof = TlogProof {
        leaf_index: 1,
        inclusion: InclusionProof { hashes: vec![leaves[0]] },
        checkpoint: head.sign(&key).unwrap(),
    };
    let proof = TlogProof::parse(&proof.encode()).unwrap();
    let known = CheckpointKey::new("log.example".to_owned(), key.public_key());
    assert_eq!(proof.verify(&leaves[1], &known), Ok(head));
    assert_eq!(proof.verify(&leaves[0], &known), Err(TlogProofError::Inclusion(ProofError)));
    let another = CheckpointKey::new("log.example".to_owned(), SecretKey::from_seed(&[4; 32]).public_key());
    assert_eq!(proof.verify(&leaves[1], &another), Err(TlogProofError::Checkpoint(CheckpointError::Signature)));
}
