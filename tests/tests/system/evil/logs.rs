use undersign_tests::evil::lies::logs;

use super::{World, assert_caught, assert_defect, world};

/// A log of these entries is signed and served, with the total that fits it.
async fn assert_found(entries: impl FnOnce(&World) -> Vec<Vec<u8>>, defect: &str, sentence: &str) {
    let world = world().await;
    let ended = world.audit(world.operator.log(&entries(&world)), &[]).await;
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
    assert_found(
        logs::beyond_issued,
        "more-than-issued",
        "there are more signatures than the 2 tokens that were issued by then",
    )
    .await;
}

#[tokio::test]
async fn an_issued_count_that_falls_is_found() {
    assert_found(logs::issued_fell, "issued-fell", "the issued count fell from 9 to 8").await;
}

#[tokio::test]
async fn entries_after_the_close_are_found() {
    assert_found(logs::after_close, "after-close", "after the close statement only notices may follow").await;
}

#[tokio::test]
async fn a_nonce_that_is_counted_twice_is_found() {
    assert_found(logs::nonce_twice, "nonce-twice", "this token's number was counted before").await;
}

#[tokio::test]
async fn a_withdrawal_without_its_key_is_found() {
    assert_found(logs::withdrawal_without_key, "withdrawal-key", "the key of the withdrawal does not fit").await;
}

#[tokio::test]
async fn a_withdrawal_of_another_s_signature_with_a_key_of_one_s_own_is_found() {
    assert_found(logs::withdrawal_of_anothers, "withdrawal-key", "the key of the withdrawal does not fit").await;
}

#[tokio::test]
async fn a_withdrawal_without_its_signature_is_found() {
    assert_found(
        logs::withdrawal_of_nothing,
        "withdrawal-of-nothing",
        "a signature is withdrawn that is not in the log",
    )
    .await;
}

#[tokio::test]
async fn a_batch_that_is_not_sorted_is_found() {
    assert_found(logs::unsorted, "unsorted", "the batch is not sorted").await;
}

#[tokio::test]
async fn a_total_that_is_larger_than_the_log_is_found() {
    let world = world().await;
    let ended = world.audit(logs::total(&world, &[("total", 5), ("signatures", 6)]), &[]).await;
    assert_defect(&ended, "total", "the shown total is wrong: 5 signatures are in the log, 6 are shown");
    let ended = world.audit(logs::total(&world, &[("total", 5), ("withdrawals", 0)]), &[]).await;
    assert_defect(&ended, "total", "the shown total is wrong: 1 withdrawals are in the log, 0 are shown");
    // One that contradicts itself needs no recount.
    let ended = world.audit(logs::total(&world, &[("total", 5)]), &[]).await;
    assert_caught(&ended, "the numbers of the total do not fit each other");
}
