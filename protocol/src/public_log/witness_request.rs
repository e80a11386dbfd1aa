use super::proof::{ConsistencyProof, MAX_PROOF};
use super::tlog_proof::parse_hash;
use crate::bytes::to_base64;

/// Media type of the size that a witness answers with where another old size was named (C2SP tlog-witness).
pub const SIZE_MEDIA_TYPE: &str = "text/x.tlog.size";

/// Body of `POST {witness}/add-checkpoint` (C2SP tlog-witness): the size that the witness has cosigned, the proof from there, and the
/// checkpoint to cosign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// 0 where it has cosigned nothing of this log yet.
    pub old_size: u64,
    /// From the old size to the checkpoint's; empty from 0.
    pub proof: ConsistencyProof,
    /// A signed note. What is in it is for the witness to find out.
    pub checkpoint: String,
}

/// The body is not of that form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a request to add a checkpoint")]
pub struct AddCheckpointError;

impl AddCheckpoint {
    /// Writes it.
    pub fn encode(&self) -> String {
        let hashes: String = self.proof.hashes.iter().map(|hash| to_base64(hash.as_bytes()) + "\n").collect();
        format!("old {}\n{hashes}\n{}", self.old_size, self.checkpoint)
    }

    /// Reads it.
    pub fn parse(text: &str) -> Result<Self, AddCheckpointError> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(AddCheckpointError)?;
        let mut lines = head.split('\n');
        let old_size = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(|size| size.parse().ok());
        let hashes = lines.map(parse_hash).collect::<Option<Vec<_>>>();
        let hashes = hashes.filter(|hashes| hashes.len() <= MAX_PROOF).ok_or(AddCheckpointError)?;
        let request = Self {
            old_size: old_size.ok_or(AddCheckpointError)?,
            proof: ConsistencyProof { hashes },
            checkpoint: checkpoint.to_owned(),
        };
        // "+7" and "07" parse as numbers too; one request has one text.
        if request.encode() == text { Ok(request) } else { Err(AddCheckpointError) }
    }
}
