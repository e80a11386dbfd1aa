use undersign_client_lib::audit::{Claims, Defect};
use undersign_protocol::public_log::{Checkpoint, Hash};
use undersign_protocol::tally::TotalDocument;

use super::builder::LogBuilder;

fn log() -> LogBuilder {
    LogBuilder::with_batches(&[3, 3])
}

fn failed(log: &LogBuilder, claims: Claims) -> Defect {
    let failure = log.recount_with(claims).unwrap_err();
    assert_eq!(failure.entry, None, "{failure}");
    failure.defect
}

#[test]
fn a_root_that_the_entries_do_not_give() {
    let log = log();
    let wrong = Checkpoint { root: Hash::from([1; 32]), ..log.checkpoint() };
    assert_eq!(failed(&log, Claims::new(&wrong)), Defect::Root { tree_size: 9 });
}

/// Each of the entries is valid where it stands; together they are not what was signed.
#[test]
fn an_entry_that_was_replaced_dropped_or_added() {
    let signed = Claims::new(&log().checkpoint());
    let mut replaced = log();
    replaced.entries.truncate(5);
    let tokens = (3..5).chain([77]).map(|number| replaced.signature(number)).collect();
    replaced.batch(6, tokens);
    assert_eq!(failed(&replaced, signed.clone()), Defect::Root { tree_size: 9 });

    let mut dropped = log();
    dropped.entries.remove(2);
    dropped.push(&dropped.update());
    assert_eq!(failed(&dropped, signed.clone()), Defect::Root { tree_size: 9 });

    let mut reordered = log();
    let second = reordered.entries.split_off(5);
    let (first, notice) = (reordered.entries.split_off(1), reordered.update());
    reordered.push(&notice);
    let with_notice = [reordered.entries.clone(), first.clone(), second.clone()].concat();
    let notice_later = [vec![with_notice[0].clone()], first, vec![with_notice[1].clone()], second].concat();
    reordered.entries = with_notice;
    let claims = Claims::new(&reordered.checkpoint());
    reordered.entries = notice_later;
    assert_eq!(failed(&reordered, claims), Defect::Root { tree_size: 10 });
}

#[test]
fn each_number_of_a_total_is_compared() {
    let log = log();
    let honest = log.total();
    let wrong = [
        ("signatures", TotalDocument { signatures: 7, ..honest.clone() }),
        ("withdrawals", TotalDocument { withdrawals: 1, ..honest.clone() }),
        ("issued tokens", TotalDocument { issued: 7, ..honest }),
    ];
    for (name, total) in wrong {
        let defect = failed(&log, Claims::new(&log.checkpoint()).with_total(&total).unwrap());
        assert!(matches!(defect, Defect::Total { number, .. } if number == name), "{defect}");
    }
}

/// The total may be that of a tree between two batches; the recount goes to the larger head and compares on the way.
#[test]
fn a_total_of_an_earlier_head_is_compared_there() {
    let log = log();
    let earlier = LogBuilder { petition: log.petition.clone(), entries: log.entries[..5].to_vec() };
    let claims = Claims::new(&log.checkpoint()).with_total(&earlier.total()).unwrap();
    assert_eq!(log.recount_with(claims).unwrap().tally().signatures, 6);
    let claims = Claims::new(&earlier.checkpoint()).with_total(&log.total()).unwrap();
    assert_eq!(log.recount_with(claims).unwrap().tree_size(), 9, "the total's head is the larger one");
    let wrong = TotalDocument { signatures: 2, ..earlier.total() };
    let defect = failed(&log, Claims::new(&log.checkpoint()).with_total(&wrong).unwrap());
    assert_eq!(defect, Defect::Total { number: "signatures", shown: 2, counted: 3 });
}

#[test]
fn a_log_that_grew_holds_what_it_has_signed_before() {
    let log = log();
    for size in 1..=9 {
        let claims = Claims::new(&log.checkpoint()).with_remembered(&log.checkpoint_of(size)).unwrap();
        log.recount_with(claims).unwrap();
    }
}

#[test]
fn a_log_that_was_rewritten_below_an_earlier_head() {
    let log = log();
    let other = LogBuilder::with_batches(&[3]).checkpoint();
    assert_ne!(other.root, log.checkpoint_of(5).root, "PSS draws its salt");
    let claims = Claims::new(&log.checkpoint()).with_remembered(&other).unwrap();
    assert_eq!(failed(&log, claims.clone()), Defect::Rewritten { tree_size: 5 });

    // Where the entries are not the log's at all, nothing is said against the log.
    let mut served = LogBuilder { petition: log.petition.clone(), entries: log.entries.clone() };
    served.entries[1] = served.update().encode();
    served.entries.insert(2, log.entries[1].clone());
    served.entries.remove(3);
    assert_eq!(failed(&served, claims), Defect::Root { tree_size: 9 });
}

#[test]
fn a_log_that_is_smaller_than_it_was_or_signed_twice_in_one_size() {
    let log = log();
    let smaller = Claims::new(&log.checkpoint_of(5));
    let failure = smaller.with_remembered(&log.checkpoint()).unwrap_err();
    assert_eq!(failure.defect, Defect::Shrunk { remembered: 9, shown: 5 });

    let other = LogBuilder::with_batches(&[3, 3]);
    let failure = Claims::new(&log.checkpoint()).with_remembered(&other.checkpoint()).unwrap_err();
    assert_eq!(failure.defect, Defect::Forked { tree_size: 9 });
    let failure = Claims::new(&log.checkpoint()).with_total(&other.total()).unwrap_err();
    assert_eq!(failure.defect, Defect::Forked { tree_size: 9 });
}
