use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::bytes::byte_string;
use crate::petition::Language;

byte_string!(
    /// SHA-256 of the exact body that will be posted to `/v1/token-requests`, 32 bytes.
    RequestDigest,
    32
);

impl RequestDigest {
    /// Hashes a body.
    pub fn of(body: &[u8]) -> Self {
        Self::from(<[u8; 32]>::from(Sha256::digest(body)))
    }
}

/// Body of `POST /v1/email-verifications`. No `Debug`: it holds an address.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerificationRequest {
    /// The address as typed.
    pub email: String,
    /// Language of the mail.
    pub locale: Language,
    /// What the address is confirmed for.
    pub request_digest: RequestDigest,
}

/// Answer to it, of the same size whoever asks.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerificationAnswer {
    /// Sealed; goes back with the code from the mail.
    pub verification: String,
}

/// Body of `POST /v1/email-verifications/confirm`. No `Debug`: link and code confirm.
#[derive(Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Confirmation {
    /// From the mailed link, in any browser.
    Link {
        /// The sealed token from the link.
        token: String,
        /// The check number, typed.
        check: String,
    },
    /// From the code in the mail's subject, in the client that waits.
    Code {
        /// From [`VerificationAnswer`].
        verification: String,
        /// The code, typed.
        code: String,
    },
}

/// Answer to it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmed {
    /// Always true.
    pub confirmed: bool,
}
