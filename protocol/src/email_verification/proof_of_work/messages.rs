use super::Hex;
use crate::email_verification::RequestDigest;
use crate::petition::Language;
use crate::{json_object, json_word, serde_by_json};

/// Body of `POST /v1/email-verifications/challenge`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChallengeRequest {
    /// The request that the proof will go with, and no other.
    pub request_digest: RequestDigest,
}

json_object!(strict ChallengeRequest { request_digest });

/// Answer to it: ALTCHA's challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// What is to be done.
    pub parameters: ChallengeParameters,
    /// HMAC-SHA-256 over the canonical JSON of the parameters, under a key of the server's.
    pub signature: Hex<32>,
}

json_object!(strict Challenge { parameters, signature });

/// What is to be done: to find the counter whose derived key begins with `key_prefix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChallengeParameters {
    /// How keys are derived.
    pub algorithm: Algorithm,
    /// Iterations of one try.
    pub cost: u32,
    /// What the server keeps in the challenge for itself.
    pub data: ChallengeData,
    /// Bytes of a derived key: 32.
    pub key_length: u32,
    /// What the key begins with.
    pub key_prefix: Hex<16>,
    /// HMAC-SHA-256 over the whole key, under another key of the server's: it verifies without deriving.
    pub key_signature: Hex<32>,
    /// What the password begins with.
    pub nonce: Hex<16>,
    /// The salt.
    pub salt: Hex<16>,
}

json_object!(strict ChallengeParameters {
    algorithm,
    cost,
    data,
    key_length as "keyLength",
    key_prefix as "keyPrefix",
    key_signature as "keySignature",
    nonce,
    salt,
});

/// How keys are derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RFC 8018 with HMAC-SHA-256: browsers have it built in.
    Pbkdf2Sha256,
}

json_word!(Algorithm { Pbkdf2Sha256 = "PBKDF2/SHA-256" });

/// What is ours in a challenge; signed with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChallengeData {
    /// How hard it is: 1, and one more each time the work doubles.
    pub level: u32,
    /// The counter is one of 1 to this.
    pub most_tries: u32,
    /// The request that it was asked for.
    pub request_digest: RequestDigest,
    /// Last moment, in seconds since 1970.
    pub valid_until: u64,
}

json_object!(strict ChallengeData { level, most_tries, request_digest, valid_until });

/// ALTCHA's payload: a challenge and what solves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofOfWork {
    /// As the server gave it.
    pub challenge: Challenge,
    /// What was found.
    pub solution: Solution,
}

json_object!(strict ProofOfWork { challenge, solution });

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    /// The number of the try.
    pub counter: u32,
    /// Its key.
    pub derived_key: Hex<32>,
}

json_object!(strict Solution { counter, derived_key as "derivedKey" });

/// A [`VerificationRequest`](super::super::VerificationRequest), with or without a proof of work: what a server reads. No `Debug`: it
/// holds an address.
pub struct ProvenVerificationRequest {
    /// The address as typed.
    pub email: String,
    /// Language of the mail.
    pub locale: Language,
    /// What the address is confirmed for.
    pub request_digest: RequestDigest,
    /// Made for this digest.
    pub proof_of_work: Option<ProofOfWork>,
}

json_object!(strict ProvenVerificationRequest { email, locale, request_digest } omits { proof_of_work });
serde_by_json!(ChallengeRequest, Challenge, ChallengeData, ProofOfWork, ProvenVerificationRequest);
