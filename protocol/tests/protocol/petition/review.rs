//! Questions where a petition stands: JSON, signed by the organiser, of the moment.

use proptest::option;
use proptest::prelude::*;
use undersign_protocol::petition::{PetitionId, ReviewAnswer, ReviewQuestion, ReviewState};
use undersign_protocol::timestamp::Timestamp;

use crate::common::generate::{bytes, timestamp};
use crate::common::laws::{Format, check};
use crate::common::manifest::{log_key, organiser};

#[test]
fn a_question_keeps_the_laws_of_json() {
    let questions = (timestamp(), bytes(), bytes()).prop_map(|(asked_at, nonce, signature)| ReviewQuestion {
        asked_at,
        nonce,
        signature,
    });
    Format {
        decode: |bytes| serde_json::from_slice(bytes).ok(),
        encode: |question: &ReviewQuestion| serde_json::to_vec(question).unwrap(),
    }
    .keeps_the_laws_of_json(questions);
}

#[test]
fn an_answer_keeps_the_laws_of_json() {
    let states = [ReviewState::Waiting, ReviewState::Accepted, ReviewState::Refused, ReviewState::Published];
    let answers = (bytes(), proptest::sample::select(states.to_vec()), option::of(".{0,40}"))
        .prop_map(|(petition_id, state, reason)| ReviewAnswer { petition_id, state, reason });
    Format {
        decode: |bytes| serde_json::from_slice(bytes).ok(),
        encode: |answer: &ReviewAnswer| serde_json::to_vec(answer).unwrap(),
    }
    .keeps_the_laws_of_json(answers);
}

#[test]
fn verifies_for_this_petition_moment_and_key_alone() {
    check((bytes(), timestamp(), bytes()), |(petition_id, asked_at, nonce)| {
        let question = ReviewQuestion::sign(&petition_id, asked_at, nonce, &organiser());
        let key = organiser().public_key();
        prop_assert!(question.verify(&petition_id, &key).is_ok());
        prop_assert!(question.verify(&petition_id, &log_key().public_key()).is_err());
        prop_assert!(question.verify(&[0xee; 32].into(), &key).is_err());
        let later = if asked_at == Timestamp::MAX { asked_at.minus(1) } else { asked_at.plus(1) };
        let other_time = ReviewQuestion { asked_at: later, ..question.clone() };
        let other_nonce = ReviewQuestion { nonce: [0xee; 16].into(), ..question };
        prop_assert!([other_time, other_nonce].iter().all(|other| other.verify(&petition_id, &key).is_err()));
        Ok(())
    });
}

/// What other programs must sign and verify, written out.
#[test]
fn signs_the_text_of_the_specification() {
    let (petition_id, asked_at) = (PetitionId::from([0; 32]), "2026-12-01T00:00:00Z".parse().unwrap());
    let question = ReviewQuestion::sign(&petition_id, asked_at, [0; 16].into(), &organiser());
    let text = format!("undersign review v1\n{}\n2026-12-01T00:00:00Z\nAAAAAAAAAAAAAAAAAAAAAA\n", "A".repeat(43));
    assert!(organiser().public_key().verify(text.as_bytes(), &question.signature).is_ok());
}

#[test]
fn is_of_the_moment_for_ten_minutes_on_either_side() {
    let asked_at = Timestamp::from_seconds(1_000_000).unwrap();
    let question = ReviewQuestion::sign(&[0; 32].into(), asked_at, [0; 16].into(), &organiser());
    for (now, is_recent) in
        [(999_399, false), (999_400, true), (1_000_000, true), (1_000_600, true), (1_000_601, false)]
    {
        assert_eq!(question.is_recent(Timestamp::from_seconds(now).unwrap()), is_recent, "{now}");
    }
}

#[test]
fn unknown_and_repeated_members_are_refused() {
    let asked_at = "2026-12-01T00:00:00Z".parse().unwrap();
    let question = ReviewQuestion::sign(&[0; 32].into(), asked_at, [0; 16].into(), &organiser());
    let text = serde_json::to_string(&question).unwrap();
    for other in [
        text.replacen('{', "{\"a\":1,", 1),
        text.replacen('{', "{\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAA\",", 1),
        text.replace("T00:00:00Z", ""),
    ] {
        assert!(serde_json::from_str::<ReviewQuestion>(&other).is_err(), "{other}");
    }
}
