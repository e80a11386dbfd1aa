mod between;
mod postgres;
mod sqlite;

use std::sync::atomic::Ordering;

use super::{Database, Engine, StorageError};

/// Tables with more rows than this are rewritten by ranges of their key, one after another, so that no lock lasts.
const WHOLE: u64 = 50_000;

impl Database {
    /// Rewrites the tables in key order, so that neither the place of a row in a page, nor free space, nor the number of its transaction,
    /// nor the write-ahead log tells any more when it came. Does nothing when this process has written nothing since the last time. Says
    /// whether all of it is done: others can hold it back, and then the next tick tries again.
    pub async fn rewrite(&self) -> Result<bool, StorageError> {
        // Unwrap safety: the semaphore is never closed.
        let _turn = self.rewrite_turn.lock().await;
        // Looked at in one's own turn: whoever is told that nothing is to be done must not be told so while another's rewriting runs.
        if !self.written.swap(false, Ordering::Relaxed) {
            return Ok(true);
        }
        let done = match self.engine {
            Engine::Sqlite => self.rewrite_sqlite().await,
            Engine::Postgres => self.rewrite_postgres().await,
        };
        if !matches!(done, Ok(true)) {
            self.written.store(true, Ordering::Relaxed);
        }
        done
    }
}
