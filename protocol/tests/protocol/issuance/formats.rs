//! Challenges, requests, responses and batches keep the laws.

use undersign_protocol::issuance::{
    BatchTokenRequest, BatchTokenResponse, TokenChallenge, TokenKey, TokenRequest, TokenResponse,
};

use crate::common::generate;
use crate::common::laws::{Format, check};

#[test]
fn token_challenge() {
    Format { decode: |bytes| TokenChallenge::decode(bytes).ok(), encode: TokenChallenge::encode }
        .keeps_the_laws(generate::token_challenge());
}

#[test]
fn token_request() {
    Format { decode: |bytes| TokenRequest::decode(bytes).ok(), encode: TokenRequest::encode }
        .keeps_the_laws(generate::token_request());
}

#[test]
fn token_response() {
    Format { decode: |bytes| TokenResponse::decode(bytes).ok(), encode: TokenResponse::encode }
        .keeps_the_laws(generate::token_response());
}

#[test]
fn batch_request() {
    Format { decode: |bytes| BatchTokenRequest::decode(bytes).ok(), encode: BatchTokenRequest::encode }
        .keeps_the_laws(generate::batch_request());
}

#[test]
fn batch_response() {
    Format { decode: |bytes| BatchTokenResponse::decode(bytes).ok(), encode: BatchTokenResponse::encode }
        .keeps_the_laws(generate::batch_response());
}

#[test]
fn token_key() {
    Format { decode: |bytes| TokenKey::from_spki(bytes).ok(), encode: TokenKey::to_spki }
        .keeps_the_laws(generate::token_key());
}

/// A repeat is known by the hash of its bytes, so different requests must have different ones.
#[test]
fn the_hash_of_a_request_is_that_of_its_bytes() {
    check((generate::token_request(), generate::token_request()), |(one, other)| {
        proptest::prop_assert_eq!(one == other, one.hash() == other.hash());
        proptest::prop_assert_eq!(one.hash(), TokenRequest::decode(&one.encode()).unwrap().hash());
        Ok(())
    });
}
