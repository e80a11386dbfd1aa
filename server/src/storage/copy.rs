use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

use super::catalogue::{Catalogue, transfer};
use super::locks::Lock;
use super::{Database, Engine, Side, StorageError};

/// The file behind a URL of SQLite's; `None` for every other URL.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    let options = url.starts_with("sqlite:").then(|| SqliteConnectOptions::from_str(url).ok())??;
    Some(options.get_filename().to_owned())
}

/// Copies a database of either engine into a new file of SQLite's, as it is at one moment, while a server may be writing to it. The copy
/// is written in key order and from rows that are there alone: neither arrival nor what was deleted is in it. It was read back and is
/// durable when this returns.
pub async fn copy(url: &str, side: Side, into: &Path) -> Result<(), StorageError> {
    match Engine::of(url)? {
        Engine::Sqlite => copy_sqlite(url, into).await?,
        Engine::Postgres => copy_postgres(url, side, into).await?,
    }
    let options = SqliteConnectOptions::new().filename(into).create_if_missing(false).read_only(true);
    let mut copy = options.disable_statement_logging().connect().await.map_err(named)?;
    let verdict: String = sqlx::query_scalar("PRAGMA quick_check").fetch_one(&mut copy).await.map_err(named)?;
    copy.close().await.map_err(named)?;
    if verdict != "ok" {
        return Err(StorageError::Row("quick_check"));
    }
    File::open(into).and_then(|file| file.sync_all()).map_err(|error| named(sqlx::Error::Io(error)))
}

/// Fills an empty database of PostgreSQL's with what is in a file of SQLite's: a backup, or the database that was used before. All of it
/// or nothing.
pub async fn import(file: &Path, side: Side, url: &str) -> Result<(), StorageError> {
    if Engine::of(url)? != Engine::Postgres {
        return Err(StorageError::Url);
    }
    // A file of another version or side is refused as everywhere; one of an older version is brought up to date.
    let file = file.to_str().ok_or(StorageError::Url)?;
    let from = Database::open(&format!("sqlite:{file}?mode=rw"), side).await?;
    let to = Database::open(url, side).await?;
    let mut reading = from.pool.begin().await.map_err(named)?;
    let mut writing = to.pool.begin().await.map_err(named)?;
    let catalogue = Catalogue::read(&mut writing).await?;
    for table in &catalogue.tables {
        if table.count(&mut writing).await? > 0 {
            return Err(StorageError::NotEmpty);
        }
        transfer(table, &mut reading, &mut writing).await?;
    }
    writing.commit().await.map_err(named)?;
    drop(reading);
    from.close().await;
    to.close().await;
    Ok(())
}

async fn copy_sqlite(url: &str, into: &Path) -> Result<(), StorageError> {
    let into = into.to_str().ok_or(StorageError::Url)?;
    let options = SqliteConnectOptions::from_str(url).map_err(named)?.create_if_missing(false);
    let mut connection = options.disable_statement_logging().connect().await.map_err(named)?;
    sqlx::query("VACUUM INTO $1").bind(into).execute(&mut connection).await.map_err(named)?;
    connection.close().await.map_err(named)
}

async fn copy_postgres(url: &str, side: Side, into: &Path) -> Result<(), StorageError> {
    let from = Database::open(url, side).await?;
    let into = into.to_str().ok_or(StorageError::Url)?;
    let to = Database::open(&format!("sqlite:{into}"), side).await?;
    // No rewriting meanwhile: it would wait for this, and everyone else behind it. It is done at a later tick.
    let mut alone = from.pool.begin().await.map_err(named)?;
    alone.execute("SET LOCAL idle_in_transaction_session_timeout = 0").await.map_err(named)?;
    let lock = sqlx::query("SELECT 1 FROM pg_advisory_xact_lock_shared($1)").bind(Lock::Rewriting.number());
    lock.execute(&mut *alone).await.map_err(named)?;
    let catalogue = Catalogue::read(&mut alone).await?;

    let mut reading = from.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map_err(named)?;
    // Before the moment is fixed, which the first statement does: a table that was emptied after that moment is seen empty.
    catalogue.lock_for_reading(&mut reading).await?;
    let mut writing = to.pool.begin_with("BEGIN IMMEDIATE").await.map_err(named)?;
    for table in &catalogue.tables {
        transfer(table, &mut reading, &mut writing).await?;
    }
    writing.commit().await.map_err(named)?;
    drop((reading, alone));
    from.close().await;
    to.close().await;
    // One file, without a write-ahead log beside it.
    let options = SqliteConnectOptions::new().filename(into).create_if_missing(false);
    let mut alone = options.disable_statement_logging().connect().await.map_err(named)?;
    alone.execute("PRAGMA journal_mode = DELETE").await.map_err(named)?;
    alone.close().await.map_err(named)
}

fn named(source: sqlx::Error) -> StorageError {
    StorageError::Database { name: "copy", source }
}
