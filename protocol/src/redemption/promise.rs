use crate::bytes::to_base64;
use crate::ed25519::{PublicKey, SecretKey, Signature, SignatureError};
use crate::public_log::Hash;
use crate::timestamp::Timestamp;

/// The log's word that an entry will be in it by a certain time. Broken, it is evidence against the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    /// Leaf hash of the entry.
    pub leaf_hash: Hash,
    /// When it is published at the latest.
    pub publish_by: Timestamp,
    /// By log.public_key over `"undersign promise v1\n{origin}\n{base64 leaf hash}\n{publish_by}\n"`.
    pub signature: Signature,
}

impl Promise {
    /// Signs a promise for the log of this origin.
    pub fn sign(origin: &str, leaf_hash: Hash, publish_by: Timestamp, key: &SecretKey) -> Self {
        let signature = key.sign(&signing_text(origin, &leaf_hash, publish_by));
        Self { leaf_hash, publish_by, signature }
    }

    /// Verifies the signature.
    pub fn verify(&self, origin: &str, key: &PublicKey) -> Result<(), SignatureError> {
        key.verify(&signing_text(origin, &self.leaf_hash, self.publish_by), &self.signature)
    }
}

/// The leaf hash is in base64 with padding, as C2SP's notes write hashes; the time as RFC 3339.
fn signing_text(origin: &str, leaf_hash: &Hash, publish_by: Timestamp) -> Vec<u8> {
    let leaf_hash = to_base64(leaf_hash.as_bytes());
    format!("undersign promise v1\n{origin}\n{leaf_hash}\n{publish_by}\n").into_bytes()
}
