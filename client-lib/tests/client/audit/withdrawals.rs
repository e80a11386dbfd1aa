use super::builder::{LogBuilder, withdrawal};

#[test]
fn a_withdrawal_whose_key_does_not_fit() {
    let mut log = LogBuilder::with_batches(&[1]);
    log.batch(1, vec![withdrawal(0)]);
    log.entries[4][40] ^= 1;
    log.assert_fails(Some(4), "withdrawal-key");
}

#[test]
fn a_withdrawal_of_a_signature_that_is_not_there() {
    let mut log = LogBuilder::with_batches(&[1]);
    log.batch(1, vec![withdrawal(5)]);
    log.batch(1, vec![withdrawal(0), withdrawal(6)]);
    log.assert_fails(Some(4), "withdrawal-of-nothing");
}

#[test]
fn a_signature_that_is_withdrawn_twice() {
    let mut log = LogBuilder::with_batches(&[2]);
    log.batch(2, vec![withdrawal(0)]);
    log.batch(2, vec![withdrawal(0)]);
    log.assert_fails(Some(7), "withdrawn-twice");
}

#[test]
fn a_withdrawal_that_is_repeated_before_its_signature() {
    let mut log = LogBuilder::new();
    log.batch(1, vec![withdrawal(0)]);
    log.batch(1, vec![withdrawal(0)]);
    log.batch(1, vec![log.signature(0)]);
    log.assert_fails(Some(4), "withdrawn-twice");
}

#[test]
fn a_signature_does_not_come_back_after_its_withdrawal() {
    let mut log = LogBuilder::with_batches(&[1]);
    log.batch(1, vec![withdrawal(0)]);
    log.batch(2, vec![log.signature(0)]);
    log.assert_fails(Some(6), "nonce-twice");
}
