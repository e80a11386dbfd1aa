use undersign_protocol::public_log::Entry;

use super::PublicLog;
use super::rules::{LogError, LogId, check_close};
use crate::petition::Petition;
use crate::storage::{Lock, StorageError, Transaction};

impl PublicLog {
    /// Ends the log of a petition whose time is over, once its last batch is in: with the issuer's statement that everything which
    /// was kept for the count is destroyed. Where the issuer is away, or has not done so yet, the end waits; nothing is lost by it.
    ///
    /// # Returns
    /// Whether the log has ended.
    pub(super) async fn end(&self, petition: &Petition) -> Result<bool, LogError> {
        let petition_id = petition.verified.petition_id();
        let log = LogId::of_petition(&petition_id);
        let mut tx = self.database.begin_read("public_log::has_ended").await?;
        if tx.log_has_ended(&log).await? {
            return Ok(true);
        }
        drop(tx);
        let statement = self.issuer.close(&petition_id).await?;

        let mut tx = self.database.begin("public_log::end").await?;
        end_taking(&mut tx, &log).await?;
        let head = tx.head(&log).await?.unwrap_or_default();
        if head.ended {
            return Ok(true);
        }
        // What was taken between the last batch and this transaction waits for one more tick; then the pool is empty and stays so.
        if tx.pool_size(&petition_id).await? > 0 {
            return Ok(false);
        }
        check_close(&statement, &petition.verified, &head)?;
        self.witnesses.check_not_behind(&log)?;
        tx.append(&log, &[Entry::CloseStatement(statement)]).await?;
        tx.end_log(&log).await?;
        let change = self.version().change();
        tx.commit().await?;
        drop(change);
        self.appended();
        Ok(true)
    }
}

/// Whether a log has ended. The end waits for every transaction that has asked this and is not over yet.
pub(in crate::anonymous) async fn is_over(tx: &mut Transaction, log: &LogId) -> Result<bool, StorageError> {
    tx.share(Lock::Taking(log.as_bytes())).await?;
    tx.log_has_ended(log).await
}

/// Waits for whoever takes something or appends: what was taken is in the pool then, and what comes later finds the log ended, if this
/// transaction ends it.
pub(in crate::anonymous) async fn end_taking(tx: &mut Transaction, log: &LogId) -> Result<(), StorageError> {
    tx.lock(Lock::Taking(log.as_bytes())).await?;
    tx.lock(Lock::Appending(log.as_bytes())).await
}
