use std::time::Duration;

use sqlx::{AnyConnection, Executor as _, Row as _};

use crate::storage::{Database, StorageError};

const CHECKPOINT_TRIES: u32 = 50;
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(100);

impl Database {
    /// VACUUM copies every table in key order into a fresh file; only the TRUNCATE checkpoint then removes the pages in order of
    /// arrival from the WAL.
    pub(super) async fn rewrite_sqlite(&self) -> Result<bool, StorageError> {
        // Unwrap safety: the semaphore is never closed.
        let _turn = self.write_turn.acquire().await.expect("never closed");
        let named = |source| StorageError::Database { name: "rewrite", source };
        let mut connection = self.writing.acquire().await.map_err(named)?;
        connection.execute("VACUUM").await.map_err(named)?;
        // The checkpoint would wait for readers itself, for ten seconds each time, while writers wait for it.
        connection.execute("PRAGMA busy_timeout = 50").await.map_err(named)?;
        let emptied = truncate_wal(&mut connection).await.map_err(named);
        connection.execute("PRAGMA busy_timeout = 10000").await.map_err(named)?;
        emptied
    }
}

async fn truncate_wal(connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    for _ in 0..CHECKPOINT_TRIES {
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await?;
        if row.try_get::<i64, _>(0)? == 0 {
            return Ok(true);
        }
        tokio::time::sleep(CHECKPOINT_PAUSE).await;
    }
    Ok(false)
}
