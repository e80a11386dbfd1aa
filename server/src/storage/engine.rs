use super::StorageError;

/// The engine behind a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// FULL: a commit is fsynced before it is acknowledged. secure_delete: what is deleted is overwritten. temp_store in memory: copies made
/// by a rewrite must not reach a temporary file. cache_size: 16 MiB at most hold what lies above the leaves of ten million rows.
const SQLITE: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; \
     PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000;";

/// Whatever the server, the database or the role has set: a commit is in the write-ahead log before it is acknowledged, and every
/// statement sees what was committed before it began. A transaction that does nothing, or whose client's machine is gone, is ended: other
/// processes wait for its locks. Rows are looked up by their keys, and lie on disks that do not turn: by the default cost of a page PostgreSQL
/// would rather read whole tables. A statement is planned once: it takes as long as to carry it out, and no other value of a key would be
/// looked up otherwise.
const POSTGRES: &str = "SET synchronous_commit = on; SET default_transaction_isolation = 'read committed'; \
     SET default_transaction_read_only = off; SET default_transaction_deferrable = off; SET lock_timeout = 0; \
     SET statement_timeout = 0; SET idle_in_transaction_session_timeout = '60s'; SET tcp_keepalives_idle = 10; \
     SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET standard_conforming_strings = on; SET jit = off; \
     SET random_page_cost = 1.1; SET plan_cache_mode = force_generic_plan;";

impl Engine {
    /// By the URL's scheme.
    pub(super) fn of(url: &str) -> Result<Self, StorageError> {
        match url.split_once(':') {
            Some(("sqlite", _)) => Ok(Self::Sqlite),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres),
            _ => Err(StorageError::Url),
        }
    }

    /// What is said on every new connection.
    pub(super) fn settings(self) -> &'static str {
        match self {
            Self::Sqlite => SQLITE,
            Self::Postgres => POSTGRES,
        }
    }

    /// Statements that may write at once: SQLite has one writer at a time.
    pub(super) fn writers(self) -> u32 {
        match self {
            Self::Sqlite => 1,
            Self::Postgres => super::MAX_CONNECTIONS,
        }
    }
}
