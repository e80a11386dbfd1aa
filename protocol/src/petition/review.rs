use super::PetitionId;
use crate::bytes::byte_string;
use crate::ed25519::{PublicKey, SecretKey, Signature, SignatureError};
use crate::timestamp::Timestamp;
use crate::{json_object, json_word, serde_by_json};

byte_string!(
    /// Random bytes that make every question its own, 16 bytes.
    ReviewNonce,
    16
);

/// Body of `POST /v1/petitions/{petition_id}/review`, sent to each side: the organiser asks where a petition stands that is not public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewQuestion {
    /// By the organiser's clock.
    pub asked_at: Timestamp,
    /// Random; a server takes it once.
    pub nonce: ReviewNonce,
    /// Over the text of [`ReviewQuestion::verify`].
    pub signature: Signature,
}

json_object!(strict ReviewQuestion { asked_at, nonce, signature });

/// Where a petition stands with the operator's moderator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewState {
    /// Nobody has decided yet.
    Waiting,
    /// It is accepted, and published as soon as the server comes to it.
    Accepted,
    /// It is not published.
    Refused,
    /// It is public.
    Published,
}

json_word!(ReviewState { Waiting = "waiting", Accepted = "accepted", Refused = "refused", Published = "published" });

/// The answer, and with status 202 that of a publication that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewAnswer {
    /// The petition.
    pub petition_id: PetitionId,
    /// Where it stands.
    pub state: ReviewState,
    /// Why it was refused, in the moderator's words.
    pub reason: Option<String>,
}

json_object!(open ReviewAnswer { petition_id, state } omits { reason });
serde_by_json!(ReviewQuestion, ReviewState, ReviewAnswer);

impl ReviewQuestion {
    /// Seconds by which the two clocks may differ.
    pub const TOLERANCE: u64 = 600;

    /// Signs a question.
    pub fn sign(petition_id: &PetitionId, asked_at: Timestamp, nonce: ReviewNonce, key: &SecretKey) -> Self {
        Self { asked_at, nonce, signature: key.sign(&signing_text(petition_id, asked_at, &nonce)) }
    }

    /// Verifies the signature over `"undersign review v1\n{petition_id}\n{asked_at}\n{nonce}\n"`.
    pub fn verify(&self, petition_id: &PetitionId, key: &PublicKey) -> Result<(), SignatureError> {
        key.verify(&signing_text(petition_id, self.asked_at, &self.nonce), &self.signature)
    }

    /// Whether it was asked just now, by a clock that is nearly right.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        self.asked_at.plus(Self::TOLERANCE) >= now && now.plus(Self::TOLERANCE) >= self.asked_at
    }
}

fn signing_text(petition_id: &PetitionId, asked_at: Timestamp, nonce: &ReviewNonce) -> Vec<u8> {
    format!("undersign review v1\n{petition_id}\n{asked_at}\n{nonce}\n").into_bytes()
}
