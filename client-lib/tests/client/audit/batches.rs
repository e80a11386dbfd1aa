use undersign_protocol::public_log::Hash;

use super::builder::{LogBuilder, withdrawal};

#[test]
fn a_batch_without_a_statement() {
    let mut log = LogBuilder::new();
    log.push(&log.signature(0));
    log.assert_fails(Some(1), "outside-batch");
}

#[test]
fn a_batch_ends_at_a_notice() {
    let mut log = LogBuilder::with_batches(&[1]);
    log.push(&log.update());
    log.push(&withdrawal(0));
    log.assert_fails(Some(4), "outside-batch");
}

#[test]
fn a_batch_that_is_not_sorted() {
    let mut log = LogBuilder::with_batches(&[1, 3]);
    log.entries.swap(5, 6);
    log.assert_fails(Some(6), "unsorted");
}

/// Signatures and withdrawals are sorted together, so that neither tells when it came.
#[test]
fn signatures_and_withdrawals_that_are_sorted_apart() {
    let mut log = LogBuilder::with_batches(&[4]);
    log.batch(8, (4..8).map(|number| log.signature(number)).chain((0..4).map(withdrawal)).collect());
    let sorted = log.entries.split_off(7);
    let mut apart = sorted.clone();
    apart.sort_by_key(|entry| entry[0]);
    if apart == sorted {
        // One time in seventy chance has put all signatures first; then the withdrawals are.
        apart.rotate_left(4);
    }
    let unsorted = apart.windows(2).position(|pair| Hash::of_leaf(&pair[0]) > Hash::of_leaf(&pair[1]));
    log.entries.extend(apart);
    log.assert_fails(Some(unsorted.unwrap() as u64 + 8), "unsorted");
}

#[test]
fn statements_without_a_batch() {
    let followers: [fn(&LogBuilder) -> _; 3] = [|log| log.statement(1), |log| log.close(1), |log| log.update()];
    for follower in followers {
        let mut log = LogBuilder::new();
        log.push(&log.statement(1));
        log.push(&follower(&log));
        log.assert_fails(Some(2), "empty-batch");
    }
    let mut log = LogBuilder::with_batches(&[1]);
    log.push(&log.statement(1));
    log.assert_fails(Some(3), "empty-batch");
}

#[test]
fn whatever_but_notices_after_the_close() {
    let entries: [fn(&LogBuilder) -> _; 4] =
        [|log| log.signature(1), |_| withdrawal(0), |log| log.statement(2), |log| log.close(2)];
    for entry in entries {
        let mut log = LogBuilder::with_batches(&[1]);
        log.push(&log.close(2));
        log.push(&log.update());
        log.push(&entry(&log));
        log.assert_fails(Some(5), "after-close");
    }
}
