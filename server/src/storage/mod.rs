//! Two databases that share nothing: connecting, migrating, named transactions. No table is named here; each stage's `store.rs` has
//! its own SQL, one text for both engines.

mod away;
mod copy;
pub(crate) mod many;
mod migrations;
mod rewrite;
pub(crate) mod transaction;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyPool, ConnectOptions as _, Executor as _};
use tokio::sync::Semaphore;

pub use copy::{copy, sqlite_file};
pub use migrations::Side;
pub use transaction::Transaction;

/// Set on every SQLite connection. FULL: a commit is fsynced before it is acknowledged. secure_delete: what is deleted is overwritten.
/// temp_store in memory: VACUUM's copy must not reach a temporary file.
const SQLITE_PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; \
     PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000;";

const MAX_CONNECTIONS: u32 = 8;

/// Why storage could not do its work. The text may name a file or a statement, never a value.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The URL is neither SQLite's nor PostgreSQL's.
    #[error("the database URL must begin with sqlite: or postgres:")]
    Url,
    /// The database was written by another version, or belongs to the other side.
    #[error("the database's schema is not one that this version knows: {0}")]
    Schema(#[source] sqlx::migrate::MigrateError),
    /// The database refused or is away.
    #[error("the database failed in {name}")]
    Database {
        /// The transaction's name.
        name: &'static str,
        /// The driver's words.
        #[source]
        source: sqlx::Error,
    },
    /// A row holds what this program never writes.
    #[error("a row is not valid: {0}")]
    Row(&'static str),
    /// A log's head moved between plan and commit: another process appended.
    #[error("the log's head has moved")]
    Conflict,
}

/// The engine behind a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// One side's database.
#[derive(Clone)]
pub struct Database {
    pool: AnyPool,
    engine: Engine,
    /// SQLite has one writer at a time: waiting here is first come, first served, and costs no polling.
    write_turn: Arc<Semaphore>,
    /// Whether anything was written since the last rewrite.
    written: Arc<AtomicBool>,
}

impl Database {
    /// Connects, creates a missing SQLite file, and migrates. Refuses a schema that this version does not know.
    pub async fn open(url: &str, side: Side) -> Result<Self, StorageError> {
        sqlx::any::install_default_drivers();
        let engine = match url.split_once(':') {
            Some(("sqlite", _)) => Engine::Sqlite,
            Some(("postgres" | "postgresql", _)) => Engine::Postgres,
            _ => return Err(StorageError::Url),
        };
        let in_open = |source| StorageError::Database { name: "open", source };
        // No level of the log may show statements: their order is the order of arrival, on both sides in one file, and whoever keeps
        // logs adds the time.
        let options = Self::creating(url, engine).parse::<AnyConnectOptions>().map_err(in_open)?;
        let options = options.disable_statement_logging();
        let pool = AnyPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(Duration::from_secs(30))
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if engine == Engine::Sqlite {
                        connection.execute(SQLITE_PRAGMAS).await?;
                    }
                    Ok(())
                })
            })
            .connect_with(options)
            .await
            .map_err(in_open)?;
        migrations::migrate(&pool, engine, side).await?;
        let write_turn = Arc::new(Semaphore::new(match engine {
            Engine::Sqlite => 1,
            Engine::Postgres => MAX_CONNECTIONS as usize,
        }));
        Ok(Self { pool, engine, write_turn, written: Arc::new(AtomicBool::new(true)) })
    }

    /// Begins a transaction that writes. Its name stands in errors and traces.
    pub async fn begin(&self, name: &'static str) -> Result<Transaction, StorageError> {
        // Unwrap safety: the semaphore is never closed.
        let turn = Arc::clone(&self.write_turn).acquire_owned().await.expect("never closed");
        let begun = match self.engine {
            // IMMEDIATE: a transaction that reads first and writes later would fail with SQLITE_BUSY in between.
            Engine::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await,
            Engine::Postgres => self.pool.begin().await,
        };
        let inner = begun.map_err(|source| StorageError::Database { name, source })?;
        self.written.store(true, Ordering::Relaxed);
        Ok(Transaction::new(inner, name, Some(turn)))
    }

    /// Begins a transaction that only reads.
    pub async fn begin_read(&self, name: &'static str) -> Result<Transaction, StorageError> {
        let inner = self.pool.begin().await.map_err(|source| StorageError::Database { name, source })?;
        Ok(Transaction::new(inner, name, None))
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    fn creating(url: &str, engine: Engine) -> String {
        match engine {
            Engine::Sqlite if !url.contains("mode=") => {
                let separator = if url.contains('?') { '&' } else { '?' };
                format!("{url}{separator}mode=rwc")
            }
            _ => url.to_owned(),
        }
    }
}

/// The URL may hold a password, so nothing of it is printed.
impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Database({:?})", self.engine)
    }
}
