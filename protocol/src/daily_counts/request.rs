use crate::bytes::byte_string;
use crate::ed25519::{PublicKey, SecretKey, Signature, SignatureError};
use crate::petition::PetitionId;
use crate::{json_object, serde_by_json};

byte_string!(
    /// Random bytes that make every request for counts its own, 16 bytes: it is answered once.
    CountsNonce,
    16
);

/// Whose counts are asked for. A request to one side is none to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedBy {
    /// The identified side.
    Issuer,
    /// The anonymous side.
    Origin,
}

/// Body of `POST /v1/petitions/{petition_id}/issued/days` (to the issuer) and `…/total/days` (to the origin): the petition's organiser
/// asks what was counted of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountsRequest {
    /// Today, in days since 1970-01-01: it is answered today or tomorrow, and never again.
    pub day: u64,
    /// Random.
    pub nonce: CountsNonce,
    /// Over the text of [`CountsRequest::verify`].
    pub signature: Signature,
}

json_object!(strict CountsRequest { day, nonce, signature });
serde_by_json!(CountsRequest);

impl CountsRequest {
    /// Signs a request.
    pub fn sign(petition_id: &PetitionId, side: CountedBy, day: u64, nonce: CountsNonce, key: &SecretKey) -> Self {
        let signature = key.sign(&signing_text(petition_id, side, day, &nonce));
        Self { day, nonce, signature }
    }

    /// Verifies the signature over `"undersign counts v1\n{petition_id}\n{issuer or origin}\n{day}\n{nonce}\n"`.
    ///
    /// # Arguments
    /// * `key` – the organiser's, from the petition's manifest
    pub fn verify(&self, petition_id: &PetitionId, side: CountedBy, key: &PublicKey) -> Result<(), SignatureError> {
        key.verify(&signing_text(petition_id, side, self.day, &self.nonce), &self.signature)
    }
}

fn signing_text(petition_id: &PetitionId, side: CountedBy, day: u64, nonce: &CountsNonce) -> Vec<u8> {
    let side = match side {
        CountedBy::Issuer => "issuer",
        CountedBy::Origin => "origin",
    };
    format!("undersign counts v1\n{petition_id}\n{side}\n{day}\n{nonce}\n").into_bytes()
}
