//! How old cosignatures may be, before the end of a petition and after it.

use undersign_client_lib::witnesses::{Demand, MAX_AGE};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::public_log::{Checkpoint, NotWitnessed, Policy, WitnessKey};
use undersign_protocol::timestamp::{DAY, Timestamp};

use crate::support::petition::time;

/// A head that the one witness of the policy has cosigned at this time.
fn cosigned(at: Timestamp) -> (Policy, String) {
    let key = SecretKey::from_seed(&[1; 32]);
    let witness = WitnessKey::new("witness.example", key.public_key()).unwrap();
    let head = Checkpoint { origin: "log.example".to_owned(), tree_size: 7, root: [1; 32].into() };
    let note = head.sign(&SecretKey::from_seed(&[2; 32])).unwrap() + &witness.cosign(&head, at, &key);
    (Policy::parse(&format!("witness w {witness}\nquorum w\n")).unwrap(), note)
}

fn check(at: Timestamp, now: Timestamp, max_age: u64) -> Result<(), NotWitnessed> {
    let (policy, note) = cosigned(at);
    Demand { policy: &policy, now, max_age }.check(&note, time("2026-12-31T00:00:00Z"))
}

#[test]
fn while_a_petition_is_open_an_old_cosignature_does_not_count() {
    let now = time("2026-12-10T12:00:00Z");
    for (ago, is_recent) in [(0, true), (DAY, true), (DAY + 1, false), (30 * DAY, false)] {
        let at = now.minus(ago);
        let expected = if is_recent { Ok(()) } else { Err(NotWitnessed::Stale { at, since: now.minus(DAY) }) };
        assert_eq!(check(at, now, MAX_AGE), expected, "{ago}");
    }
    assert_eq!(check(now.minus(30 * DAY), now, 31 * DAY), Ok(()));
    assert_eq!(check(time("2001-01-01T00:00:00Z"), now, u64::MAX), Ok(()));
}

/// For ever: but a head that was old at the end is no head of the end.
#[test]
fn after_the_end_what_was_recent_at_the_end_counts_for_ever() {
    for now in ["2026-12-31T00:00:00Z", "2027-06-01T00:00:00Z", "2126-01-01T00:00:00Z"].map(time) {
        assert_eq!(check(time("2027-01-02T00:00:00Z"), now, MAX_AGE), Ok(()));
        assert_eq!(check(time("2026-12-30T00:00:00Z"), now, MAX_AGE), Ok(()));
        let stale = check(time("2026-12-29T23:59:59Z"), now, MAX_AGE);
        assert!(matches!(stale, Err(NotWitnessed::Stale { .. })), "{stale:?}");
    }
}
