//! Proofs of work: which texts are some, and what solves.

use proptest::prelude::*;
use undersign_protocol::email_verification::proof_of_work::{
    Algorithm, Challenge, ChallengeData, ChallengeParameters, ChallengeRequest, Hex, ProofOfWork,
    ProvenVerificationRequest, Solution, Solver, SolverError, derive,
};

use crate::common::laws::{Format, check};

/// Keys that Python's `hashlib.pbkdf2_hmac` derives.
#[test]
fn keys_are_those_of_rfc_8018() {
    let nonce = std::array::from_fn(|index| index as u8);
    let salt = std::array::from_fn(|index| index as u8 + 16);
    for (counter, iterations, key) in [
        (7, 1_000, "d3efa83bba1824b915cd52d557d7bada223cdc1297473458cab9de331c35f748"),
        (u32::MAX, 1, "b0ba23d40eea7bf0f8c732f1abe1cccd87ff3960100bfa7f99c1f82cc92011f6"),
    ] {
        assert_eq!(hex::encode(derive(&nonce, &salt, counter, iterations)), key);
    }
}

#[test]
fn hexadecimal_digits_have_one_text() {
    check(any::<[u8; 16]>(), |bytes| {
        let text = Hex(bytes).text();
        prop_assert_eq!(&text, &hex::encode(bytes));
        prop_assert_eq!(Hex::parse(&text), Some(Hex(bytes)));
        prop_assert_eq!(Hex::<15>::parse(&text), None);
        Ok(())
    });
    for wrong in ["", "0", "0g", "0G", "AB", " 1", "+1", "é"] {
        assert_eq!(Hex::<1>::parse(wrong), None, "{wrong}");
    }
}

fn challenges() -> impl Strategy<Value = Challenge> {
    let bytes = any::<([u8; 16], [u8; 16], [u8; 16], [u8; 32], [u8; 32], [u8; 32])>();
    (bytes, any::<(u32, u32, u32, u32, u64)>()).prop_map(|(bytes, numbers)| {
        let (nonce, salt, prefix, key_signature, signature, digest) = bytes;
        let (cost, key_length, level, most_tries, valid_until) = numbers;
        let data = ChallengeData { level, most_tries, request_digest: digest.into(), valid_until };
        let parameters = ChallengeParameters {
            algorithm: Algorithm::Pbkdf2Sha256,
            cost,
            data,
            key_length,
            key_prefix: Hex(prefix),
            key_signature: Hex(key_signature),
            nonce: Hex(nonce),
            salt: Hex(salt),
        };
        Challenge { parameters, signature: Hex(signature) }
    })
}

#[test]
fn what_is_read_as_a_proof_is_written_the_same() {
    let format = Format::<ProofOfWork> {
        decode: |bytes| serde_json::from_slice(bytes).ok(),
        encode: |proof| serde_json::to_vec(proof).unwrap(),
    };
    let proofs = (challenges(), any::<(u32, [u8; 32])>()).prop_map(|(challenge, (counter, key))| ProofOfWork {
        challenge,
        solution: Solution { counter, derived_key: Hex(key) },
    });
    format.keeps_the_laws_of_json(proofs);
}

#[test]
fn a_request_for_a_mail_has_a_proof_or_none_and_nothing_else() {
    check(challenges(), |challenge| {
        let proof = ProofOfWork { challenge, solution: Solution { counter: 1, derived_key: Hex([0; 32]) } };
        let digest = proof.challenge.parameters.data.request_digest;
        let with = ProvenVerificationRequest {
            email: "a@example.org".to_owned(),
            locale: "fa".parse().unwrap(),
            request_digest: digest,
            proof_of_work: Some(proof.clone()),
        };
        let mut json = serde_json::to_value(&with).unwrap();
        let read: ProvenVerificationRequest = serde_json::from_value(json.clone()).unwrap();
        prop_assert_eq!(read.proof_of_work, Some(proof));
        json["proof_of_work"]["solution"]["time"] = 1.into();
        prop_assert!(serde_json::from_value::<ProvenVerificationRequest>(json.clone()).is_err());
        json.as_object_mut().unwrap().remove("proof_of_work");
        let read: ProvenVerificationRequest = serde_json::from_value(json).unwrap();
        prop_assert_eq!(read.proof_of_work, None);
        let asked = serde_json::to_string(&ChallengeRequest { request_digest: digest }).unwrap();
        prop_assert_eq!(asked, format!(r#"{{"request_digest":"{digest}"}}"#));
        Ok(())
    });
}

/// A challenge that this counter solves.
fn solved_by(counter: u32, most_tries: u32, challenge: Challenge) -> Challenge {
    let mut challenge = challenge;
    let parameters = &mut challenge.parameters;
    (parameters.cost, parameters.key_length, parameters.data.most_tries) = (2, 32, most_tries);
    let key = derive(&parameters.nonce.0, &parameters.salt.0, counter, parameters.cost);
    parameters.key_prefix = Hex(key[..16].try_into().unwrap());
    challenge
}

#[test]
fn the_counter_is_found_among_all_that_it_may_be_and_no_others() {
    check((challenges(), 1u32..=40, 1u32..=9), |(challenge, counter, at_once)| {
        let challenge = solved_by(counter, 20, challenge);
        let digest = challenge.parameters.data.request_digest;
        let mut solver = Solver::new(challenge.clone(), &digest).unwrap();
        let found = loop {
            match solver.run(at_once) {
                Ok(None) => prop_assert!(solver.part() > 0.0 && solver.part() <= 1.0),
                end => break end,
            }
        };
        if counter > 20 {
            prop_assert_eq!(found, Err(SolverError::NoSolution));
            return Ok(());
        }
        let proof = found.unwrap().unwrap();
        prop_assert_eq!((proof.solution.counter, proof.challenge), (counter, challenge));
        Ok(())
    });
}

#[test]
fn nobody_makes_a_device_work_for_another_request_or_for_ever() {
    check(challenges(), |challenge| {
        let digest = challenge.parameters.data.request_digest;
        let refused = |change: fn(&mut ChallengeParameters)| {
            let mut changed = solved_by(1, 20, challenge.clone());
            change(&mut changed.parameters);
            Solver::new(changed, &digest).err()
        };
        prop_assert_eq!(refused(|_| {}), None);
        for change in [
            |parameters: &mut ChallengeParameters| parameters.cost = u32::MAX,
            |parameters: &mut ChallengeParameters| parameters.data.most_tries = u32::MAX,
            |parameters: &mut ChallengeParameters| parameters.cost = 0,
            |parameters: &mut ChallengeParameters| parameters.key_length = 16,
        ] {
            prop_assert_eq!(refused(change), Some(SolverError::TooHard));
        }
        let other = Solver::new(challenge, &[0; 32].into()).err();
        prop_assert_eq!(other, Some(SolverError::OtherRequest));
        Ok(())
    });
}
