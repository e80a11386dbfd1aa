//! RSASSA-PSS verification by OpenSSL, for programs that verify many tokens: the server that takes them, the audit that recounts them.
//! Clients of signers, browsers among them, use [`blind`](crate::blind).

use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use openssl::md::Md;
use openssl::pkey::{PKey, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use openssl::sha::sha384;
use openssl::sign::RsaPssSaltlen;
use undersign_protocol::issuance::TokenKey;

/// Bytes of salt of token type 0x0002 (RFC 9578 §6).
const SALT: i32 = 48;
const EXPONENT: u32 = 65_537;

/// A petition's key, parsed and ready: RSASSA-PSS (RFC 8017 §8.1.2) with SHA-384, MGF1-SHA-384 and exactly 48 bytes of salt. Each
/// thread makes its own.
pub struct PssVerifier(PkeyCtx<Public>);

impl PssVerifier {
    /// Parses a key.
    ///
    /// # Errors
    /// OpenSSL does not take it, or has no memory.
    pub fn new(key: &TokenKey) -> Result<Self, ErrorStack> {
        let modulus = BigNum::from_slice(key.modulus())?;
        let key = PKey::from_rsa(Rsa::from_public_components(modulus, BigNum::from_u32(EXPONENT)?)?)?;
        let mut context = PkeyCtx::new(&key)?;
        context.verify_init()?;
        context.set_rsa_padding(Padding::PKCS1_PSS)?;
        context.set_signature_md(Md::sha384())?;
        context.set_rsa_mgf1_md(Md::sha384())?;
        context.set_rsa_pss_saltlen(RsaPssSaltlen::custom(SALT))?;
        Ok(Self(context))
    }

    /// Verifies one signature alone. An error inside OpenSSL is a signature that is not valid.
    pub fn verify(&mut self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify(&sha384(message), signature).unwrap_or(false)
    }
}
