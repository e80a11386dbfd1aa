use super::{Issuer, Log, Origin, Slug};
use crate::bytes::byte_string;
use crate::ed25519::{PublicKey, SecretKey, Signature, SignatureError};
use crate::{json_object, serde_by_json};

byte_string!(
    /// Random bytes that make every prepare request its own, 16 bytes.
    PrepareNonce,
    16
);

/// Body of `POST /v1/petitions/prepare`, sent to each side: asks for the keys that the manifest will name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrepareRequest {
    /// The slug that the manifest will have.
    pub slug: Slug,
    /// The organiser's public key.
    pub organiser_key: PublicKey,
    /// Random.
    pub nonce: PrepareNonce,
    /// Over the text of [`PrepareRequest::verify`].
    pub signature: Signature,
}

json_object!(strict PrepareRequest { slug, organiser_key, nonce, signature });

/// The identified side's answer. Where one process serves both sides, it answers with the members of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedIdentified {
    /// To be copied into the manifest.
    pub issuer: Issuer,
}

json_object!(open PreparedIdentified { issuer });

/// The anonymous side's answer. Where one process serves both sides, it answers with the members of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedAnonymous {
    /// To be copied into the manifest.
    pub origin: Origin,
    /// To be copied into the manifest.
    pub log: Log,
}

json_object!(open PreparedAnonymous { origin, log });
serde_by_json!(PrepareRequest, PreparedIdentified, PreparedAnonymous);

impl PrepareRequest {
    /// Signs a request.
    pub fn sign(slug: Slug, nonce: PrepareNonce, key: &SecretKey) -> Self {
        let organiser_key = key.public_key();
        let signature = key.sign(&signing_text(&slug, &organiser_key, &nonce));
        Self { slug, organiser_key, nonce, signature }
    }

    /// Verifies the signature over `"undersign prepare v1\n{slug}\n{organiser_key}\n{nonce}\n"`, both in base64url.
    pub fn verify(&self) -> Result<(), SignatureError> {
        let text = signing_text(&self.slug, &self.organiser_key, &self.nonce);
        self.organiser_key.verify(&text, &self.signature)
    }
}

fn signing_text(slug: &Slug, key: &PublicKey, nonce: &PrepareNonce) -> Vec<u8> {
    format!("undersign prepare v1\n{slug}\n{key}\n{nonce}\n").into_bytes()
}
