//! The close: what was kept for the count is destroyed, and only then the issuer says so.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use undersign_protocol::petition::PetitionId;
use undersign_protocol::public_log::CloseStatement;

use super::Issuer;
use super::rules::IssuanceError;
use crate::petition::Petition;
use crate::storage::{Lock, StorageError, Transaction};

/// How long a signature that was begun before the close may still be at work, looked at so often.
const SIGNING: Duration = Duration::from_millis(10);

/// The final counts of petitions for which this process has seen everything destroyed. In memory: whoever starts again destroys
/// again, whatever an old copy of the keys has brought back meanwhile, before it says that nothing is left.
#[derive(Default)]
pub(super) struct Closings {
    done: Mutex<HashMap<PetitionId, u64>>,
}

impl Closings {
    fn final_count(&self, petition_id: &PetitionId) -> Option<u64> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).get(petition_id).copied()
    }

    fn set(&self, petition_id: PetitionId, issued: u64) {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).insert(petition_id, issued);
    }
}

impl Issuer {
    /// Closes a petition whose time is over. In this order, and each step is complete before the next begins:
    ///
    /// 1. In one transaction the final count is kept and the petition's rows, its tags, are deleted. From here on nothing is issued.
    /// 2. The keys are destroyed, first the one that wraps the others, and the signatures that were begun before have ended: in this
    ///    process, and in every other one that had them in memory.
    /// 3. The database is rewritten, so that the rows are gone from free pages and from the WAL too.
    /// 4. The statement is given out.
    ///
    /// Killed anywhere, the next start does the rest: a step that was done is done again and changes nothing.
    ///
    /// # Returns
    /// Whether the petition is closed now. Where a reader holds the old WAL back, or another process still has the keys, it is not: the
    /// next call goes on.
    pub(in crate::identified) async fn close(&self, petition: &Petition) -> Result<bool, IssuanceError> {
        let petition_id = petition.verified.petition_id();
        if self.closings.final_count(&petition_id).is_some() {
            return Ok(true);
        }
        let issued = self.end_issuance(&petition_id).await?;
        let key_id = petition.verified.manifest().issuer.token_key.id();
        let signing = self.keys.destroy(&key_id)?;
        while signing.strong_count() > 0 {
            tokio::time::sleep(SIGNING).await;
        }
        if !self.keys.is_gone(&key_id).await? {
            return Ok(false);
        }
        if !self.database.rewrite().await? {
            return Ok(false);
        }
        self.closings.set(petition_id, issued);
        Ok(true)
    }

    /// That the petition is closed and nothing is left, with the final count, signed; `None` until it is so.
    pub(super) fn close_statement(&self, petition: &Petition) -> Option<CloseStatement> {
        let petition_id = petition.verified.petition_id();
        let issued = self.closings.final_count(&petition_id)?;
        Some(CloseStatement::sign(&petition_id, issued, &self.statement_key))
    }

    async fn end_issuance(&self, petition_id: &PetitionId) -> Result<u64, StorageError> {
        let mut tx = self.database.begin("issuance::close").await?;
        let issued = end_issuance(&mut tx, petition_id).await?;
        tx.commit().await?;
        Ok(issued)
    }
}

/// Whether issuance has ended, and how many notices the petition has. The end waits for every transaction that has asked this and is not
/// over yet, and so does a notice, in whatever process.
pub(super) async fn ending(tx: &mut Transaction, petition_id: &PetitionId) -> Result<(bool, u64), StorageError> {
    tx.share(Lock::Taking(petition_id.as_bytes())).await?;
    tx.ending(petition_id).await
}

/// Keeps the final count and deletes the petition's rows. Gives back the count.
pub(super) async fn end_issuance(tx: &mut Transaction, petition_id: &PetitionId) -> Result<u64, StorageError> {
    // First: a request that was taken is counted, and one that comes later finds the petition closed.
    tx.lock(Lock::Taking(petition_id.as_bytes())).await?;
    let issued = match tx.final_count(petition_id).await? {
        Some(issued) => issued,
        None => {
            let issued = tx.count_issued(petition_id).await?;
            tx.insert_final_count(petition_id, issued).await?;
            issued
        }
    };
    // Also where the count was kept before: a copy of the database from before the close may have brought rows back.
    tx.delete_issuance(petition_id).await?;
    Ok(issued)
}
