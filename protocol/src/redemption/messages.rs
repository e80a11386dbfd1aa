use serde::{Deserialize, Serialize};

use super::{Nonce, Promise, Withdrawal, WithdrawalKey};
use crate::ed25519::Signature;
use crate::public_log::Hash;
use crate::timestamp::Timestamp;

/// Body of `POST /v1/petitions/{petition_id}/withdrawals`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalRequest {
    /// The nonce of the signature that is withdrawn.
    pub nonce: Nonce,
    /// The key whose hash it is.
    pub withdrawal_key: WithdrawalKey,
}

impl WithdrawalRequest {
    /// Reveals a key.
    pub fn of(withdrawal_key: WithdrawalKey) -> Self {
        Self { nonce: withdrawal_key.nonce(), withdrawal_key }
    }

    /// The withdrawal, where the key fits the nonce.
    pub fn withdrawal(self) -> Option<Withdrawal> {
        let withdrawal = Withdrawal::of(self.withdrawal_key);
        (*withdrawal.nonce() == self.nonce).then_some(withdrawal)
    }
}

/// Answer to `POST /v1/petitions/{petition_id}/signatures` and `…/withdrawals`; the same for every repeat of the same token or key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum RedemptionAnswer {
    /// Accepted, not yet in the log.
    Promised {
        /// Leaf hash of the signature's or withdrawal's entry.
        leaf_hash: Hash,
        /// The log's signature, see [`Promise`].
        promise: Signature,
        /// When it is published at the latest.
        publish_by: Timestamp,
    },
    /// In the log.
    Published {
        /// Leaf hash of the signature's or withdrawal's entry.
        leaf_hash: Hash,
        /// Where it stands.
        leaf_index: u64,
    },
}

impl RedemptionAnswer {
    /// The leaf hash, published or not.
    pub fn leaf_hash(&self) -> Hash {
        match self {
            Self::Promised { leaf_hash, .. } | Self::Published { leaf_hash, .. } => *leaf_hash,
        }
    }
}

impl From<Promise> for RedemptionAnswer {
    fn from(promise: Promise) -> Self {
        Self::Promised { leaf_hash: promise.leaf_hash, promise: promise.signature, publish_by: promise.publish_by }
    }
}
