//! What the arithmetic alone costs on this machine: OpenSSL's, and that of `blind-rsa-signatures`.

use anyhow::{Result, anyhow, ensure};
use blind_rsa_signatures::{PublicKeySha384PSSDeterministic, SecretKeySha384PSSDeterministic, Signature};
use openssl::pkey::Private;
use openssl::rsa::{Padding, Rsa};
use undersign_client_lib::blind::{blind, finalize};
use undersign_client_lib::pss::PssVerifier;
use undersign_protocol::issuance::{NK, TokenKey, TokenRequest, TokenResponse};
use undersign_protocol::redemption::{Token, TokenInput};
use undersign_tests::signer::rng;

use crate::clock::thread_cost;

/// A key, a request under it, and the token that comes of it.
pub struct Primitives {
    rsa: Rsa<Private>,
    secret: SecretKeySha384PSSDeterministic,
    public: PublicKeySha384PSSDeterministic,
    key: TokenKey,
    request: TokenRequest,
    token: Token,
}

impl Primitives {
    /// Makes a key and a token.
    pub fn new() -> Result<Self> {
        let rsa = Rsa::generate(2_048)?;
        let modulus: [u8; NK] = rsa.n().to_vec_padded(NK as i32)?.try_into().map_err(|_| anyhow!("a modulus"))?;
        let key = TokenKey::from_modulus(modulus)?;
        let input = TokenInput { nonce: [7; 32].into(), challenge_digest: [1; 32].into(), token_key_id: key.id() };
        let (request, secret) = blind(&key, &input, &mut rng())?;
        let mut blind_sig = [0; NK];
        rsa.private_encrypt(&request.blinded_msg, &mut blind_sig, Padding::NONE)?;
        let token = finalize(&key, &input, secret, &TokenResponse { blind_sig })?;
        let secret = SecretKeySha384PSSDeterministic::from_der(&rsa.private_key_to_der()?)?;
        let public = PublicKeySha384PSSDeterministic::from_spki(&key.to_spki())?;
        Ok(Self { rsa, secret, public, key, request, token })
    }

    /// OpenSSL's raw private operation, blinded and checked, as the issuer calls it; µs.
    pub fn openssl_private(&self, repetitions: usize) -> Result<f64> {
        let (mut out, mut failed) = ([0; NK], false);
        let cost = thread_cost(repetitions, || {
            failed |= self.rsa.private_encrypt(&self.request.blinded_msg, &mut out, Padding::NONE).is_err();
        });
        ensure!(!failed, "OpenSSL does not sign");
        Ok(cost)
    }

    /// `blind-rsa-signatures`' blind_sign; µs.
    pub fn crate_blind_sign(&self, repetitions: usize) -> Result<f64> {
        let mut failed = false;
        let cost = thread_cost(repetitions, || failed |= self.secret.blind_sign(self.request.blinded_msg).is_err());
        ensure!(!failed, "blind_sign fails");
        Ok(cost)
    }

    /// OpenSSL's PSS verification with a key that is parsed once; µs.
    pub fn openssl_verify(&self, repetitions: usize) -> Result<f64> {
        let mut verifier = PssVerifier::new(&self.key)?;
        let (message, mut valid) = (self.token.input.encode(), true);
        let cost = thread_cost(repetitions, || valid &= verifier.verify(&message, &self.token.authenticator));
        ensure!(valid, "a token is not valid");
        Ok(cost)
    }

    /// OpenSSL's raw public operation alone; µs.
    pub fn openssl_public(&self, repetitions: usize) -> Result<f64> {
        let (mut out, mut failed) = ([0; NK], false);
        let cost = thread_cost(repetitions, || {
            failed |= self.rsa.public_decrypt(&self.token.authenticator, &mut out, Padding::NONE).is_err();
        });
        ensure!(!failed, "OpenSSL does not compute");
        Ok(cost)
    }

    /// `blind-rsa-signatures`' verify with a key that is parsed once; µs.
    pub fn crate_verify(&self, repetitions: usize) -> Result<f64> {
        let (message, mut failed) = (self.token.input.encode(), false);
        let signature = Signature(self.token.authenticator.to_vec());
        let cost = thread_cost(repetitions, || failed |= self.public.verify(&signature, None, &message).is_err());
        ensure!(!failed, "a token is not valid");
        Ok(cost)
    }
}
