use std::sync::atomic::Ordering;
use std::time::Duration;

use sqlx::{AnyConnection, Executor as _, Row as _};

use super::{Database, Engine, StorageError};

const CHECKPOINT_TRIES: u32 = 50;
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(100);

impl Database {
    /// Rewrites all tables in key order, so that the place of a row in a page, in free space or in the WAL no longer tells when it
    /// came. Does nothing when nothing was written since the last time. Says whether the old WAL is gone as well: readers can hold it
    /// back, and then the next tick tries again.
    pub async fn rewrite(&self) -> Result<bool, StorageError> {
        if self.engine != Engine::Sqlite {
            return Ok(true);
        }
        // Unwrap safety: the semaphore is never closed.
        let _turn = self.write_turn.acquire().await.expect("never closed");
        // Looked at in one's own turn: whoever is told that nothing is to be done must not be told so while another's rewriting runs.
        if !self.written.swap(false, Ordering::Relaxed) {
            return Ok(true);
        }
        let done = self.vacuum().await;
        if !matches!(done, Ok(true)) {
            self.written.store(true, Ordering::Relaxed);
        }
        done
    }

    /// VACUUM copies every table in key order into a fresh file; only the TRUNCATE checkpoint then removes the pages in order of
    /// arrival from the WAL.
    async fn vacuum(&self) -> Result<bool, StorageError> {
        let named = |source| StorageError::Database { name: "rewrite", source };
        let mut connection = self.pool.acquire().await.map_err(named)?;
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
