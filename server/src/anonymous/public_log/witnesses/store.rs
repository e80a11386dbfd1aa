use undersign_protocol::public_log::{ConsistencyProof, Hash, HashRange};

use crate::anonymous::public_log::LogId;
use crate::anonymous::public_log::store::Head;
use crate::storage::transaction::{integer, number};
use crate::storage::{StorageError, Transaction};

impl Transaction {
    /// The lines of the witnesses that have cosigned the tree of this size.
    pub(in crate::anonymous::public_log) async fn cosignature_lines(
        &mut self,
        log: &LogId,
        tree_size: u64,
    ) -> Result<Vec<String>, StorageError> {
        let named = self.named();
        let rows = sqlx::query("SELECT line FROM cosignature WHERE log_id = $1 AND tree_size = $2 ORDER BY witness")
            .bind(log.as_bytes().as_slice())
            .bind(integer(tree_size))
            .fetch_all(self.connection())
            .await
            .map_err(named)?;
        rows.iter().map(|row| sqlx::Row::try_get(row, "line").map_err(|_| StorageError::Row("line"))).collect()
    }

    /// What a witness has signed of a log last: the size of the tree, and its line.
    pub(super) async fn cosignature(
        &mut self,
        log: &LogId,
        witness: &str,
    ) -> Result<Option<(u64, String)>, StorageError> {
        let named = self.named();
        let row = sqlx::query("SELECT tree_size, line FROM cosignature WHERE log_id = $1 AND witness = $2")
            .bind(log.as_bytes().as_slice())
            .bind(witness)
            .fetch_optional(self.connection())
            .await
            .map_err(named)?;
        row.map(|row| {
            let line = sqlx::Row::try_get(&row, "line").map_err(|_| StorageError::Row("line"))?;
            Ok((number(&row, "tree_size")?, line))
        })
        .transpose()
    }

    /// Keeps a witness's line; one of a smaller tree than what is kept is dropped.
    pub(super) async fn keep_cosignature(
        &mut self,
        log: &LogId,
        witness: &str,
        tree_size: u64,
        line: &str,
    ) -> Result<(), StorageError> {
        let named = self.named();
        sqlx::query(
            "INSERT INTO cosignature (log_id, witness, tree_size, line) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (log_id, witness) DO UPDATE SET tree_size = excluded.tree_size, line = excluded.line \
             WHERE cosignature.tree_size <= excluded.tree_size",
        )
        .bind(log.as_bytes().as_slice())
        .bind(witness)
        .bind(integer(tree_size))
        .bind(line)
        .execute(self.connection())
        .await
        .map_err(named)?;
        Ok(())
    }

    /// That the tree of a head begins with its first `old_size` entries; `None` where it has fewer.
    pub(super) async fn consistency_proof(
        &mut self,
        log: &LogId,
        old_size: u64,
        head: &Head,
    ) -> Result<Option<ConsistencyProof>, StorageError> {
        let Some(plan) = ConsistencyProof::plan(old_size, head.tree_size) else { return Ok(None) };
        let mut read: Vec<(HashRange, Vec<Hash>)> = Vec::new();
        for range in plan.ranges() {
            read.push((range, self.hashes(log, range.level, range.start, range.count).await?));
        }
        let hashes = plan.hashes(|range| read.iter().find(|(known, _)| known == range).map(|(_, found)| found.clone()));
        Ok(Some(ConsistencyProof { hashes: hashes.ok_or(StorageError::Row("log_hash"))? }))
    }
}
