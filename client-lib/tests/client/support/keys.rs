use std::sync::OnceLock;

use openssl::bn::BigNumRef;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Verifier};
use undersign_protocol::issuance::{NK, TokenKey};
use undersign_protocol::redemption::Token;

/// How many keys a test program has.
pub const KEYS: usize = 4;

/// RSA-2048 key pairs with distinct last bytes of their ids, made once a test program.
pub fn rsa_key(index: usize) -> &'static Rsa<Private> {
    static MADE: OnceLock<Vec<Rsa<Private>>> = OnceLock::new();
    &MADE.get_or_init(|| {
        let mut keys: Vec<Rsa<Private>> = Vec::new();
        while keys.len() < KEYS {
            let key = Rsa::generate(2048).unwrap();
            let byte = |key: &Rsa<Private>| public(key).id().truncated();
            if keys.iter().all(|other| byte(other) != byte(&key)) {
                keys.push(key);
            }
        }
        keys
    })[index]
}

/// The public half.
pub fn token_key(index: usize) -> TokenKey {
    public(rsa_key(index))
}

/// RFC 9474 §4.3: the bare private operation on a blinded message.
pub fn blind_sign(index: usize, blinded_msg: &[u8; NK]) -> [u8; NK] {
    let mut blind_sig = [0; NK];
    rsa_key(index).private_encrypt(blinded_msg, &mut blind_sig, Padding::NONE).unwrap();
    blind_sig
}

/// OpenSSL's own RSASSA-PSS verification of a token.
pub fn openssl_takes(index: usize, token: &Token) -> bool {
    let key = PKey::from_rsa(rsa_key(index).clone()).unwrap();
    let mut verifier = Verifier::new(MessageDigest::sha384(), &key).unwrap();
    verifier.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
    verifier.set_rsa_mgf1_md(MessageDigest::sha384()).unwrap();
    verifier.set_rsa_pss_saltlen(RsaPssSaltlen::custom(48)).unwrap();
    verifier.update(&token.input.encode()).unwrap();
    verifier.verify(&token.authenticator).unwrap_or(false)
}

fn public(key: &Rsa<Private>) -> TokenKey {
    TokenKey::from_modulus(padded(key.n())).unwrap()
}

fn padded(number: &BigNumRef) -> [u8; NK] {
    number.to_vec_padded(NK as i32).unwrap().try_into().unwrap()
}
