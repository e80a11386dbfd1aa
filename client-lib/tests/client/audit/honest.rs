use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};
use undersign_client_lib::audit::petition_of;
use undersign_protocol::petition::{NoticeContent, NoticeSigner};
use undersign_protocol::public_log::TilePath;

use super::builder::{LogBuilder, withdrawal};
use crate::support::petition::{log_key, organiser_key, time};

#[test]
fn a_log_without_a_signature_is_counted() {
    let verdict = LogBuilder::new().recount().unwrap();
    assert_eq!((verdict.tally().total(), verdict.tree_size(), verdict.closed()), (0, 1, None));
}

#[test]
fn signatures_withdrawals_notices_and_the_close_are_counted() {
    let mut log = LogBuilder::with_batches(&[3, 2]);
    log.push(&log.update());
    let of_both = vec![withdrawal(1), log.signature(5), withdrawal(5)];
    log.batch(9, of_both);
    let earlier = NoticeContent::Close { closes_at: time("2027-01-01T00:00:00Z") };
    log.push(&log.notice(NoticeSigner::Operator, earlier, &log_key(0)));
    log.push(&log.close(9));
    log.push(&log.notice(NoticeSigner::Organiser, NoticeContent::Answer {}, &organiser_key()));
    let verdict = log.recount().unwrap();
    let tally = verdict.tally();
    assert_eq!((tally.signatures, tally.withdrawals, tally.total(), tally.issued), (6, 2, 4, 9));
    assert_eq!((verdict.tree_size(), verdict.root()), (log.entries.len() as u64, log.checkpoint().root));
    assert_eq!(verdict.closed(), Some(log.entries.len() as u64 - 2));
    assert_eq!((verdict.notices().count, verdict.notices().closes_at), (3, time("2027-01-01T00:00:00Z")));
}

#[test]
fn a_withdrawal_may_stand_before_its_signature() {
    let mut log = LogBuilder::new();
    log.batch(1, vec![withdrawal(0)]);
    log.batch(1, vec![log.signature(0)]);
    assert_eq!(log.recount().unwrap().tally().total(), 0);
}

#[test]
fn a_later_closing_time_in_a_notice_changes_nothing() {
    let mut log = LogBuilder::new();
    let later = NoticeContent::Close { closes_at: time("2028-01-01T00:00:00Z") };
    log.push(&log.notice(NoticeSigner::Organiser, later, &organiser_key()));
    assert_eq!(log.recount().unwrap().notices().closes_at, log.petition.manifest().closes_at);
}

#[test]
fn a_log_of_several_bundles_is_counted() {
    let log = LogBuilder::with_batches(&[300, 220]);
    let verdict = log.recount().unwrap();
    assert_eq!((verdict.tally().total(), verdict.tree_size()), (520, 523));
}

#[test]
fn the_petition_of_a_copy_is_read_from_its_first_bundle() {
    let log = LogBuilder::with_batches(&[1]);
    let bundle = log.bundle(TilePath { level: None, index: 0, width: 3 });
    assert_eq!(petition_of(&bundle, 3).unwrap(), log.petition);
    assert_eq!(petition_of(&bundle[2..], 3).unwrap_err().defect.name(), "bundle");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever batches there are, and wherever notices and withdrawals stand, the recount is the number of distinct signatures less
    /// that of distinct withdrawals; and no entry can be dropped, or two be exchanged, under the same head.
    #[test]
    fn any_honest_log_is_counted_and_no_change_of_it_is(
        sizes in proptest::collection::vec(1u64..6, 1..4),
        withdrawn in proptest::collection::vec(any::<bool>(), 18),
        early in any::<bool>(),
        notices in proptest::collection::vec(any::<bool>(), 4),
        place in any::<proptest::sample::Index>(),
    ) {
        let mut log = LogBuilder::new();
        let count: u64 = sizes.iter().sum();
        let withdrawals: Vec<u64> = (0..count).filter(|number| withdrawn[*number as usize]).collect();
        let mut first = 0;
        for (batch, size) in sizes.iter().enumerate() {
            if notices[batch] {
                log.push(&log.update());
            }
            let mut entries: Vec<_> = (first..first + size).map(|number| log.signature(number)).collect();
            first += size;
            if (batch == 0 && early) || (batch + 1 == sizes.len() && !early) {
                entries.extend(withdrawals.iter().map(|number| withdrawal(*number)));
            }
            log.batch(first + 1, entries);
        }
        let tally = *log.recount().unwrap().tally();
        prop_assert_eq!((tally.signatures, tally.withdrawals), (count, withdrawals.len() as u64));

        let claims = undersign_client_lib::audit::Claims::new(&log.checkpoint()).with_total(&log.total()).unwrap();
        let place = place.index(log.entries.len() - 1);
        let honest = log.entries.clone();
        log.entries.swap(place, place + 1);
        assert!(log.recount_with(claims.clone()).is_err(), "two entries were exchanged");
        log.entries = honest;
        log.entries.remove(place);
        log.push(&log.update());
        assert!(log.recount_with(claims).is_err(), "an entry was dropped");
    }
}
