use sha2::{Digest as _, Sha256};

use super::RequestDigest;

/// Two digits that the waiting page shows and the confirm page asks for, never in the mail: whoever was not the one to begin does not
/// know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckNumber(u8);

/// The text is not two digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a check number is two digits")]
pub struct CheckNumberError;

impl CheckNumber {
    /// SHA-256("undersign check v1" ‖ request_digest) as a big-endian number mod 100.
    pub fn of(digest: &RequestDigest) -> Self {
        let hash = Sha256::new().chain_update(b"undersign check v1").chain_update(digest.as_bytes()).finalize();
        let number = hash.iter().fold(0u16, |remainder, byte| (remainder * 256 + u16::from(*byte)) % 100);
        Self(number as u8)
    }
}

impl std::str::FromStr for CheckNumber {
    type Err = CheckNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().as_bytes() {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Ok(Self((tens - b'0') * 10 + ones - b'0')),
            _ => Err(CheckNumberError),
        }
    }
}

impl std::fmt::Display for CheckNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}", self.0)
    }
}
