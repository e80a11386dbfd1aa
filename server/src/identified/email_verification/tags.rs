use std::future::Future;
use std::pin::Pin;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use undersign_protocol::email_verification::CanonicalAddress;
use zeroize::Zeroizing;

use super::rules::{Tag, VerificationError};

/// Who computes an address's tag. A manifest says which (`issuer.tags`), and under an open petition it never changes: another tag
/// would make every address new.
pub(super) trait AddressTags: Send + Sync {
    /// The tag of a canonical address.
    fn tag<'a>(
        &'a self,
        address: &'a CanonicalAddress,
    ) -> Pin<Box<dyn Future<Output = Result<Tag, VerificationError>> + Send + 'a>>;

    /// Tells one key from another without telling anything of it: HMAC(tag key, "check").
    fn check_value(&self) -> [u8; 32];
}

/// Tags under a key of this side: HMAC-SHA-256(tag key, canonical address). Whoever holds the key can test guessed addresses.
pub(super) struct LocalTags {
    key: Zeroizing<[u8; 32]>,
}

impl LocalTags {
    pub(super) fn new(key: Zeroizing<[u8; 32]>) -> Self {
        Self { key }
    }
}

impl AddressTags for LocalTags {
    fn tag<'a>(
        &'a self,
        address: &'a CanonicalAddress,
    ) -> Pin<Box<dyn Future<Output = Result<Tag, VerificationError>> + Send + 'a>> {
        let tag = Tag(hmac_sha256(&self.key, address.as_bytes()));
        Box::pin(std::future::ready(Ok(tag)))
    }

    fn check_value(&self) -> [u8; 32] {
        // No canonical address is this word, for it has no "@".
        hmac_sha256(&self.key, b"check")
    }
}

/// HMAC-SHA-256 (RFC 2104).
pub(in crate::identified) fn hmac_sha256(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // Unwrap safety: HMAC takes keys of every length.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes every length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}
