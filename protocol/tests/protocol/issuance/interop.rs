//! Both directions against the types of the `privacypass` package.

use std::convert::Infallible;

use blind_rsa_signatures::{Deterministic, PSS, SecretKey, Sha384, Signature};
use privacypass::auth::authenticate::TokenChallenge as TheirChallenge;
use privacypass::generic_tokens::{GenericBatchTokenRequest, GenericBatchTokenResponse, GenericTokenState};
use privacypass::public_tokens::{PublicKey, TokenRequest as TheirRequest, TokenResponse as TheirResponse, TokenState};
use privacypass::{Deserialize as _, Serialize as _, TokenType};
use proptest::prelude::*;
use rand_core::{TryCryptoRng, TryRng};
use undersign_protocol::issuance::{
    BatchTokenRequest, BatchTokenResponse, TokenChallenge, TokenKey, TokenRequest, TokenResponse,
};
use undersign_protocol::redemption::Token;

use crate::common::generate;
use crate::common::laws::check;
use crate::common::vectors;

/// A key that other people made, for the package computes with it.
fn key() -> TokenKey {
    TokenKey::from_spki(&vectors::public()[0].issuances[0].token_key).unwrap()
}

fn theirs(key: &TokenKey) -> PublicKey {
    PublicKey::from_spki(&key.to_spki()).unwrap()
}

/// Their request for a token of ours.
fn their_request(seed: u64, key: &TokenKey) -> (TheirRequest, TokenState) {
    let challenge =
        TheirChallenge::new(TokenType::Public, "issuer.example", Some([1; 32]), &["origin.example".to_owned()]);
    TheirRequest::new(&mut Counter(seed), theirs(key), &challenge).unwrap()
}

#[test]
fn their_challenge_is_ours() {
    check(generate::token_challenge(), |ours| {
        let origins: Vec<String> = ours.origin_info.split(',').map(str::to_owned).collect();
        let theirs = TheirChallenge::new(TokenType::Public, &ours.issuer_name, ours.redemption_context, &origins);
        prop_assert_eq!(theirs.serialize().unwrap(), ours.encode());
        prop_assert_eq!(theirs.digest().unwrap(), *ours.digest().as_bytes());
        prop_assert_eq!(TokenChallenge::decode(&theirs.serialize().unwrap()), Ok(ours.clone()));
        prop_assert_eq!(TheirChallenge::deserialize(&ours.encode()).unwrap(), theirs);
        Ok(())
    });
}

#[test]
fn their_key_is_ours() {
    let key = key();
    assert_eq!(theirs(&key).to_spki().unwrap(), key.to_spki());
    let truncated = privacypass::public_tokens::public_key_to_truncated_token_key_id(&theirs(&key)).unwrap();
    assert_eq!(truncated, key.id().truncated());
}

#[test]
fn their_request_is_read_by_us() {
    let key = key();
    for seed in 0..4 {
        let (request, _) = their_request(seed, &key);
        let encoding = request.tls_serialize_detached().unwrap();
        let ours = TokenRequest::decode(&encoding).unwrap();
        assert_eq!(ours.encode(), encoding);
        assert_eq!(ours.truncated_token_key_id, key.id().truncated());
        assert!(key.in_range(&ours.blinded_msg));
    }
}

#[test]
fn our_request_and_response_are_read_by_them() {
    check((generate::token_request(), generate::token_response()), |(request, response)| {
        let theirs = TheirRequest::tls_deserialize_exact(request.encode()).unwrap();
        prop_assert_eq!(theirs.tls_serialize_detached().unwrap(), request.encode());
        let theirs = TheirResponse::tls_deserialize_exact(response.encode()).unwrap();
        prop_assert_eq!(theirs.tls_serialize_detached().unwrap(), response.encode());
        Ok(())
    });
}

#[test]
fn their_batch_is_read_by_us() {
    let key = key();
    // One element fits behind two bytes of length, 64 need four.
    for size in [1u64, 2, 8, 64] {
        let (batch, _) = (0..size)
            .map(|seed| their_request(seed, &key))
            .fold(GenericBatchTokenRequest::builder(), |builder, (request, state)| {
                builder.add_token_request(request.into(), GenericTokenState::from(state))
            })
            .build();
        let encoding = batch.tls_serialize_detached().unwrap();
        let ours = BatchTokenRequest::decode(&encoding).unwrap();
        assert_eq!(ours.encode(), encoding);
        assert_eq!(ours.token_requests.len() as u64, size);
    }
}

#[test]
fn our_batches_are_read_by_them() {
    check((generate::batch_request(), generate::batch_response()), |(requests, responses)| {
        let theirs = GenericBatchTokenRequest::tls_deserialize_exact(requests.encode()).unwrap();
        prop_assert_eq!(theirs.token_requests.len(), requests.token_requests.len());
        prop_assert_eq!(BatchTokenRequest::decode(&theirs.tls_serialize_detached().unwrap()), Ok(requests));

        let theirs = GenericBatchTokenResponse::tls_deserialize_exact(responses.encode()).unwrap();
        let present: Vec<bool> = theirs.token_responses.iter().map(|one| one.token_response.is_some()).collect();
        let expected: Vec<bool> = responses.token_responses.iter().map(Option::is_some).collect();
        prop_assert_eq!(present, expected);
        prop_assert_eq!(BatchTokenResponse::decode(&theirs.tls_serialize_detached().unwrap()), Ok(responses));
        Ok(())
    });
}

/// A token that crosses between the two at every step: their request, our bytes, an answer in our bytes, their token, our bytes.
#[test]
fn a_token_is_issued_across_both() {
    let vectors = vectors::public();
    let secret_key = String::from_utf8(vectors[0].issuances[0].secret_key.clone()).unwrap();
    let secret_key = SecretKey::<Sha384, PSS, Deterministic>::from_pem(&secret_key).unwrap();
    let (request, state) = their_request(7, &key());
    let request = TokenRequest::decode(&request.tls_serialize_detached().unwrap()).unwrap();
    let blind_sig = secret_key.blind_sign(request.blinded_msg).unwrap().0.try_into().unwrap();

    let response = TheirResponse::tls_deserialize_exact(TokenResponse { blind_sig }.encode()).unwrap();
    let token = response.issue_token(&state).unwrap();

    let ours = Token::decode(&token.tls_serialize_detached().unwrap()).unwrap();
    assert_eq!(ours.input.challenge_digest.as_bytes(), token.challenge_digest());
    assert_eq!(ours.input.token_key_id, key().id());
    let authenticator = Signature(ours.authenticator.to_vec());
    assert!(theirs(&key()).verify(&authenticator, None, ours.input.encode()).is_ok());
}

/// Bytes that are all different and always the same: what is blinded must repeat, not be secret.
struct Counter(u64);

impl TryRng for Counter {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|number| number as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Ok(self.0.rotate_left(32))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.try_next_u64()?.to_be_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Counter {}
