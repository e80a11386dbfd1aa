use proptest::prelude::*;
use undersign_client_lib::journey::{Bundle, Keys};
use undersign_client_lib::state::{Saved, StateError};
use undersign_protocol::bytes::to_base64url;
use zeroize::Zeroizing;

use crate::support::server::TestServer;
use crate::support::{EMAIL, confirmed, prepared, prepared_with, token_held};

/// Saves and reads; the copy must save to the same bytes.
fn reread(bytes: &Zeroizing<Vec<u8>>) -> Saved {
    let saved = Saved::read(bytes).unwrap();
    let again = match &saved {
        Saved::Prepared(state) => state.save(),
        Saved::Confirmed(state) => state.save(),
        Saved::TokenHeld(state) => state.save(),
        Saved::Spoiled(state) => state.save(),
    };
    assert_eq!(**bytes, *again);
    saved
}

macro_rules! reread_as {
    ($variant:ident, $state:expr) => {
        match reread(&$state.save()) {
            Saved::$variant(state) => state,
            _ => panic!("another state"),
        }
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Killed and resumed at every step, the journey ends with the very token that it would have had.
    #[test]
    fn a_resumed_journey_ends_with_the_same_token(seed: u64, count in 1usize..4, wanted in 0usize..4, alone: bool, keep: bool) {
        let wanted = wanted % count;
        let bundle = if alone { Bundle::OnlyThis } else { Bundle::WholeRun };
        let mut server = TestServer::new(count);
        let keys = if keep { Keys::Keep } else { Keys::Forget };
        let straight = prepared_with(&mut server, wanted, bundle, keys, seed);
        let digest = straight.request_digest();
        let straight = confirmed(&mut server, straight);
        let straight = token_held(&mut server, straight);

        let resumed = prepared_with(&mut server, wanted, bundle, keys, seed);
        let resumed = reread_as!(Prepared, resumed);
        prop_assert_eq!(resumed.request_digest(), digest);
        let answer = server.answer(&resumed.verification_request(EMAIL, &"en".parse().unwrap()));
        let resumed = reread_as!(Prepared, resumed.verification_answered(&answer).unwrap());
        let resumed = reread_as!(Confirmed, confirmed(&mut server, resumed));
        let mut resumed = reread_as!(TokenHeld, token_held(&mut server, resumed));
        let mut rng = crate::support::rng::TestRng::new(seed);
        resumed.schedule(undersign_client_lib::journey::When::Now, server.now, &mut rng);

        let token = |request: undersign_client_lib::request::Request| request.headers().to_vec();
        let now = server.now;
        prop_assert_eq!(
            token(resumed.redemption_request(now).unwrap()),
            token(straight.redemption_request(now).unwrap())
        );
        let others = |tokens: &[undersign_client_lib::journey::HeldToken]| {
            tokens.iter().map(|token| token.token().encode()).collect::<Vec<_>>()
        };
        prop_assert_eq!(others(resumed.other_tokens()), others(straight.other_tokens()));

        let answer = server.answer(&resumed.redemption_request(now).unwrap());
        let receipts = [resumed, straight].map(|held| held.redeemed(&answer, now).unwrap().receipt());
        prop_assert_eq!(&receipts[0], &receipts[1]);
        prop_assert_eq!(receipts[0].is_some(), keep);
    }

    /// No bytes make the reader panic, and nothing but a whole file is taken.
    #[test]
    fn damaged_files_are_refused(cut in 0usize..2000, flip in 0usize..2000) {
        let mut server = TestServer::new(1);
        let bytes = prepared(&mut server, 0, Bundle::WholeRun, 1).save();
        let cut = cut % bytes.len();
        prop_assert_eq!(Saved::read(&bytes[..cut]).err(), Some(StateError::Damaged));
        let mut flipped = bytes.to_vec();
        let flip = flip % flipped.len();
        flipped[flip] ^= 0x80;
        prop_assert_eq!(Saved::read(&flipped).err(), Some(StateError::Damaged));
    }
}

/// The address in every form in which it could hide.
fn holds_address(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let (local, domain) = EMAIL.split_once('@').unwrap();
    let hex: String = EMAIL.bytes().map(|byte| format!("{byte:02x}")).collect();
    // Base64 without its first and last characters, at each of the three alignments.
    let shifted = (0..3).map(|shift| {
        let padded = [&b"xx"[..shift], EMAIL.as_bytes()].concat();
        let encoded = to_base64url(&padded);
        encoded[4..encoded.len() - 4].to_ascii_lowercase()
    });
    [EMAIL.to_owned(), local.to_owned(), domain.to_owned(), hex]
        .into_iter()
        .chain(shifted)
        .any(|form| text.contains(&form))
}

#[test]
fn no_state_holds_the_address() {
    let mut server = TestServer::new(2);
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 2);
    let answer = server.answer(&prepared.verification_request(EMAIL, &"en".parse().unwrap()));
    let prepared = prepared.verification_answered(&answer).unwrap();
    assert!(!holds_address(&prepared.save()));
    let confirmed = confirmed(&mut server, prepared);
    assert!(!holds_address(&confirmed.save()));
    let held = token_held(&mut server, confirmed);
    assert!(!holds_address(&held.save()));
}

/// The search finds what is there: planted in the one text that comes from the server, which is saved as base64.
#[test]
fn the_search_for_the_address_finds_it() {
    for before in ["", "x", "xy"] {
        let mut server = TestServer::new(1);
        let prepared = prepared(&mut server, 0, Bundle::WholeRun, 3);
        let body = format!("{{\"verification\":\"{before}{EMAIL}\"}}").into_bytes();
        let answer = crate::support::server::answer(202, "application/json", body.clone());
        let prepared = prepared.verification_answered(&answer).unwrap();
        assert!(holds_address(&body), "in clear");
        assert!(holds_address(&prepared.save()), "as base64");
    }
}

#[test]
fn other_versions_and_unknown_fields_are_refused() {
    let mut server = TestServer::new(1);
    let bytes = prepared(&mut server, 0, Bundle::WholeRun, 4).save();
    let edit = |from: &str, to: &str| {
        let text = std::str::from_utf8(&bytes).unwrap();
        assert!(text.contains(from), "{from}");
        Saved::read(text.replacen(from, to, 1).as_bytes()).err()
    };
    assert_eq!(edit("\"version\":2", "\"version\":3"), Some(StateError::Version));
    assert_eq!(edit("\"wanted\":0", "\"wanted\":1"), Some(StateError::Damaged));
    assert_eq!(edit("\"wanted\":0", "\"wanted\":0,\"more\":1"), Some(StateError::Damaged));
    assert_eq!(edit("\"prepared\"", "\"signed\""), Some(StateError::Damaged));
}

#[test]
fn a_damaged_token_is_found_before_it_is_sent() {
    let mut server = TestServer::new(1);
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 5);
    let confirmed = confirmed(&mut server, prepared);
    let held = token_held(&mut server, confirmed);
    let mut value: serde_json::Value = serde_json::from_slice(&held.save()).unwrap();
    let token = value["state"]["token_held"]["wanted"]["token"].as_str().unwrap().to_owned();
    let swapped = if token.contains('A') { token.replacen('A', "B", 1) } else { token.replacen('B', "A", 1) };
    value["state"]["token_held"]["wanted"]["token"] = swapped.into();
    assert_eq!(Saved::read(&serde_json::to_vec(&value).unwrap()).err(), Some(StateError::Damaged));
}

/// What was begun with a program that knew no receipts holds tokens that cannot be issued again.
#[test]
fn the_version_before_receipts_is_still_read() {
    let mut server = TestServer::new(2);
    let prepared = prepared_with(&mut server, 0, Bundle::WholeRun, Keys::Forget, 6);
    let old = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).unwrap();
        assert_eq!(text.matches("\"version\":2").count(), 1);
        Saved::read(text.replace("\"version\":2", "\"version\":1").as_bytes())
    };
    let Ok(Saved::Prepared(prepared)) = old(&prepared.save()) else { panic!("it is read") };
    let confirmed = confirmed(&mut server, prepared);
    let held = token_held(&mut server, confirmed);
    assert!(matches!(old(&held.save()), Ok(saved) if !saved.keeps_keys()));
}

/// The key that takes a signature back is in what is saved only where somebody may be asked for it.
#[test]
fn withdrawal_keys_are_saved_only_to_be_offered_and_must_fit_their_nonces() {
    let mut server = TestServer::new(2);
    for (keys, keep) in [(Keys::Keep, true), (Keys::Forget, false)] {
        let prepared = prepared_with(&mut server, 0, Bundle::WholeRun, keys, 7);
        let text = String::from_utf8(prepared.save().to_vec()).unwrap();
        assert_eq!(text.matches("withdrawal_key").count(), if keep { 2 } else { 0 });
        assert_eq!(Saved::read(text.as_bytes()).unwrap().keeps_keys(), keep);
    }
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 7);
    let mut value: serde_json::Value = serde_json::from_slice(&prepared.save()).unwrap();
    let run = &mut value["state"]["prepared"]["run"];
    let (first, second) = (run[0]["withdrawal_key"].take(), run[1]["withdrawal_key"].take());
    (run[0]["withdrawal_key"], run[1]["withdrawal_key"]) = (second, first);
    assert_eq!(Saved::read(&serde_json::to_vec(&value).unwrap()).err(), Some(StateError::Damaged));
}
