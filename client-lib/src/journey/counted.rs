use undersign_protocol::ed25519::PublicKey;
use undersign_protocol::petition::Publication;
use undersign_protocol::public_log::Hash;
use undersign_protocol::redemption::{Promise, RedemptionAnswer};
use undersign_protocol::timestamp::Timestamp;

/// Seconds by which the clocks of signer and server may differ.
const CLOCK_TOLERANCE: u64 = 600;

/// What the server said about a signature or a withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// In the log by a certain time; the promise is verified.
    Promised(Promise),
    /// In the log already, by the server's word: watching the log verifies it.
    Published {
        /// Index of the leaf.
        leaf_index: u64,
    },
}

/// Why the server's word is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PromiseError {
    /// It speaks of another entry than the one that was handed in.
    #[error("the server answered for another signature")]
    LeafHash,
    /// The promise is not signed by the petition's log.
    #[error("the promise is not signed by the petition's log")]
    Signature,
    /// The promised time is later than the petition's rule allows; or this machine's clock is slow.
    #[error("the promise is for {promised}, later than the petition's rule allows ({allowed})")]
    TooLate {
        /// What was promised.
        promised: Timestamp,
        /// What the rule allows, by this machine's clock.
        allowed: Timestamp,
    },
}

/// The log that promises, and the rule that it keeps to.
pub(crate) struct Promisor {
    pub origin: String,
    pub key: PublicKey,
    pub opens_at: Timestamp,
    pub publication: Publication,
}

impl Promisor {
    /// Reads an answer about the entry with this leaf hash. The promise must be signed by the log, and its time not later than the
    /// petition's rule allows.
    pub fn read(&self, answer: RedemptionAnswer, own: &Hash, now: Timestamp) -> Result<Counted, PromiseError> {
        if answer.leaf_hash() != *own {
            return Err(PromiseError::LeafHash);
        }
        match answer {
            RedemptionAnswer::Published { leaf_index, .. } => Ok(Counted::Published { leaf_index }),
            RedemptionAnswer::Promised { leaf_hash, promise: signature, publish_by } => {
                let promise = Promise { leaf_hash, publish_by, signature };
                promise.verify(&self.origin, &self.key).map_err(|_| PromiseError::Signature)?;
                let allowed = self.publication.publish_by(self.opens_at, now.plus(CLOCK_TOLERANCE));
                if publish_by > allowed {
                    return Err(PromiseError::TooLate { promised: publish_by, allowed });
                }
                Ok(Counted::Promised(promise))
            }
        }
    }
}
