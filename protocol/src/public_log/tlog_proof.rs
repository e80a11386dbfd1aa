use super::proof::{InclusionProof, MAX_PROOF};
use super::{Checkpoint, CheckpointError, CheckpointKey, Hash, ProofError};
use crate::bytes::{from_base64, to_base64};

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Extension of a file that holds one.
pub const TLOG_PROOF_EXTENSION: &str = "tlog-proof";

/// That an entry is in a log, to be verified without the log (C2SP tlog-proof). Without extra data: a proof that has some is refused,
/// because nothing here would read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// The entry's place, from 0.
    pub leaf_index: u64,
    /// From the entry to the checkpoint's root.
    pub inclusion: InclusionProof,
    /// The signed note as the log gave it, with whatever cosignatures it had.
    pub checkpoint: String,
}

/// Why a text is no proof, or does not prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// Not of the form.
    #[error("not a C2SP tlog-proof without extra data")]
    Form,
    /// The checkpoint in it is not one of this log.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The entry is not in the checkpoint's tree at this place.
    #[error(transparent)]
    Inclusion(#[from] ProofError),
}

impl TlogProof {
    /// Writes it.
    pub fn encode(&self) -> String {
        let hashes: String = self.inclusion.hashes.iter().map(|hash| to_base64(hash.as_bytes()) + "\n").collect();
        format!("{HEADER}\nindex {}\n{hashes}\n{}", self.leaf_index, self.checkpoint)
    }

    /// Reads one. What the checkpoint says is for [`TlogProof::verify`] to find out.
    pub fn parse(text: &str) -> Result<Self, TlogProofError> {
        let (proof, checkpoint) = text.split_once("\n\n").ok_or(TlogProofError::Form)?;
        let mut lines = proof.split('\n');
        let header = lines.next() == Some(HEADER);
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let leaf_index = index.and_then(|index| index.parse().ok()).filter(|_| header).ok_or(TlogProofError::Form)?;
        let hashes = lines.map(parse_hash).collect::<Option<Vec<Hash>>>();
        let hashes = hashes.filter(|hashes| hashes.len() <= MAX_PROOF).ok_or(TlogProofError::Form)?;
        let proof = Self { leaf_index, inclusion: InclusionProof { hashes }, checkpoint: checkpoint.to_owned() };
        // "+7", "07" and other spellings parse as numbers too; one proof has one text.
        if proof.encode() == text { Ok(proof) } else { Err(TlogProofError::Form) }
    }

    /// Whether a leaf is in the log of this key, and under which of its checkpoints.
    pub fn verify(&self, leaf_hash: &Hash, key: &CheckpointKey) -> Result<Checkpoint, TlogProofError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, key)?;
        self.inclusion.verify(leaf_hash, self.leaf_index, &checkpoint)?;
        Ok(checkpoint)
    }
}

/// Reads a hash in base64 with padding, as C2SP's texts write it.
pub(super) fn parse_hash(line: &str) -> Option<Hash> {
    Hash::try_from(from_base64(line)?.as_slice()).ok()
}
