//! Rules for the times of a petition, of publication and of redemption.

use undersign_protocol::petition::{Publication, Redemption};
use undersign_protocol::timestamp::DAY;

use super::manifest_rules::{check, rule};

#[test]
fn a_close_before_the_opening() {
    let says = "closes_at: must be later than opens_at";
    assert_eq!(rule(|m| m.closes_at = m.opens_at), says);
    assert_eq!(rule(|m| std::mem::swap(&mut m.closes_at, &mut m.opens_at)), says);
    assert_eq!(check(|m| m.closes_at = m.opens_at.plus(1)), Ok(()));
}

#[test]
fn a_grace_of_more_than_30_days() {
    assert_eq!(rule(|m| m.grace = 30 * DAY + 1), "grace: at most 30 days");
    assert_eq!(check(|m| m.grace = 30 * DAY), Ok(()));
    assert_eq!(check(|m| m.grace = 0), Ok(()));
}

fn publication(interval: u64, min_batch: u64, max_wait: u64) -> Publication {
    Publication { interval, min_batch, max_wait }
}

#[test]
fn intervals_out_of_bounds() {
    let says = "publication.interval: 1 second to one day";
    assert_eq!(rule(|m| m.publication = publication(0, 1, DAY)), says);
    assert_eq!(rule(|m| m.publication = publication(DAY + 1, 1, DAY + 1)), says);
    assert_eq!(check(|m| m.publication = publication(1, 1, 1)), Ok(()));
    assert_eq!(check(|m| m.publication = publication(DAY, 1, DAY)), Ok(()));
}

#[test]
fn batches_of_none() {
    assert_eq!(rule(|m| m.publication = publication(600, 0, 600)), "publication.min_batch: at least 1");
}

#[test]
fn a_max_wait_that_is_no_multiple_or_too_long() {
    let says = "publication.max_wait: a multiple of interval, at most 30 days";
    for max_wait in [0, 1, 599, 601, 900, 30 * DAY + 600] {
        assert_eq!(rule(|m| m.publication = publication(600, 1, max_wait)), says, "{max_wait}");
    }
    for max_wait in [600, 1_200, DAY, 30 * DAY] {
        assert_eq!(check(|m| m.publication = publication(600, 1, max_wait)), Ok(()), "{max_wait}");
    }
}

#[test]
fn epochs_out_of_bounds() {
    let epoch = |epoch| Redemption::NextEpoch { epoch };
    for seconds in [0, 59, 30 * DAY + 1] {
        assert_eq!(rule(|m| m.redemption = epoch(seconds)), "redemption.epoch: one minute to 30 days");
    }
    assert_eq!(check(|m| m.redemption = epoch(60)), Ok(()));
    assert_eq!(check(|m| m.redemption = Redemption::Immediate {}), Ok(()));
}
