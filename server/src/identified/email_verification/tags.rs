use std::future::Future;
use std::pin::Pin;

use undersign_protocol::email_verification::CanonicalAddress;
use undersign_protocol::petition::Tags;
use zeroize::Zeroizing;

use super::rules::{Tag, VerificationError};
use crate::mac::hmac_sha256;

/// Who computes an address's tag. A manifest says which (`issuer.tags`), and under an open petition it never changes: another tag
/// would make every address new.
pub(super) trait AddressTags: Send + Sync {
    /// The tag of a canonical address.
    fn tag<'a>(
        &'a self,
        address: &'a CanonicalAddress,
    ) -> Pin<Box<dyn Future<Output = Result<Tag, VerificationError>> + Send + 'a>>;

    /// Tells one key from another, and one kind from another, without telling anything of the key.
    fn check_value(&self) -> [u8; 32];

    /// What manifests say.
    fn kind(&self) -> Tags;

    /// Tells the operator whether tags cannot be computed, where that has changed.
    fn tell(&self) {}
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

    fn kind(&self) -> Tags {
        Tags::Local
    }
}
