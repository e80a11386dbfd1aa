use undersign_protocol::public_log::{Entry, Hash};

use super::Defect;

/// In which place of the log the next entry stands: entry 0, then batches and notices, then the close statement, then notices.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// Before entry 0.
    Start,
    /// In no batch.
    Outside,
    /// After an issuance statement.
    Statement,
    /// After a batch's entry with this leaf hash.
    Batch(Hash),
    /// After the close statement.
    Closed,
}

impl Place {
    /// The place after an entry, if the entry may stand here.
    pub(super) fn after(self, entry: &Entry, leaf: Hash) -> Result<Self, Defect> {
        match (self, entry) {
            (Self::Start, Entry::Manifest { .. }) => Ok(Self::Outside),
            (Self::Start, _) => Err(Defect::FirstEntry),
            (_, Entry::Manifest { .. }) => Err(Defect::SecondManifest),
            (Self::Closed, Entry::Notice(_)) => Ok(Self::Closed),
            (Self::Closed, _) => Err(Defect::AfterClose),
            (Self::Outside, Entry::Signature(_) | Entry::Withdrawal(_)) => Err(Defect::OutsideBatch),
            (Self::Batch(last), Entry::Signature(_) | Entry::Withdrawal(_)) if last >= leaf => Err(Defect::Unsorted),
            (Self::Statement | Self::Batch(_), Entry::Signature(_) | Entry::Withdrawal(_)) => Ok(Self::Batch(leaf)),
            (Self::Statement, _) => Err(Defect::EmptyBatch),
            (Self::Outside | Self::Batch(_), Entry::IssuanceStatement(_)) => Ok(Self::Statement),
            (Self::Outside | Self::Batch(_), Entry::CloseStatement(_)) => Ok(Self::Closed),
            (Self::Outside | Self::Batch(_), Entry::Notice(_)) => Ok(Self::Outside),
        }
    }

    /// Whether the log may end here.
    pub(super) fn end(self) -> Result<(), Defect> {
        match self {
            Self::Start => Err(Defect::FirstEntry),
            Self::Statement => Err(Defect::EmptyBatch),
            Self::Outside | Self::Batch(_) | Self::Closed => Ok(()),
        }
    }
}
