use undersign_client_lib::journey::{Bundle, Counted, PromiseError, RedemptionError, Schedule, TokenHeld, When};
use undersign_protocol::petition::Redemption;
use undersign_protocol::problem::Problem;
use undersign_protocol::redemption::{Promise, RedemptionAnswer};
use undersign_protocol::timestamp::Timestamp;

use crate::support::petition::{log_key, manifest, now, time};
use crate::support::rng::TestRng;
use crate::support::server::{TestServer, answer, problem};
use crate::support::{confirmed, prepared, token_held};

fn held(server: &mut TestServer) -> TokenHeld {
    let prepared = prepared(server, 0, Bundle::WholeRun, 1);
    let confirmed = confirmed(server, prepared);
    token_held(server, confirmed)
}

fn json(answer_: &RedemptionAnswer) -> undersign_client_lib::response::Response {
    answer(200, "application/json", serde_json::to_vec(answer_).unwrap())
}

/// The honest promise and the log's name.
fn promise(server: &mut TestServer, held: &TokenHeld) -> (Promise, String) {
    let response = server.answer(&held.redemption_request(server.now).unwrap());
    let RedemptionAnswer::Promised { leaf_hash, promise, publish_by } = serde_json::from_slice(&response.body).unwrap()
    else {
        panic!("a promise");
    };
    (Promise { leaf_hash, publish_by, signature: promise }, server.petitions[0].petition.log_origin())
}

#[test]
fn a_promise_must_be_for_this_token_by_this_log_and_in_time() {
    let mut server = TestServer::new(1);
    let mut held = held(&mut server);
    let (good, origin) = promise(&mut server, &held);
    let key = log_key(0);
    let mut other_leaf = *good.leaf_hash.as_bytes();
    other_leaf[0] ^= 1;
    let late = good.publish_by.plus(1);
    let cases = [
        (Promise::sign(&origin, other_leaf.into(), good.publish_by, &key), "another signature"),
        (Promise::sign(&origin, good.leaf_hash, good.publish_by, &log_key(1)), "not signed by the petition's log"),
        (Promise::sign("petitions.example/v1/log", good.leaf_hash, good.publish_by, &key), "not signed"),
        (Promise { publish_by: late, ..good }, "not signed"),
        (Promise::sign(&origin, good.leaf_hash, late, &key), "later than the petition's rule"),
    ];
    for (lie, reason) in cases {
        let rejected = held.redeemed(&json(&lie.into()), now()).unwrap_err();
        assert!(rejected.error.to_string().contains(reason), "{}", rejected.error);
        held = rejected.state;
    }
    assert_eq!(held.redeemed(&json(&good.into()), now()).unwrap().counted(), Counted::Promised(good));
}

#[test]
fn a_clock_that_is_a_little_slow_is_forgiven() {
    let mut server = TestServer::new(1);
    let held = held(&mut server);
    server.now = time("2026-12-11T00:00:01Z");
    let (good, _) = promise(&mut server, &held);
    assert_eq!(good.publish_by, time("2026-12-12T00:10:00Z"));
    held.redeemed(&json(&good.into()), time("2026-12-10T23:55:00Z")).unwrap();
}

#[test]
fn a_published_signature_must_be_this_one() {
    let mut server = TestServer::new(1);
    let held = held(&mut server);
    let request = held.redemption_request(server.now).unwrap();
    server.answer(&request);
    server.publish_batch(0);
    let response = server.answer(&request);
    let other = RedemptionAnswer::Published { leaf_hash: [7; 32].into(), leaf_index: 2 };
    let rejected = held.redeemed(&json(&other), now()).unwrap_err();
    assert_eq!(rejected.error, RedemptionError::Promise(PromiseError::LeafHash));
    let signed = rejected.state.redeemed(&response, now()).unwrap();
    assert_eq!(signed.counted(), Counted::Published { leaf_index: 2 });
}

#[test]
fn refusals_keep_the_token() {
    let mut server = TestServer::new(1);
    let mut held = held(&mut server);
    let cases = [
        (Problem::NonceUsed, RedemptionError::NonceUsed),
        (Problem::Withdrawn, RedemptionError::Withdrawn),
        (Problem::Closed, RedemptionError::Closed),
        (Problem::TokenNotValid, RedemptionError::TokenNotValid),
    ];
    for (row, error) in cases {
        let rejected = held.redeemed(&problem(row), now()).unwrap_err();
        assert_eq!(rejected.error, error);
        held = rejected.state;
    }
    let rejected = held.redeemed(&problem(Problem::Unavailable), now()).unwrap_err();
    assert!(matches!(&rejected.error, RedemptionError::Answer(error) if error.is_transient()));
    let answer = server.answer(&rejected.state.redemption_request(now()).unwrap());
    rejected.state.redeemed(&answer, now()).unwrap();
}

fn next_epoch(closes_at: &str, grace: u64) -> TestServer {
    let mut manifest = manifest(0);
    manifest.redemption = Redemption::NextEpoch { epoch: 86_400 };
    manifest.closes_at = time(closes_at);
    manifest.grace = grace;
    TestServer::of(vec![manifest])
}

#[test]
fn next_epoch_is_kept() {
    let mut server = next_epoch("2027-03-01T00:00:00Z", 172_800);
    let mut held = held(&mut server);
    assert_eq!(held.suggested(), When::Auto);
    let begins = time("2026-12-11T00:00:00Z");
    assert_eq!(held.earliest_redemption(), begins);
    let before = Timestamp::from_seconds(begins.seconds() - 1).unwrap();
    assert_eq!(held.redemption_request(before).err().unwrap().redeem_at, begins);
    assert!(held.redemption_request(begins).is_ok());

    let shorter = drawn(&mut held, When::After(60), now());
    assert!(shorter.iter().all(|at| (begins..begins.plus(15)).contains(at)), "a shorter wait does not break the rule");
    let days = 3 * 86_400;
    let longer = drawn(&mut held, When::After(days), now());
    assert!(longer.iter().all(|at| (now().plus(days)..now().plus(days + days / 4)).contains(at)));
    assert!(held.redemption_request(begins).is_err());
    for at in drawn(&mut held, When::Auto, now()) {
        assert!((begins..begins.plus(86_400)).contains(&at));
    }
}

/// Moments drawn with fifty seeds.
fn drawn(held: &mut TokenHeld, when: When, now: Timestamp) -> Vec<Timestamp> {
    let draw = |seed| {
        held.schedule(when, now, &mut TestRng::new(seed));
        held.redeem_at()
    };
    (0..50).map(draw).collect()
}

/// In each of ten parts of the window there is one of fifty; with the same seeds, always.
fn spread(drawn: &[Timestamp], from: Timestamp, seconds: u64) {
    for part in 0..10 {
        let part = from.plus(part * seconds / 10)..from.plus((part + 1) * seconds / 10);
        assert!(drawn.iter().any(|at| part.contains(at)), "{part:?}: {drawn:?}");
    }
    assert!(drawn.iter().all(|at| (from..from.plus(seconds)).contains(at)), "{drawn:?}");
}

#[test]
fn a_random_moment_is_drawn_in_what_is_left_of_the_window() {
    let mut server = next_epoch("2027-03-01T00:00:00Z", 172_800);
    let mut token = held(&mut server);
    let begins = time("2026-12-11T00:00:00Z");
    spread(&drawn(&mut token, When::Auto, now()), begins, 86_400);
    // Taken up when the epoch has long begun.
    let late = begins.plus(50_000);
    spread(&drawn(&mut token, When::Auto, late), late, 86_400);

    // The epoch that the close cuts short: nothing heaps up at its end.
    let mut server = next_epoch("2026-12-11T06:00:00Z", 172_800);
    let mut token = held(&mut server);
    spread(&drawn(&mut token, When::Auto, now()), begins, 6 * 3_600);
    // Taken up after the close, while grace lasts: at once.
    let after = time("2026-12-11T07:00:00Z");
    assert!(drawn(&mut token, When::Auto, after).iter().all(|at| *at <= after));
}

#[test]
fn nothing_waits_past_the_close() {
    let closes = "2026-12-10T18:00:00Z";
    for (grace, latest) in [(172_800, closes), (0, "2026-12-10T17:50:00Z")] {
        let mut server = next_epoch(closes, grace);
        let mut held = held(&mut server);
        assert_eq!(held.earliest_redemption(), time(latest));
        for when in [When::Now, When::Auto, When::After(86_400)] {
            held.schedule(when, now(), &mut TestRng::new(2));
            assert_eq!(held.redeem_at(), time(latest), "{when:?}");
        }
    }
}

#[test]
fn immediate_is_at_once_unless_a_wait_is_chosen() {
    let mut server = TestServer::new(1);
    let mut held = held(&mut server);
    assert_eq!((held.redeem_at(), held.suggested()), (now(), When::Now));
    let after = drawn(&mut held, When::After(3_600), now());
    assert!(held.redemption_request(now().plus(3_599)).is_err());
    assert!(held.redemption_request(now().plus(4_500)).is_ok());
    spread(&after, now().plus(3_600), 900);
    spread(&drawn(&mut held, When::Auto, now()), now(), 86_400);
    // No wait that somebody chose is short enough to be shifted to nothing.
    assert_eq!(drawn(&mut held, When::After(0), now())[0], now());
}

/// Whoever watches knows the rules: what is drawn is one of the moments that the rules alone give, and no other.
#[test]
fn a_client_draws_among_the_moments_that_everyone_can_compute() {
    let mut server = next_epoch("2026-12-12T06:00:00Z", 172_800);
    let mut held = held(&mut server);
    let manifest = server.petitions[0].petition.manifest().clone();
    let schedule = Schedule {
        opens_at: manifest.opens_at,
        closes_at: manifest.closes_at,
        grace: manifest.grace,
        publication: manifest.publication,
        redemption: manifest.redemption,
    };
    assert_eq!(schedule.earliest(held.issued_at()), held.earliest_redemption());
    for when in [When::Now, When::Auto, When::After(60), When::After(200_000)] {
        for later in [0, 50_000, 90_000, 150_000, 400_000] {
            let now = now().plus(later);
            let (from, to) = schedule.moments(when, held.issued_at(), now);
            let drawn = drawn(&mut held, when, now);
            assert!(
                drawn.iter().all(|at| *at == from || (from..to).contains(at)),
                "{when:?}: {from} to {to}, {drawn:?}"
            );
            assert!(drawn.iter().any(|at| *at != drawn[0]) || to.seconds() - from.seconds() < 60);
        }
    }
}
