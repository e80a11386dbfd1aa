use std::time::Duration;

use sqlx::{Any, AnyConnection, AssertSqlSafe, Executor as _, Row as _};

use super::WHOLE;
use crate::storage::locks::Lock;
use crate::storage::transaction::number;
use crate::storage::{Database, StorageError};

/// How long a table's transactions are waited for. Everyone else waits behind the rewriting meanwhile.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '500ms'; SET LOCAL work_mem = '64MB'";
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(100);

/// A table that is split into ranges of its key: what is told of arrival is in these alone.
struct SplitTable {
    name: String,
    key: String,
}

impl Database {
    /// Copies each table in key order, empties it and puts the copy back, in one transaction: new files, in which every row has the number
    /// of this transaction. CLUSTER and VACUUM FULL would keep the old numbers. Then the old write-ahead log is removed.
    pub(super) async fn rewrite_postgres(&self) -> Result<bool, StorageError> {
        // Of all processes one rewrites; and whoever copies the database is not given tables that are just being emptied.
        let mut alone = self.pool.begin().await.map_err(named)?;
        let wait = "SET LOCAL lock_timeout = '10s'; SET LOCAL idle_in_transaction_session_timeout = 0";
        alone.execute(wait).await.map_err(named)?;
        let lock = sqlx::query("SELECT 1 FROM pg_advisory_xact_lock($1)").bind(Lock::Rewriting.number());
        if let Err(error) = lock.execute(&mut *alone).await.map_err(named) {
            return if error.is_lock_timeout() { Ok(false) } else { Err(error) };
        }
        let mut complete = true;
        for table in self.split_tables(&mut alone).await? {
            complete &= self.rewrite_table(&table).await?;
        }
        // What is left of the old rows after this is in the log alone.
        let emptied = self.remove_wal(&mut alone).await?;
        alone.commit().await.map_err(named)?;
        Ok(complete && emptied)
    }

    async fn split_tables(&self, connection: &mut AnyConnection) -> Result<Vec<SplitTable>, StorageError> {
        let sql = "SELECT CAST(c.oid::regclass AS TEXT) AS name, \
                   (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.place) \
                    FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k (attnum, place) \
                    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum \
                    WHERE i.indrelid = c.oid AND i.indisprimary) AS key \
                   FROM pg_class c WHERE c.relkind = 'p' AND c.relnamespace = current_schema()::regnamespace ORDER BY 1";
        let rows = sqlx::query(sql).fetch_all(connection).await.map_err(named)?;
        let text = |row: &sqlx::any::AnyRow, column| row.try_get(column).map_err(|_| StorageError::Row(column));
        rows.iter().map(|row| Ok(SplitTable { name: text(row, "name")?, key: text(row, "key")? })).collect()
    }

    async fn rewrite_table(&self, table: &SplitTable) -> Result<bool, StorageError> {
        let mut connection = self.pool.acquire().await.map_err(named)?;
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) AS rows FROM {}", table.name));
        let row = sqlx::query(sql).fetch_one(&mut *connection).await.map_err(named)?;
        if number(&row, "rows")? <= WHOLE {
            return self.rewrite_part(table, &table.name).await;
        }
        let mut complete = true;
        for range in ranges(&mut connection, &table.name).await? {
            complete &= self.rewrite_part(table, &range).await?;
        }
        Ok(complete)
    }

    /// Rewrites a table, or one of its ranges, in one transaction; again where others are in the way.
    async fn rewrite_part(&self, table: &SplitTable, part: &str) -> Result<bool, StorageError> {
        for _ in 0..TRIES {
            match self.rewrite_locked(table, part).await {
                Err(error) if error.is_lock_timeout() || error.is_contention() => tokio::time::sleep(PAUSE).await,
                done => return done.map(|()| true),
            }
        }
        Ok(false)
    }

    async fn rewrite_locked(&self, table: &SplitTable, part: &str) -> Result<(), StorageError> {
        let mut tx: sqlx::Transaction<'_, Any> = self.pool.begin().await.map_err(named)?;
        tx.execute(LOCK_TIMEOUT).await.map_err(named)?;
        // A table is locked before its ranges: whoever holds one of them holds it too, so that nobody waits for someone who waits for him.
        let lock = format!("LOCK TABLE {part} IN ACCESS EXCLUSIVE MODE");
        tx.execute(AssertSqlSafe(lock)).await.map_err(named)?;
        // Looked at under the lock: a range that was empty before may not be now.
        let ranges = ranges(&mut tx, part).await?.join(", ");
        if ranges.is_empty() {
            return Ok(());
        }
        // The copy is a variable: it reaches no file. The names are the catalogue's own, quoted by it.
        let rewriting = format!(
            "DO $$ DECLARE kept {part}[]; BEGIN \
             kept := ARRAY(SELECT kept_row FROM {part} AS kept_row ORDER BY {key}); \
             TRUNCATE {ranges}; \
             INSERT INTO {part} SELECT * FROM unnest(kept); \
             END $$",
            key = table.key
        );
        tx.execute(AssertSqlSafe(rewriting)).await.map_err(named)?;
        tx.commit().await.map_err(named)
    }

    /// Begins a new segment, and lets a checkpoint remove those before it and the emptied files. Where the server recycles segments, they
    /// keep their bytes until they are used again: `check-config` wants `wal_recycle = off`.
    async fn remove_wal(&self, connection: &mut AnyConnection) -> Result<bool, StorageError> {
        if !self.removes_wal {
            return Ok(true);
        }
        sqlx::query("SELECT 1 FROM pg_switch_wal()").execute(&mut *connection).await.map_err(named)?;
        connection.execute("CHECKPOINT").await.map_err(named)?;
        Ok(true)
    }
}

fn named(source: sqlx::Error) -> StorageError {
    StorageError::Database { name: "rewrite", source }
}

/// The ranges of a table in whose files there is anything, be it what is left of rows that are gone.
async fn ranges(connection: &mut AnyConnection, table: &str) -> Result<Vec<String>, StorageError> {
    let sql = "SELECT CAST(relid AS TEXT) AS range FROM pg_partition_tree(CAST($1 AS REGCLASS)) \
               WHERE isleaf AND pg_relation_size(relid) > 0 ORDER BY relid";
    let rows = sqlx::query(sql).bind(table).fetch_all(connection).await.map_err(named)?;
    rows.iter().map(|row| row.try_get("range").map_err(|_| StorageError::Row("range"))).collect()
}
