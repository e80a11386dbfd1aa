use undersign_client_lib::audit::Defect;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::issuance::IssuanceStatement;
use undersign_protocol::petition::PetitionId;
use undersign_protocol::public_log::{CloseStatement, Entry};

use super::builder::LogBuilder;
use crate::support::petition::statement_key;

#[test]
fn a_count_that_falls() {
    let mut log = LogBuilder::with_batches(&[1]);
    log.batch(9, vec![log.signature(1)]);
    log.batch(8, vec![log.signature(2)]);
    assert_eq!(log.assert_fails(Some(5), "issued-fell"), Defect::IssuedFell { before: 9, now: 8 });
}

#[test]
fn more_signatures_than_were_issued() {
    let mut log = LogBuilder::with_batches(&[2]);
    log.batch(3, vec![log.signature(2), log.signature(3)]);
    assert_eq!(log.assert_fails(Some(6), "more-than-issued"), Defect::MoreThanIssued { issued: 3 });
}

#[test]
fn a_final_count_below_an_earlier_one() {
    let mut log = LogBuilder::with_batches(&[3]);
    log.push(&log.close(2));
    log.assert_fails(Some(5), "issued-fell");
}

#[test]
fn counts_that_the_issuer_has_not_signed() {
    let other_key = SecretKey::from_seed(&[99; 32]);
    let other_petition = PetitionId::from([9; 32]);
    let id = LogBuilder::new().petition.petition_id();
    for statement in [
        IssuanceStatement::sign(&id, 1, &other_key),
        IssuanceStatement::sign(&other_petition, 1, &statement_key()),
        IssuanceStatement { issued: 2, ..IssuanceStatement::sign(&id, 1, &statement_key()) },
        // A close statement's signature is over another text.
        IssuanceStatement { issued: 1, signature: CloseStatement::sign(&id, 1, &statement_key()).signature },
    ] {
        let mut log = LogBuilder::new();
        log.push(&Entry::IssuanceStatement(statement));
        log.push(&log.signature(0));
        log.assert_fails(Some(1), "statement-signature");
    }
    for statement in [
        CloseStatement::sign(&id, 1, &other_key),
        CloseStatement::sign(&other_petition, 1, &statement_key()),
        CloseStatement { issued: 1, signature: IssuanceStatement::sign(&id, 1, &statement_key()).signature },
    ] {
        let mut log = LogBuilder::with_batches(&[1]);
        log.push(&Entry::CloseStatement(statement));
        log.assert_fails(Some(3), "close-signature");
    }
}
