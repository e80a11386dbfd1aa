use undersign_protocol::issuance::IssuanceStatement;
use undersign_protocol::petition::{PetitionId, VerifiedManifest};
use undersign_protocol::public_log::{CheckpointError, CloseStatement, Entry};
use undersign_protocol::timestamp::Timestamp;

use super::store::Head;
use crate::key_directory::KeyError;
use crate::petition::Petition;
use crate::storage::StorageError;

/// Why a log was not read or appended to.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The path names no tile of this log.
    #[error("no such tile")]
    NoTile,
    /// The issuer did not answer; the batch waits.
    #[error("the issuer did not answer: {0}")]
    IssuerAway(String),
    /// The petition is over, and the issuer has not yet destroyed what it is to destroy; the end of the log waits.
    #[error("the issuer has not closed the petition yet")]
    NotYetClosed,
    /// The issuer's statement is not one that may be published; the batch waits.
    #[error("the issuer's statement: {0}")]
    Statement(&'static str),
    /// A witness did not answer; it is asked again.
    #[error("the witness did not answer: {0}")]
    WitnessAway(String),
    /// A witness answered with something else than its cosignature; it is asked again.
    #[error("the witness: {0}")]
    Witness(&'static str),
    /// A witness has signed a tree that is no part of the tree here. Nothing is appended: there would be two histories.
    #[error("a witness has seen this log with other entries: the database here is older than the public log")]
    Behind,
    /// A checkpoint could not be signed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A log's key is not where it should be.
    #[error("a log's key is missing")]
    KeyMissing,
    /// A key could not be read or kept.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database failed, or another process appended.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Which log a row belongs to: a petition's, by its id, or the host's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogId([u8; 32]);

impl LogId {
    /// The host's log; no petition_id is all zero.
    pub const HOST: Self = Self([0; 32]);

    /// A petition's log.
    pub fn of_petition(petition_id: &PetitionId) -> Self {
        Self(*petition_id.as_bytes())
    }

    /// As rows have it.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Why the pool is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tick {
    /// A multiple of the interval: published from min_batch on.
    Interval,
    /// A multiple of max_wait, or the first tick after one was missed: published however few.
    MaxWait,
    /// After the petition's end: published however few; then the log is ended.
    End,
}

impl Tick {
    /// What the ticks after `last` and not after `now` are for a petition. A sleep can end a little late, so the moment itself is not
    /// the tick.
    pub fn of(petition: &Petition, last: Timestamp, now: Timestamp, overdue: bool) -> Self {
        let manifest = petition.verified.manifest();
        if now >= petition.ends_at() {
            Self::End
        } else if overdue || manifest.publication.next_max_wait(manifest.opens_at, last) <= now {
            Self::MaxWait
        } else {
            Self::Interval
        }
    }

    /// Whether a pool of this size is published now.
    pub fn publishes(self, pool: usize, min_batch: u64) -> bool {
        match self {
            Self::Interval => pool as u64 >= min_batch,
            Self::MaxWait | Self::End => pool > 0,
        }
    }
}

/// Signatures and withdrawals in the order in which a batch publishes them, by leaf hash: an order that everyone can check and that
/// tells nothing of arrival.
pub fn in_publication_order(entries: Vec<Entry>) -> Vec<Entry> {
    let mut entries = entries;
    entries.sort_by_cached_key(Entry::leaf_hash);
    entries
}

/// Checks the statement that a batch begins with: signed by the petition's issuer, not below the last one, and not below the
/// signatures that will stand in the log. Published otherwise, the audit would fail for good.
///
/// # Arguments
/// * `signatures` – those of the batch; a withdrawal was issued nothing
pub fn check_statement(
    statement: &IssuanceStatement,
    petition: &VerifiedManifest,
    head: &Head,
    signatures: usize,
) -> Result<(), LogError> {
    let key = &petition.manifest().issuer.statement_key;
    if statement.verify(&petition.petition_id(), key).is_err() {
        return Err(LogError::Statement("its signature is not valid"));
    }
    if statement.issued < head.tally.issued {
        return Err(LogError::Statement("it is below the last one: the issuer is behind the log"));
    }
    if statement.issued < head.tally.signatures + signatures as u64 {
        return Err(LogError::Statement("it is below the number of signatures"));
    }
    Ok(())
}

/// Checks the statement that ends a log: signed by the petition's issuer, not below the last count, and not below the signatures.
pub fn check_close(statement: &CloseStatement, petition: &VerifiedManifest, head: &Head) -> Result<(), LogError> {
    let key = &petition.manifest().issuer.statement_key;
    if statement.verify(&petition.petition_id(), key).is_err() {
        return Err(LogError::Statement("the signature of its close is not valid"));
    }
    if statement.issued < head.tally.issued || statement.issued < head.tally.signatures {
        return Err(LogError::Statement("its final count is below the log: the issuer is behind it"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_signatures_wait_for_company_until_max_wait() {
        assert!(!Tick::Interval.publishes(19, 20));
        assert!(Tick::Interval.publishes(20, 20));
        assert!(Tick::MaxWait.publishes(1, 20));
        assert!(Tick::End.publishes(1, 20));
        assert!(!Tick::MaxWait.publishes(0, 20));
    }
}
