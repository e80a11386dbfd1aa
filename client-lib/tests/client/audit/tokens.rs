use undersign_client_lib::audit::{Claims, NonceKey, Recount};
use undersign_protocol::issuance::{ChallengeDigest, TokenKeyId};
use undersign_protocol::public_log::{Entry, TilePath};
use undersign_protocol::redemption::{Token, TokenInput};

use super::builder::{LogBuilder, sign, withdrawal_key};

/// A log with an honest signature before and after this one.
fn among_others(token: Token) -> (LogBuilder, u64) {
    let mut log = LogBuilder::with_batches(&[1]);
    let entry = Entry::Signature(token);
    log.batch(2, vec![entry.clone()]);
    log.batch(3, vec![log.signature(9)]);
    let index = log.index_of(&entry);
    (log, index)
}

fn input() -> TokenInput {
    let log = LogBuilder::new();
    TokenInput::of_petition(log.petition.manifest(), &log.petition.petition_id(), withdrawal_key(7).nonce())
}

#[test]
fn a_token_of_another_key() {
    let other = TokenKeyId::from([1; 32]);
    let (log, index) = among_others(sign(TokenInput { token_key_id: other, ..input() }));
    log.assert_fails(Some(index), "key-id");
}

/// It is well signed by the right key: only the comparison of the whole id tells it from another token with the same last byte.
#[test]
fn a_token_whose_key_id_has_only_the_right_last_byte() {
    let mut bytes = *input().token_key_id.as_bytes();
    bytes[0] ^= 1;
    let (log, index) = among_others(sign(TokenInput { token_key_id: TokenKeyId::from(bytes), ..input() }));
    log.assert_fails(Some(index), "key-id");
}

#[test]
fn a_token_for_another_petition() {
    let other = ChallengeDigest::from([1; 32]);
    let (log, index) = among_others(sign(TokenInput { challenge_digest: other, ..input() }));
    log.assert_fails(Some(index), "challenge");
}

#[test]
fn a_token_whose_signature_is_not_valid() {
    for byte in [0, 128, 255] {
        let mut token = sign(input());
        token.authenticator[byte] ^= 1;
        let (log, index) = among_others(token);
        log.assert_fails(Some(index), "signature");
    }
}

/// Each token alone: two whose faults cancel out in a product are two failures.
#[test]
fn two_signatures_that_are_exchanged_fail_both() {
    let (mut first, mut second) = (sign(input()), sign(TokenInput { nonce: withdrawal_key(8).nonce(), ..input() }));
    std::mem::swap(&mut first.authenticator, &mut second.authenticator);
    let mut log = LogBuilder::new();
    log.batch(2, vec![Entry::Signature(first), Entry::Signature(second)]);
    log.assert_fails(Some(2), "signature");
}

#[test]
fn a_signature_that_is_counted_twice() {
    let mut log = LogBuilder::with_batches(&[2]);
    log.batch(3, vec![log.signature(0)]);
    log.assert_fails(Some(5), "nonce-twice");

    // Another signature over the same input is the same vote.
    let mut log = LogBuilder::new();
    let twice = vec![Entry::Signature(sign(input())), Entry::Signature(sign(input()))];
    assert_ne!(twice[0], twice[1]);
    log.batch(2, twice);
    log.assert_fails(Some(3), "nonce-twice");
}

/// Many threads find failures in any order; what is told is the first in the log.
#[test]
fn of_several_failures_the_first_one_is_told() {
    let mut log = LogBuilder::new();
    let spoilt = |log: &LogBuilder, number: u64| {
        let Entry::Signature(mut token) = log.signature(number) else { unreachable!("a signature") };
        if number % 100 == 99 {
            token.authenticator[200] ^= 1;
        }
        Entry::Signature(token)
    };
    let entries: Vec<Entry> = (0..600).map(|number| spoilt(&log, number)).collect();
    log.batch(600, entries.clone());
    log.push(&log.manifest_entry());
    let first = entries.iter().skip(99).step_by(100).map(|entry| log.index_of(entry)).min();
    log.assert_fails(first, "signature");
}

#[test]
fn there_is_no_verdict_before_every_signature_was_verified() {
    let log = LogBuilder::with_batches(&[2]);
    let begin = || Recount::new(log.petition.clone(), Claims::new(&log.checkpoint()), NonceKey::from([0; 32]));
    let bundle = log.bundle(TilePath { level: None, index: 0, width: 4 });

    let mut recount = begin();
    let tokens = recount.take(&bundle).ok().unwrap();
    assert_eq!(tokens.iter().map(|token| token.entry()).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(recount.finish().unwrap_err().defect.name(), "unfinished");

    let mut recount = begin();
    let tokens = recount.take(&bundle).ok().unwrap();
    assert_eq!(tokens.judged(&[true]).err().unwrap().entry, Some(3), "one was left out");
    let mut recount_again = begin();
    let tokens = recount_again.take(&bundle).ok().unwrap();
    recount_again.verified(tokens.judged(&[true, true]).ok().unwrap());
    assert_eq!(recount_again.finish().unwrap().tally().total(), 2);
    assert!(recount.finish().is_err());
}
