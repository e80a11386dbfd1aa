use super::{Nonce, Promise, Withdrawal, WithdrawalKey};
use crate::ed25519::Signature;
use crate::json::{FromJson, JsonError, Members, Object, ToJson, Value};
use crate::public_log::Hash;
use crate::timestamp::Timestamp;
use crate::{json_object, serde_by_json};

/// Body of `POST /v1/petitions/{petition_id}/withdrawals`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawalRequest {
    /// The nonce of the signature that is withdrawn.
    pub nonce: Nonce,
    /// The key whose hash it is.
    pub withdrawal_key: WithdrawalKey,
}

json_object!(strict WithdrawalRequest { nonce, withdrawal_key });
serde_by_json!(WithdrawalRequest, RedemptionAnswer);

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
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl FromJson for RedemptionAnswer {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        let mut members = Members::of(value)?;
        let leaf_hash = members.read("leaf_hash")?;
        let answer = if members.has("leaf_index") {
            Self::Published { leaf_hash, leaf_index: members.read("leaf_index")? }
        } else {
            Self::Promised { leaf_hash, promise: members.read("promise")?, publish_by: members.read("publish_by")? }
        };
        members.finish()?;
        Ok(answer)
    }
}

impl ToJson for RedemptionAnswer {
    fn to_json(&self) -> Value<'_> {
        let mut object = Object::new();
        match self {
            Self::Promised { leaf_hash, promise, publish_by } => {
                object.member("leaf_hash", leaf_hash);
                object.member("promise", promise);
                object.member("publish_by", publish_by);
            }
            Self::Published { leaf_hash, leaf_index } => {
                object.member("leaf_hash", leaf_hash);
                object.member("leaf_index", leaf_index);
            }
        }
        object.finish()
    }
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
