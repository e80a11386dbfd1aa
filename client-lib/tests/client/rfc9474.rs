//! The vectors of RFC 9474, Appendix A, as the package `blind-rsa-signatures` ships them. Their keys have 4096 bits and their messages
//! are free, so they do not fit a token key of RFC 9578; they are run on the package's own types, among them the very type that
//! `blind.rs` wraps. What `blind.rs` adds is tested with keys of 2048 bits against OpenSSL.

use std::path::PathBuf;
use std::process::Command;

use blind_rsa_signatures::{
    BlindMessage, BlindSignature, BlindingResult, Deterministic, HashAlgorithm, MessagePrepare, MessageRandomizer, PSS,
    PSSZero, PublicKey, PublicKeySha384PSSDeterministic, Randomized, SaltMode, Secret, Sha384, Signature,
};
use rsa::{BoxedUint, RsaPublicKey};
use serde::Deserialize;
use undersign_client_lib::blind::{BlindError, blind, finalize, verify};
use undersign_protocol::issuance::{TokenKey, TokenResponse};
use undersign_protocol::redemption::TokenInput;

use crate::support::keys::{blind_sign, openssl_takes, token_key};
use crate::support::petition::{manifest, publish};
use crate::support::rng::TestRng;

#[derive(Deserialize)]
struct Vector {
    name: String,
    n: String,
    e: String,
    msg: String,
    msg_prefix: String,
    inv: String,
    blinded_msg: String,
    blind_sig: String,
    sig: String,
}

#[test]
fn rsabssa_sha384_pss_randomized() {
    run::<Sha384, PSS, Randomized>("RSABSSA-SHA384-PSS-Randomized");
}

#[test]
fn rsabssa_sha384_psszero_randomized() {
    run::<Sha384, PSSZero, Randomized>("RSABSSA-SHA384-PSSZERO-Randomized");
}

#[test]
fn rsabssa_sha384_pss_deterministic() {
    run::<Sha384, PSS, Deterministic>("RSABSSA-SHA384-PSS-Deterministic");
    // The alias that blind.rs names is this type.
    let _: PublicKeySha384PSSDeterministic = public_key::<Sha384, PSS, Deterministic>(&vectors()[0]);
}

#[test]
fn rsabssa_sha384_psszero_deterministic() {
    run::<Sha384, PSSZero, Deterministic>("RSABSSA-SHA384-PSSZERO-Deterministic");
}

#[test]
fn a_key_of_the_vectors_is_no_token_key() {
    let key = public_key::<Sha384, PSS, Deterministic>(&vectors()[0]);
    assert!(TokenKey::from_spki(&key.to_spki().unwrap()).is_err());
}

/// Finalize with the vector's own inv gives the vector's signature, which verifies; a changed one does not.
fn run<H: HashAlgorithm, S: SaltMode, M: MessagePrepare>(name: &str) {
    let vector = vectors().into_iter().find(|vector| vector.name == name).unwrap();
    let key = public_key::<H, S, M>(&vector);
    let message = bytes(&vector.msg);
    let msg_randomizer = M::RANDOMIZE.then(|| MessageRandomizer(bytes(&vector.msg_prefix).try_into().unwrap()));
    let result = BlindingResult {
        blind_message: BlindMessage(bytes(&vector.blinded_msg)),
        secret: Secret(bytes(&vector.inv)),
        msg_randomizer,
    };
    let signature = key.finalize(&BlindSignature(bytes(&vector.blind_sig)), &result, &message).unwrap();
    assert_eq!(signature.0, bytes(&vector.sig));
    key.verify(&Signature(bytes(&vector.sig)), msg_randomizer, &message).unwrap();
    let mut wrong = bytes(&vector.blind_sig);
    wrong[9] ^= 1;
    assert!(key.finalize(&BlindSignature(wrong), &result, &message).is_err());
}

#[test]
fn our_wrapper_agrees_with_openssl() {
    let petition = publish(&manifest(0));
    let key = token_key(0);
    for seed in 0..8 {
        let input = TokenInput::of_petition(petition.manifest(), &petition.petition_id(), [seed as u8; 32].into());
        let (request, secret) = blind(&key, &input, &mut TestRng::new(seed)).unwrap();
        assert_eq!(request.truncated_token_key_id, key.id().truncated());
        let response = TokenResponse { blind_sig: blind_sign(0, &request.blinded_msg) };
        let token = finalize(&key, &input, secret, &response).unwrap();
        assert!(openssl_takes(0, &token));
        verify(&key, &token).unwrap();

        let mut changed = token.clone();
        changed.authenticator[200] ^= 1;
        assert_eq!(verify(&key, &changed), Err(BlindError::Signature));
        let mut changed = token.clone();
        changed.input.nonce = [0xee; 32].into();
        assert_eq!(verify(&key, &changed), Err(BlindError::Signature));
        // The same last byte is not enough: tokens under one key whose ids differ would be two of one signature.
        let mut changed = token.clone();
        let mut id = *token.input.token_key_id.as_bytes();
        id[0] ^= 1;
        changed.input.token_key_id = id.into();
        assert_eq!(verify(&key, &changed), Err(BlindError::Key));
        assert_eq!(verify(&token_key(1), &token), Err(BlindError::Key));
    }
}

/// One in 256 begins with a zero, which is a byte of it all the same.
#[test]
fn a_signature_that_begins_with_a_zero_is_unblinded_and_verified() {
    let petition = publish(&manifest(0));
    let key = token_key(0);
    let begins_with_zero = (0..10_000).any(|seed: u64| {
        let input = TokenInput::of_petition(petition.manifest(), &petition.petition_id(), [7; 32].into());
        let (request, secret) = blind(&key, &input, &mut TestRng::new(seed)).unwrap();
        let response = TokenResponse { blind_sig: blind_sign(0, &request.blinded_msg) };
        let token = finalize(&key, &input, secret, &response).unwrap();
        assert!(token.authenticator[0] != 0 || openssl_takes(0, &token));
        token.authenticator[0] == 0
    });
    assert!(begins_with_zero, "one was tried");
}

fn vectors() -> Vec<Vector> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let package =
        metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == "blind-rsa-signatures");
    let manifest = PathBuf::from(package.unwrap()["manifest_path"].as_str().unwrap());
    let file = manifest.with_file_name("tests").join("test_vectors_rfc9474.json");
    let vectors: Vec<Vector> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(vectors.len(), 4);
    vectors
}

fn public_key<H: HashAlgorithm, S: SaltMode, M: MessagePrepare>(vector: &Vector) -> PublicKey<H, S, M> {
    let number = |text: &str| {
        let bytes = bytes(text);
        BoxedUint::from_be_slice(&bytes, 8 * bytes.len() as u32).unwrap()
    };
    PublicKey::new(RsaPublicKey::new(number(&vector.n), number(&vector.e)).unwrap())
}

fn bytes(text: &str) -> Vec<u8> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
