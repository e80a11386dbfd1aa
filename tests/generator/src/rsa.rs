use anyhow::{Context as _, Result, ensure};
use openssl::bn::{BigNum, BigNumContext};
use openssl::pkey::Private;
use openssl::rsa::{Padding, Rsa, RsaPrivateKeyBuilder};
use openssl::sha::sha384;
use undersign_protocol::issuance::{NK, TokenKey};

use crate::seed;

const EXPONENT: u32 = 65_537;
/// Bytes of SHA-384, and of the salt.
const HASH: usize = 48;
/// Bytes of a prime.
const PRIME: usize = NK / 2;
/// Rounds of Miller and Rabin's test: OpenSSL makes at least as many as the size needs.
const ROUNDS: i32 = 8;

/// An RSA-2048 key that follows from a seed.
pub struct Key(Rsa<Private>);

impl Key {
    /// Searches two primes, from where the seed leads.
    pub fn of_seed(seed: u64) -> Result<Self> {
        let mut context = BigNumContext::new()?;
        let (p, q) = (prime(seed, "p", &mut context)?, prime(seed, "q", &mut context)?);
        let (p, q) = if p > q { (p, q) } else { (q, p) };
        let one = BigNum::from_u32(1)?;
        let e = BigNum::from_u32(EXPONENT)?;
        let (mut n, mut phi, mut d) = (BigNum::new()?, BigNum::new()?, BigNum::new()?);
        let (mut p_less, mut q_less) = (BigNum::new()?, BigNum::new()?);
        p_less.checked_sub(&p, &one)?;
        q_less.checked_sub(&q, &one)?;
        n.checked_mul(&p, &q, &mut context)?;
        phi.checked_mul(&p_less, &q_less, &mut context)?;
        d.mod_inverse(&e, &phi, &mut context)?;
        let (mut dp, mut dq, mut inverse) = (BigNum::new()?, BigNum::new()?, BigNum::new()?);
        dp.nnmod(&d, &p_less, &mut context)?;
        dq.nnmod(&d, &q_less, &mut context)?;
        inverse.mod_inverse(&q, &p, &mut context)?;
        let key = RsaPrivateKeyBuilder::new(n, e, d)?.set_factors(p, q)?.set_crt_params(dp, dq, inverse)?.build();
        ensure!(key.check_key()?, "the seed gives no key");
        Ok(Self(key))
    }

    /// The public half.
    pub fn public(&self) -> Result<TokenKey> {
        let modulus: [u8; NK] = self.0.n().to_vec_padded(NK as i32)?.as_slice().try_into()?;
        TokenKey::from_modulus(modulus).context("the seed gives a key that clients refuse; take another seed")
    }

    /// RSASSA-PSS (RFC 8017 §8.1.1) with SHA-384, MGF1-SHA-384 and a salt of 48 bytes that is given, so that the same plan gives the
    /// same log: the encoding here, the private operation as the issuer makes it.
    pub fn sign(&self, message: &[u8], salt: &[u8; HASH]) -> Result<[u8; NK]> {
        let mut signature = [0; NK];
        self.0.private_encrypt(&encode(message, salt), &mut signature, Padding::NONE)?;
        Ok(signature)
    }
}

/// EMSA-PSS-ENCODE (RFC 8017 §9.1.1) with emBits = 2047.
fn encode(message: &[u8], salt: &[u8; HASH]) -> [u8; NK] {
    let hash = sha384(&[&[0; 8], sha384(message).as_slice(), salt].concat());
    let mut encoded = [0; NK];
    let (masked, rest) = encoded.split_at_mut(NK - HASH - 1);
    let before_salt = masked.len() - HASH;
    masked[before_salt - 1] = 0x01;
    masked[before_salt..].copy_from_slice(salt);
    for (counter, chunk) in masked.chunks_mut(HASH).enumerate() {
        // MGF1 (RFC 8017 §B.2.1).
        let mask = sha384(&[hash.as_slice(), &(counter as u32).to_be_bytes()].concat());
        chunk.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    }
    masked[0] &= 0x7f;
    rest[..HASH].copy_from_slice(&hash);
    rest[HASH] = 0xbc;
    encoded
}

fn prime(seed: u64, purpose: &str, context: &mut BigNumContext) -> Result<BigNum> {
    let mut bytes: [u8; PRIME] = seed::long(seed, purpose, 0);
    // Both highest bits, so that a product has 2048 bits; odd.
    bytes[0] |= 0xc0;
    bytes[PRIME - 1] |= 0x01;
    let mut candidate = BigNum::from_slice(&bytes)?;
    while !candidate.is_prime_fasttest(ROUNDS, context, true)? || candidate.mod_word(EXPONENT)? == 1 {
        candidate.add_word(2)?;
    }
    Ok(candidate)
}

#[cfg(test)]
mod tests {
    use openssl::hash::MessageDigest;
    use openssl::pkey::PKey;
    use openssl::rsa::Padding;
    use openssl::sign::{RsaPssSaltlen, Verifier};

    use super::Key;

    #[test]
    fn openssl_s_own_verification_takes_what_is_signed_here() {
        let key = Key::of_seed(1).unwrap();
        let signature = key.sign(b"a message", &[7; 48]).unwrap();
        let public = PKey::from_rsa(key.0).unwrap();
        let mut verifier = Verifier::new(MessageDigest::sha384(), &public).unwrap();
        verifier.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
        verifier.set_rsa_mgf1_md(MessageDigest::sha384()).unwrap();
        verifier.set_rsa_pss_saltlen(RsaPssSaltlen::custom(48)).unwrap();
        assert!(verifier.verify_oneshot(&signature, b"a message").unwrap());
    }
}
