//! What issuer and evaluator send each other.

use proptest::prelude::*;
use undersign_protocol::email_verification::{EvaluationAnswer, EvaluationRequest, EvaluatorKey};

use crate::common::laws::{Format, check};

#[test]
fn a_request_has_one_encoding_of_64_bytes() {
    let format = Format { decode: |bytes| EvaluationRequest::decode(bytes).ok(), encode: EvaluationRequest::encode };
    let values = any::<([u8; 32], [u8; 32])>();
    format.keeps_the_laws(
        values.prop_map(|(blinded_element, authenticator)| EvaluationRequest { blinded_element, authenticator }),
    );
    let request = EvaluationRequest { blinded_element: [1; 32], authenticator: [2; 32] };
    assert_eq!(request.encode(), [[1; 32], [2; 32]].concat());
    assert_eq!(request.encode().len(), EvaluationRequest::SIZE);
}

#[test]
fn an_answer_has_one_encoding_of_96_bytes() {
    let format = Format { decode: |bytes| EvaluationAnswer::decode(bytes).ok(), encode: EvaluationAnswer::encode };
    let values = any::<([u8; 32], [[u8; 32]; 2])>();
    format.keeps_the_laws(values.prop_map(|(evaluated_element, [challenge, response])| {
        let mut proof = [0; 64];
        proof[..32].copy_from_slice(&challenge);
        proof[32..].copy_from_slice(&response);
        EvaluationAnswer { evaluated_element, proof }
    }));
    let answer = EvaluationAnswer { evaluated_element: [1; 32], proof: [2; 64] };
    assert_eq!(answer.encode(), [[1; 32], [2; 32], [2; 32]].concat());
    assert_eq!(answer.encode().len(), EvaluationAnswer::SIZE);
}

#[test]
fn a_key_has_one_text() {
    check(any::<[u8; 32]>(), |bytes| {
        let key = EvaluatorKey::from(bytes);
        prop_assert_eq!(key.to_string().parse(), Ok(key));
        let padded = format!("{key}=");
        prop_assert!(padded.parse::<EvaluatorKey>().is_err());
        Ok(())
    });
}
