use sqlx::AssertSqlSafe;
use undersign_protocol::public_log::{Edge, Entry, Hash, HostEntry, TILE_WIDTH, tree_root};
use undersign_protocol::tally::Tally;

use super::LogId;
use crate::storage::many::{ROWS, in_powers, placeholders};
use crate::storage::transaction::{blob, bytes, integer, number};
use crate::storage::{Lock, StorageError, Transaction};

/// Where a log stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of entries.
    pub tree_size: u64,
    /// Root hash.
    pub root: Hash,
    /// Counts of the entries.
    pub tally: Tally,
    /// Whether the last batch is in.
    pub ended: bool,
}

impl Default for Head {
    fn default() -> Self {
        Self { tree_size: 0, root: tree_root(&[]), tally: Tally::default(), ended: false }
    }
}

impl Transaction {
    /// Where a log stands; `None` before its first entry.
    pub(in crate::anonymous) async fn head(&mut self, log: &LogId) -> Result<Option<Head>, StorageError> {
        let named = self.named();
        let row = sqlx::query(
            "SELECT tree_size, root, signatures, withdrawals, issued, ended FROM log_head WHERE log_id = $1",
        )
        .bind(log.as_bytes().as_slice())
        .fetch_optional(self.connection())
        .await
        .map_err(named)?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Head {
            tree_size: number(&row, "tree_size")?,
            root: bytes(&row, "root")?,
            tally: Tally {
                signatures: number(&row, "signatures")?,
                withdrawals: number(&row, "withdrawals")?,
                issued: number(&row, "issued")?,
            },
            ended: number(&row, "ended")? == 1,
        }))
    }

    /// Appends entries to a petition's log and gives back the index of the first.
    pub(in crate::anonymous) async fn append(&mut self, log: &LogId, entries: &[Entry]) -> Result<u64, StorageError> {
        self.lock(Lock::Appending(log.as_bytes())).await?;
        let head = self.head(log).await?.unwrap_or_default();
        let mut tally = head.tally;
        entries.iter().for_each(|entry| tally.add(entry));
        let encoded: Vec<Vec<u8>> = entries.iter().map(Entry::encode).collect();
        self.append_encoded(log, &head, tally, &encoded).await?;
        Ok(head.tree_size)
    }

    /// Appends an entry to the host's log.
    pub(in crate::anonymous) async fn append_host_entry(&mut self, entry: &HostEntry) -> Result<(), StorageError> {
        self.lock(Lock::Appending(LogId::HOST.as_bytes())).await?;
        let head = self.head(&LogId::HOST).await?.unwrap_or_default();
        self.append_encoded(&LogId::HOST, &head, head.tally, &[entry.encode()]).await
    }

    /// Notes that nothing more is taken.
    pub(in crate::anonymous) async fn end_log(&mut self, log: &LogId) -> Result<(), StorageError> {
        let named = self.named();
        sqlx::query("UPDATE log_head SET ended = 1 WHERE log_id = $1")
            .bind(log.as_bytes().as_slice())
            .execute(self.connection())
            .await
            .map_err(named)?;
        Ok(())
    }

    /// Whether the last batch is in.
    pub(in crate::anonymous) async fn log_has_ended(&mut self, log: &LogId) -> Result<bool, StorageError> {
        Ok(self.head(log).await?.is_some_and(|head| head.ended))
    }

    /// An entry, encoded.
    pub(in crate::anonymous) async fn entry(&mut self, log: &LogId, leaf_index: u64) -> Result<Vec<u8>, StorageError> {
        let entries = self.entries(log, leaf_index, 1).await?;
        entries.into_iter().next().ok_or(StorageError::Row("leaf_index"))
    }

    /// Entries from `start` on, encoded.
    pub(in crate::anonymous) async fn entries(
        &mut self,
        log: &LogId,
        start: u64,
        count: u64,
    ) -> Result<Vec<Vec<u8>>, StorageError> {
        let named = self.named();
        let rows = sqlx::query(
            "SELECT entry FROM log_entry WHERE log_id = $1 AND leaf_index >= $2 AND leaf_index < $3 ORDER BY leaf_index",
        )
        .bind(log.as_bytes().as_slice())
        .bind(integer(start))
        .bind(integer(start + count))
        .fetch_all(self.connection())
        .await
        .map_err(named)?;
        rows.iter().map(|row| blob(row, "entry")).collect()
    }

    /// Hashes of a tile level from `start` on.
    pub(in crate::anonymous) async fn hashes(
        &mut self,
        log: &LogId,
        level: u8,
        start: u64,
        count: u64,
    ) -> Result<Vec<Hash>, StorageError> {
        let named = self.named();
        let rows = sqlx::query(
            "SELECT hash FROM log_hash WHERE log_id = $1 AND level = $2 AND position >= $3 AND position < $4 \
             ORDER BY position",
        )
        .bind(log.as_bytes().as_slice())
        .bind(i64::from(level))
        .bind(integer(start))
        .bind(integer(start + count))
        .fetch_all(self.connection())
        .await
        .map_err(named)?;
        rows.iter().map(|row| bytes(row, "hash")).collect()
    }

    async fn append_encoded(
        &mut self,
        log: &LogId,
        head: &Head,
        tally: Tally,
        entries: &[Vec<u8>],
    ) -> Result<(), StorageError> {
        let mut edge = self.edge(log, head.tree_size).await?;
        for (part, start) in entries.chunks(ROWS).zip((edge.tree_size()..).step_by(ROWS)) {
            let mut hashes = Vec::new();
            for entry in part {
                edge.append(Hash::of_leaf(entry), |level, position, hash| hashes.push((level, position, hash)));
            }
            self.insert_entries(log, start, part).await?;
            self.insert_hashes(log, &hashes).await?;
        }
        self.move_head(log, head.tree_size, &edge, tally).await
    }

    async fn edge(&mut self, log: &LogId, tree_size: u64) -> Result<Edge, StorageError> {
        let mut levels = Vec::new();
        for (level, width) in Edge::widths(tree_size).into_iter().enumerate() {
            let level = level as u8;
            let start = (tree_size >> (8 * u32::from(level))) / TILE_WIDTH * TILE_WIDTH;
            levels.push(self.hashes(log, level, start, width).await?);
        }
        Edge::from_levels(tree_size, levels).ok_or(StorageError::Row("log_hash"))
    }

    async fn insert_entries(&mut self, log: &LogId, start: u64, entries: &[Vec<u8>]) -> Result<(), StorageError> {
        let named = self.named();
        let mut places = start..;
        for part in in_powers(entries) {
            let sql =
                format!("INSERT INTO log_entry (log_id, leaf_index, entry) VALUES {}", placeholders(part.len(), 3, 1));
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for (entry, leaf_index) in part.iter().zip(&mut places) {
                query = query.bind(log.as_bytes().as_slice()).bind(integer(leaf_index)).bind(entry.as_slice());
            }
            query.execute(self.connection()).await.map_err(&named)?;
        }
        Ok(())
    }

    async fn insert_hashes(&mut self, log: &LogId, hashes: &[(u8, u64, Hash)]) -> Result<(), StorageError> {
        let named = self.named();
        for part in in_powers(hashes) {
            let sql = format!(
                "INSERT INTO log_hash (log_id, level, position, hash) VALUES {}",
                placeholders(part.len(), 4, 1)
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for (level, position, hash) in part {
                query = query.bind(log.as_bytes().as_slice()).bind(i64::from(*level));
                query = query.bind(integer(*position)).bind(hash.as_bytes().as_slice());
            }
            query.execute(self.connection()).await.map_err(&named)?;
        }
        Ok(())
    }

    /// Compare and swap: of several processes that planned on the same head, one appends.
    async fn move_head(&mut self, log: &LogId, from: u64, edge: &Edge, tally: Tally) -> Result<(), StorageError> {
        let named = self.named();
        let root = edge.root();
        let done = sqlx::query(
            "INSERT INTO log_head (log_id, tree_size, root, signatures, withdrawals, issued, ended) \
             VALUES ($1, $3, $4, $5, $6, $7, 0) \
             ON CONFLICT (log_id) DO UPDATE SET tree_size = excluded.tree_size, root = excluded.root, \
             signatures = excluded.signatures, withdrawals = excluded.withdrawals, issued = excluded.issued \
             WHERE log_head.tree_size = $2",
        )
        .bind(log.as_bytes().as_slice())
        .bind(integer(from))
        .bind(integer(edge.tree_size()))
        .bind(root.as_bytes().as_slice())
        .bind(integer(tally.signatures))
        .bind(integer(tally.withdrawals))
        .bind(integer(tally.issued))
        .execute(self.connection())
        .await
        .map_err(named)?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(StorageError::Conflict) }
    }
}
