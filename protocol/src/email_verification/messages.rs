use sha2::{Digest as _, Sha256};

use crate::bytes::byte_string;
use crate::json::{FromJson, JsonError, Members, Object, ToJson, Value};
use crate::petition::Language;
use crate::{json_object, serde_by_json};

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
pub struct VerificationRequest {
    /// The address as typed.
    pub email: String,
    /// Language of the mail.
    pub locale: Language,
    /// What the address is confirmed for.
    pub request_digest: RequestDigest,
}

json_object!(strict VerificationRequest { email, locale, request_digest });

/// Answer to it, of the same size whoever asks.
pub struct VerificationAnswer {
    /// Sealed; goes back with the code from the mail.
    pub verification: String,
}

json_object!(strict VerificationAnswer { verification });

/// Body of `POST /v1/email-verifications/confirm`. No `Debug`: link and code confirm.
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

impl FromJson for Confirmation {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        let mut members = Members::of(value)?;
        let confirmation = if members.has("token") {
            Self::Link { token: members.read("token")?, check: members.read("check")? }
        } else {
            Self::Code { verification: members.read("verification")?, code: members.read("code")? }
        };
        members.finish()?;
        Ok(confirmation)
    }
}

impl ToJson for Confirmation {
    fn to_json(&self) -> Value<'_> {
        let mut object = Object::new();
        let (first, second) = match self {
            Self::Link { token, check } => (("token", token), ("check", check)),
            Self::Code { verification, code } => (("verification", verification), ("code", code)),
        };
        object.member(first.0, first.1);
        object.member(second.0, second.1);
        object.finish()
    }
}

/// Answer to it.
#[derive(Debug)]
pub struct Confirmed {
    /// Always true.
    pub confirmed: bool,
}

json_object!(strict Confirmed { confirmed });
serde_by_json!(VerificationRequest, VerificationAnswer, Confirmation, Confirmed);
