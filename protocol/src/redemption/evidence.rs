use super::Promise;
use crate::ed25519::{PublicKey, Signature};
use crate::json_object;
use crate::petition::{CanonicalError, from_canonical, to_canonical};
use crate::public_log::{Checkpoint, CheckpointKey, Hash};
use crate::timestamp::Timestamp;

const CONTEXT: &str = "undersign evidence";
const VERSION: u64 = 1;

/// A promise and a signed tree head that does not keep it: what somebody publishes whose signature is not in the log. It holds no key
/// and no token, so it withdraws nothing and says nothing of its publisher but that they have a receipt.
///
/// The two signatures are verified; that the tree of the checkpoint lacks the leaf is seen by whoever reads the log up to its size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The log's name.
    pub log_origin: String,
    /// The log's key.
    pub log_key: PublicKey,
    /// What the log promised.
    pub promise: Promise,
    /// What the log has signed, as it was received, with all its signatures; those of witnesses tell the time.
    pub checkpoint: String,
    /// When it was received, by the clock of whoever received it: later than the promised time.
    pub seen_at: Timestamp,
}

/// Why something is no evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// Not of this form.
    #[error(transparent)]
    Form(#[from] CanonicalError),
    /// The log has not signed the promise.
    #[error("the promise is not signed by the log")]
    Promise,
    /// The log has not signed the checkpoint.
    #[error("the checkpoint is not signed by the log")]
    Checkpoint,
    /// The checkpoint was seen before the promised time.
    #[error("the checkpoint was seen before the promised time")]
    Early,
}

struct Form {
    checkpoint: String,
    context: String,
    leaf_hash: Hash,
    log: LogForm,
    promise: PromiseForm,
    seen_at: Timestamp,
    version: u64,
}

json_object!(strict Form { checkpoint, context, leaf_hash, log, promise, seen_at, version });

struct LogForm {
    origin: String,
    public_key: PublicKey,
}

json_object!(strict LogForm { origin, public_key });

struct PromiseForm {
    publish_by: Timestamp,
    signature: Signature,
}

json_object!(strict PromiseForm { publish_by, signature });

impl Evidence {
    /// Writes it as canonical JSON (RFC 8785).
    pub fn encode(&self) -> Result<Vec<u8>, EvidenceError> {
        let Promise { leaf_hash, publish_by, signature } = self.promise;
        Ok(to_canonical(&Form {
            checkpoint: self.checkpoint.clone(),
            context: CONTEXT.to_owned(),
            leaf_hash,
            log: LogForm { origin: self.log_origin.clone(), public_key: self.log_key },
            promise: PromiseForm { publish_by, signature },
            seen_at: self.seen_at,
            version: VERSION,
        })?)
    }

    /// Reads it and verifies the log's two signatures.
    pub fn decode(bytes: &[u8]) -> Result<Self, EvidenceError> {
        let form: Form = from_canonical(bytes)?;
        if form.context != CONTEXT || form.version != VERSION {
            return Err(CanonicalError::Form("not evidence of version 1".to_owned()).into());
        }
        let PromiseForm { publish_by, signature } = form.promise;
        let evidence = Self {
            log_origin: form.log.origin,
            log_key: form.log.public_key,
            promise: Promise { leaf_hash: form.leaf_hash, publish_by, signature },
            checkpoint: form.checkpoint,
            seen_at: form.seen_at,
        };
        evidence.verify()?;
        Ok(evidence)
    }

    /// Verifies the log's two signatures and the order of the times.
    pub fn verify(&self) -> Result<Checkpoint, EvidenceError> {
        self.promise.verify(&self.log_origin, &self.log_key).map_err(|_| EvidenceError::Promise)?;
        let key = CheckpointKey::new(self.log_origin.clone(), self.log_key);
        let checkpoint = Checkpoint::open(&self.checkpoint, &key).map_err(|_| EvidenceError::Checkpoint)?;
        if self.seen_at > self.promise.publish_by { Ok(checkpoint) } else { Err(EvidenceError::Early) }
    }
}
