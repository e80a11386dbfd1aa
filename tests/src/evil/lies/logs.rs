use serde_json::Value;
use undersign_log_generator::rsa::Key;
use undersign_protocol::public_log::Entry;
use undersign_protocol::redemption::{Withdrawal, WithdrawalKey};

use crate::evil::{Answers, World};

/// Three signatures, two tokens issued.
pub fn beyond_issued(world: &World) -> Vec<Vec<u8>> {
    let signatures = (0..3).map(|number| world.signature(number)).collect();
    [vec![world.manifest.clone()], world.batch(2, signatures)].concat()
}

/// Nine tokens issued, then eight.
pub fn issued_fell(world: &World) -> Vec<Vec<u8>> {
    let early = world.batch(9, vec![world.signature(0)]);
    [vec![world.manifest.clone()], early, world.batch(8, vec![world.signature(1)])].concat()
}

/// A batch after the close.
pub fn after_close(world: &World) -> Vec<Vec<u8>> {
    [world.young(), vec![world.operator.close(6)], world.second_batch()].concat()
}

/// One token in two batches.
pub fn nonce_twice(world: &World) -> Vec<Vec<u8>> {
    [world.young(), world.batch(6, vec![world.signature(1)])].concat()
}

/// A withdrawal with a changed key.
pub fn withdrawal_without_key(world: &World) -> Vec<Vec<u8>> {
    let mut withdrawal = world.withdrawal();
    withdrawal[64] ^= 1;
    [world.young(), world.batch(6, vec![world.signature(5), withdrawal])].concat()
}

/// Somebody else's signature, taken back with a key of the operator's own.
pub fn withdrawal_of_anothers(world: &World) -> Vec<Vec<u8>> {
    let key = WithdrawalKey::from_bytes([7; 32]);
    let mut withdrawal = Entry::Withdrawal(Withdrawal::of(key)).encode();
    withdrawal[1..33].copy_from_slice(world.tokens[0].input.nonce.as_bytes());
    [world.young(), world.batch(6, vec![withdrawal])].concat()
}

/// A withdrawal without its signature.
pub fn withdrawal_of_nothing(world: &World) -> Vec<Vec<u8>> {
    [world.young(), world.batch(6, vec![world.signature(3), world.withdrawal()])].concat()
}

/// Two entries of a batch in the wrong order.
pub fn unsorted(world: &World) -> Vec<Vec<u8>> {
    let mut entries = world.grown();
    entries.swap(2, 3);
    entries
}

/// A token that names another key than the petition's.
pub fn token_of_another_key(world: &World) -> Vec<Vec<u8>> {
    let mut token = world.tokens[3].clone();
    token.input.token_key_id = Key::of_seed(2).expect("a key").public().expect("a token key").id();
    [world.young(), world.batch(6, vec![Entry::Signature(token).encode()])].concat()
}

/// A token whose signature nobody has made.
pub fn wrong_signature(world: &World) -> Vec<Vec<u8>> {
    let mut token = world.tokens[3].clone();
    token.authenticator[200] ^= 1;
    [world.young(), world.batch(6, vec![Entry::Signature(token).encode()])].concat()
}

/// The grown log, with other numbers in its total.
pub fn total(world: &World, numbers: &[(&str, u64)]) -> Answers {
    let mut answers = world.operator.log(&world.grown());
    let path = format!("/v1/petitions/{}/total", world.petition.petition_id());
    let total = answers.get_mut(&path).expect("a total");
    let mut document: Value = serde_json::from_slice(total).expect("JSON");
    numbers.iter().for_each(|(name, number)| document[name] = (*number).into());
    *total = document.to_string().into_bytes();
    answers
}
