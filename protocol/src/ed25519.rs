use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use zeroize::ZeroizeOnDrop;

use crate::bytes::byte_string;

byte_string!(
    /// An Ed25519 public key (RFC 8032), 32 bytes. Not every value is a point on the curve: that is found at verification.
    PublicKey,
    32
);

byte_string!(
    /// An Ed25519 signature (RFC 8032), 64 bytes.
    Signature,
    64
);

/// The signature is not that of this key over this text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature is not valid")]
pub struct SignatureError;

/// An Ed25519 private key; wiped when dropped, never printed.
#[derive(ZeroizeOnDrop)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// From the 32 random bytes of RFC 8032 §5.1.5.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The 32 bytes to keep.
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        PublicKey::from(self.0.verifying_key().to_bytes())
    }

    /// Signs a text that begins with its own context string, so that no signature can be taken for one over something else.
    pub fn sign(&self, text: &[u8]) -> Signature {
        Signature::from(self.0.sign(text).to_bytes())
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl PublicKey {
    /// Verifies strictly: small-order keys and non-canonical encodings are refused, so that one signature has one reading.
    pub fn verify(&self, text: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        let key = VerifyingKey::from_bytes(self.as_bytes()).map_err(|_| SignatureError)?;
        let signature = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
        key.verify_strict(text, &signature).map_err(|_| SignatureError)
    }
}
