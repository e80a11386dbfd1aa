use crate::public_log::{Entry, Hash};
use crate::{json_object, serde_by_json};

/// Body of `GET /v1/petitions/{petition_id}/total`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalDocument {
    /// Signatures less withdrawals.
    pub total: u64,
    /// Distinct valid signatures.
    pub signatures: u64,
    /// Distinct valid withdrawals.
    pub withdrawals: u64,
    /// The last issuance statement's count.
    pub issued: u64,
    /// Size of the tree that the numbers are of.
    pub tree_size: u64,
    /// Its root.
    pub root: Hash,
    /// Its signed checkpoint.
    pub checkpoint: String,
}

json_object!(strict TotalDocument { total, signatures, withdrawals, issued, tree_size, root, checkpoint });
serde_by_json!(TotalDocument);

/// Counts of a log's entries. A log that was checked entry by entry holds each signature and each withdrawal once, so counting kinds
/// is counting distinct ones; an auditor checks that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Entries of kind 1.
    pub signatures: u64,
    /// Entries of kind 2.
    pub withdrawals: u64,
    /// The last issuance or close statement's count.
    pub issued: u64,
}

impl Tally {
    /// Counts one more entry.
    pub fn add(&mut self, entry: &Entry) {
        match entry {
            Entry::Signature(_) => self.signatures += 1,
            Entry::Withdrawal(_) => self.withdrawals += 1,
            Entry::IssuanceStatement(statement) => self.issued = statement.issued,
            Entry::CloseStatement(statement) => self.issued = statement.issued,
            Entry::Manifest { .. } | Entry::Notice(_) => {}
        }
    }

    /// The total: signatures less withdrawals.
    pub fn total(&self) -> u64 {
        self.signatures.saturating_sub(self.withdrawals)
    }
}
