//! Two databases that share nothing: connecting, migrating, named transactions. No table is named here; each stage's `store.rs` has
//! its own SQL, one text for both engines.

mod away;
mod catalogue;
pub(crate) mod claims;
#[cfg(test)]
mod contract;
mod copy;
mod engine;
mod locks;
pub(crate) mod many;
mod migrations;
mod postgres;
mod retry;
mod rewrite;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod transaction;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyPool, ConnectOptions as _, Connection as _, Executor as _};
use tokio::sync::{Mutex, Semaphore};

pub(crate) use claims::Claims;
pub use copy::{copy, import, sqlite_file};
pub(crate) use engine::Engine;
pub(crate) use locks::Lock;
pub use migrations::Side;
pub use postgres::{PostgresAddress, PostgresServer};
pub(crate) use retry::{FromStorage, retry};
pub use transaction::Transaction;
use transaction::{SetLater, Writes};

const MAX_CONNECTIONS: u32 = 8;
/// Connections that one process can have to one side's server: those, and one for its claims.
pub(crate) const MOST_CONNECTIONS: u32 = MAX_CONNECTIONS + 1;

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
    /// Something is in a database that is to be filled.
    #[error("the database is not empty")]
    NotEmpty,
    /// A log's head moved between plan and commit: another process appended.
    #[error("the log's head has moved")]
    Conflict,
}

/// One side's database.
#[derive(Clone)]
pub struct Database {
    pool: AnyPool,
    /// The connections that write. SQLite has one that does nothing else: what the others have read is void to them with each commit that
    /// is not their own, and is read from the file again.
    writing: AnyPool,
    engine: Engine,
    /// SQLite has one writer at a time: waiting here is first come, first served, and costs no polling. PostgreSQL has as many as
    /// there are connections.
    write_turn: Arc<Semaphore>,
    rewrite_turn: Arc<Mutex<()>>,
    /// Whether anything was written since the last rewrite.
    written: Arc<AtomicBool>,
    /// Whether the role may have PostgreSQL's old write-ahead log removed.
    removes_wal: bool,
    claims: Claims,
}

impl Database {
    /// Connects, creates a missing SQLite file, and migrates. Refuses a schema that this version does not know.
    pub async fn open(url: &str, side: Side) -> Result<Self, StorageError> {
        sqlx::any::install_default_drivers();
        let engine = Engine::of(url)?;
        let in_open = |source| StorageError::Database { name: "open", source };
        // No level of the log may show statements: their order is the order of arrival, on both sides in one file, and whoever keeps
        // logs adds the time.
        let options = Self::creating(url, engine).parse::<AnyConnectOptions>().map_err(in_open)?;
        let options = options.disable_statement_logging();
        let pool_options = AnyPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            // A file is never gone as a server can be, and to ask takes two switches between threads.
            .test_before_acquire(engine == Engine::Postgres)
            .acquire_timeout(Duration::from_secs(30))
            // Where a commit fails on a full disk, SQLite has ended the transaction by itself, and the rolling back that follows fails too:
            // to the library it never ends. Nothing could be begun on such a connection again.
            .before_acquire(|connection, _| Box::pin(std::future::ready(Ok(!connection.is_in_transaction()))))
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    connection.execute(engine.settings()).await?;
                    Ok(())
                })
            });
        let pool = pool_options.clone().connect_with(options.clone()).await.map_err(in_open)?;
        let writing = match engine {
            Engine::Sqlite => pool_options.max_connections(1).connect_lazy_with(options),
            Engine::Postgres => pool.clone(),
        };
        migrations::migrate(&pool, engine, side).await?;
        let removes_wal = engine == Engine::Postgres && postgres::removes_wal(&pool).await.map_err(in_open)?;
        if engine == Engine::Postgres && !removes_wal {
            tracing::warn!(
                "the role may not remove old segments of the write-ahead log, which keep the order of arrival: \
                 see docs/operators.md"
            );
        }
        let claims = Claims::new(engine, pool.connect_options());
        Ok(Self {
            pool,
            writing,
            engine,
            claims,
            write_turn: Arc::new(Semaphore::new(engine.writers() as usize)),
            rewrite_turn: Arc::default(),
            written: Arc::new(AtomicBool::new(true)),
            removes_wal,
        })
    }

    /// Begins a transaction that writes. Its name stands in errors and traces.
    pub async fn begin(&self, name: &'static str) -> Result<Transaction, StorageError> {
        // Unwrap safety: the semaphore is never closed.
        let turn = Arc::clone(&self.write_turn).acquire_owned().await.expect("never closed");
        let begun = match self.engine {
            // IMMEDIATE: a transaction that reads first and writes later would fail with SQLITE_BUSY in between.
            Engine::Sqlite => self.writing.begin_with("BEGIN IMMEDIATE").await,
            Engine::Postgres => self.writing.begin().await,
        };
        let inner = begun.map_err(|source| StorageError::Database { name, source })?;
        let writes = Writes { _written: SetLater(Arc::clone(&self.written)), _turn: turn };
        Ok(Transaction::new(inner, name, self.engine, Some(writes)))
    }

    /// Begins a transaction that only reads.
    pub async fn begin_read(&self, name: &'static str) -> Result<Transaction, StorageError> {
        let inner = self.pool.begin().await.map_err(|source| StorageError::Database { name, source })?;
        Ok(Transaction::new(inner, name, self.engine, None))
    }

    /// What this process has and no other.
    pub(crate) fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Whether other processes may write to it too: then what is in memory can be older than what is here.
    pub(crate) fn is_shared(&self) -> bool {
        self.engine == Engine::Postgres
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.writing.close().await;
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
