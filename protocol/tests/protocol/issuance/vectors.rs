//! Bytes that other implementations of RFC 9577, RFC 9578 and draft-ietf-privacypass-batched-tokens wrote.

use blind_rsa_signatures::Signature;
use privacypass::public_tokens::PublicKey;
use undersign_protocol::codec::DecodeError;
use undersign_protocol::issuance::{
    BatchTokenRequest, BatchTokenResponse, TOKEN_TYPE, TokenChallenge, TokenKey, TokenRequest, TokenResponse,
};
use undersign_protocol::redemption::Token;

use crate::common::vectors::{self, Issuance};

fn issuances_of_our_type() -> Vec<Issuance> {
    let all = vectors::public().into_iter().chain(vectors::generic()).flat_map(|vector| vector.issuances);
    all.filter(|issuance| issuance.token_type == TOKEN_TYPE).collect()
}

/// The challenge as we would encode it: `privacypass` names its issuer "Issuer Name", which is no host and not parsed by us.
fn challenge(encoding: &[u8]) -> TokenChallenge {
    let with_space = b"Issuer Name";
    match encoding.windows(with_space.len()).position(|window| window == with_space) {
        None => TokenChallenge::decode(encoding).unwrap(),
        Some(place) => {
            assert_eq!(TokenChallenge::decode(encoding), Err(DecodeError::Invalid("issuer_name")));
            let mut as_host = encoding.to_vec();
            as_host[place..place + with_space.len()].copy_from_slice(b"Issuer-Name");
            TokenChallenge { issuer_name: "Issuer Name".to_owned(), ..TokenChallenge::decode(&as_host).unwrap() }
        }
    }
}

#[test]
fn challenges_encode_to_the_same_bytes_and_digest() {
    for issuance in issuances_of_our_type() {
        let challenge = challenge(&issuance.token_challenge);
        assert_eq!(challenge.encode(), issuance.token_challenge);
        assert_eq!(challenge.digest(), Token::decode(&issuance.token).unwrap().input.challenge_digest);
    }
}

#[test]
fn tokens_carry_nonce_and_full_key_id() {
    for issuance in issuances_of_our_type() {
        let token = Token::decode(&issuance.token).unwrap();
        assert_eq!(token.encode(), issuance.token);
        assert_eq!(*token.input.nonce.as_bytes(), issuance.nonce);
        assert_eq!(token.input.token_key_id, TokenKey::from_spki(&issuance.token_key).unwrap().id());
    }
}

/// What was signed is our encoding of the token input.
#[test]
fn authenticators_verify_over_the_token_input() {
    for issuance in issuances_of_our_type() {
        let key = PublicKey::from_spki(&issuance.token_key).unwrap();
        let token = Token::decode(&issuance.token).unwrap();
        let authenticator = Signature(token.authenticator.to_vec());
        assert!(key.verify(&authenticator, None, token.input.encode()).is_ok());
        let mut other = token.input;
        other.nonce = [0; 32].into();
        assert!(key.verify(&authenticator, None, other.encode()).is_err());
    }
}

#[test]
fn requests_carry_the_last_byte_of_the_key_id() {
    for vector in vectors::public() {
        let request = TokenRequest::decode(&vector.token_request).unwrap();
        assert_eq!(request.encode(), vector.token_request);
        let key = TokenKey::from_spki(&vector.issuances[0].token_key).unwrap();
        assert_eq!(request.truncated_token_key_id, key.id().truncated());
        assert!(key.in_range(&request.blinded_msg));
    }
}

#[test]
fn responses_are_read() {
    for vector in vectors::public() {
        let response = TokenResponse::decode(&vector.token_response).unwrap();
        assert_eq!(response.encode(), vector.token_response);
    }
}

#[test]
fn batches_of_our_type_are_read_and_others_refused() {
    let mut read = 0;
    for vector in vectors::generic() {
        let requests = BatchTokenRequest::decode(&vector.token_request);
        let responses = BatchTokenResponse::decode(&vector.token_response);
        if vector.issuances.iter().any(|issuance| issuance.token_type != TOKEN_TYPE) {
            assert!(requests.is_err());
            assert!(responses.is_err());
            continue;
        }
        read += 1;
        let (requests, responses) = (requests.unwrap(), responses.unwrap());
        assert_eq!(requests.encode(), vector.token_request);
        assert_eq!(responses.encode(), vector.token_response);
        assert_eq!(requests.token_requests.len(), vector.issuances.len());
        assert_eq!(responses.token_responses.len(), vector.issuances.len());
        for (request, issuance) in requests.token_requests.iter().zip(&vector.issuances) {
            let key = TokenKey::from_spki(&issuance.token_key).unwrap();
            assert_eq!(request.truncated_token_key_id, key.id().truncated());
        }
    }
    assert_eq!(read, 2, "two of the batches hold nothing but our type");
}
