use serde_json::Value;
use undersign_protocol::public_log::Entry;
use undersign_protocol::redemption::{Withdrawal, WithdrawalKey};

use super::{World, assert_caught, assert_defect, world};

/// A log of these entries is signed and served, with the total that fits it.
async fn assert_found(edit: impl FnOnce(&World) -> Vec<Vec<u8>>, defect: &str, sentence: &str) {
    let world = world().await;
    let ended = world.audit(world.operator.log(&edit(&world)), &[]).await;
    assert_defect(&ended, defect, sentence);
}

#[tokio::test]
async fn a_log_without_a_lie_is_confirmed() {
    let world = world().await;
    let mut entries = world.grown();
    for _ in 0..2 {
        let ended = world.audit(world.operator.log(&entries), &[]).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let verdict = ended.event("verdict").expect("a verdict");
        assert_eq!([&verdict["signatures"], &verdict["withdrawals"], &verdict["total"]], [5, 1, 4]);
        entries.push(world.operator.close(6));
    }
}

#[tokio::test]
async fn signatures_beyond_what_was_issued_are_found() {
    let edit = |world: &World| {
        let signatures = (0..3).map(|number| world.signature(number)).collect();
        [vec![world.manifest.clone()], world.batch(2, signatures)].concat()
    };
    assert_found(edit, "more-than-issued", "there are more signatures than the 2 tokens that were issued by then")
        .await;
}

#[tokio::test]
async fn an_issued_count_that_falls_is_found() {
    let edit = |world: &World| {
        let early = world.batch(9, vec![world.signature(0)]);
        [vec![world.manifest.clone()], early, world.batch(8, vec![world.signature(1)])].concat()
    };
    assert_found(edit, "issued-fell", "the issued count fell from 9 to 8").await;
}

#[tokio::test]
async fn entries_after_the_close_are_found() {
    let edit = |world: &World| [world.young(), vec![world.operator.close(6)], world.second_batch()].concat();
    assert_found(edit, "after-close", "after the close statement only notices may follow").await;
}

#[tokio::test]
async fn a_nonce_that_is_counted_twice_is_found() {
    let edit = |world: &World| [world.young(), world.batch(6, vec![world.signature(1)])].concat();
    assert_found(edit, "nonce-twice", "this token's number was counted before").await;
}

#[tokio::test]
async fn a_withdrawal_without_its_key_is_found() {
    let edit = |world: &World| {
        let mut withdrawal = world.withdrawal();
        withdrawal[64] ^= 1;
        [world.young(), world.batch(6, vec![world.signature(5), withdrawal])].concat()
    };
    assert_found(edit, "withdrawal-key", "the key of the withdrawal does not fit").await;
}

#[tokio::test]
async fn a_withdrawal_of_another_s_signature_with_a_key_of_one_s_own_is_found() {
    let edit = |world: &World| {
        let key = WithdrawalKey::from_bytes([7; 32]);
        let mut withdrawal = Entry::Withdrawal(Withdrawal::of(key)).encode();
        withdrawal[1..33].copy_from_slice(world.tokens[0].input.nonce.as_bytes());
        [world.young(), world.batch(6, vec![withdrawal])].concat()
    };
    assert_found(edit, "withdrawal-key", "the key of the withdrawal does not fit").await;
}

#[tokio::test]
async fn a_withdrawal_without_its_signature_is_found() {
    let edit = |world: &World| [world.young(), world.batch(6, vec![world.signature(3), world.withdrawal()])].concat();
    assert_found(edit, "withdrawal-of-nothing", "a signature is withdrawn that is not in the log").await;
}

#[tokio::test]
async fn a_batch_that_is_not_sorted_is_found() {
    let edit = |world: &World| {
        let mut entries = world.grown();
        entries.swap(2, 3);
        entries
    };
    assert_found(edit, "unsorted", "the batch is not sorted").await;
}

#[tokio::test]
async fn a_total_that_is_larger_than_the_log_is_found() {
    let world = world().await;
    let path = format!("/v1/petitions/{}/total", world.petition.petition_id());
    let lie = |numbers: &[(&str, u64)]| {
        let mut answers = world.operator.log(&world.grown());
        let total = answers.get_mut(&path).expect("a total");
        let mut document: Value = serde_json::from_slice(total).expect("JSON");
        numbers.iter().for_each(|(name, number)| document[name] = (*number).into());
        *total = document.to_string().into_bytes();
        answers
    };
    let ended = world.audit(lie(&[("total", 5), ("signatures", 6)]), &[]).await;
    assert_defect(&ended, "total", "the shown total is wrong: 5 signatures are in the log, 6 are shown");
    let ended = world.audit(lie(&[("total", 5), ("withdrawals", 0)]), &[]).await;
    assert_defect(&ended, "total", "the shown total is wrong: 1 withdrawals are in the log, 0 are shown");
    // One that contradicts itself needs no recount.
    let ended = world.audit(lie(&[("total", 5)]), &[]).await;
    assert_caught(&ended, "the numbers of the total do not fit each other");
}
