use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::StorageError;

/// The file behind a URL of SQLite's; `None` for every other URL.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    let options = url.starts_with("sqlite:").then(|| SqliteConnectOptions::from_str(url).ok())??;
    Some(options.get_filename().to_owned())
}

/// Copies a database into a new file, as it is at one moment, while a server may be writing to it. The copy is written in key order and
/// from rows that are there alone: neither arrival nor what was deleted is in it. It was read back and is durable when this returns.
pub async fn copy(url: &str, into: &Path) -> Result<(), StorageError> {
    let named = |source| StorageError::Database { name: "copy", source };
    let into_text = into.to_str().ok_or(StorageError::Url)?;
    let options = SqliteConnectOptions::from_str(url).map_err(named)?.create_if_missing(false);
    let mut connection = options.disable_statement_logging().connect().await.map_err(named)?;
    let copied = sqlx::query("VACUUM INTO $1").bind(into_text).execute(&mut connection).await;
    copied.map_err(named)?;
    connection.close().await.map_err(named)?;
    let options = SqliteConnectOptions::new().filename(into).create_if_missing(false).read_only(true);
    let mut copy = options.disable_statement_logging().connect().await.map_err(named)?;
    let verdict: String = sqlx::query_scalar("PRAGMA quick_check").fetch_one(&mut copy).await.map_err(named)?;
    copy.close().await.map_err(named)?;
    if verdict != "ok" {
        return Err(StorageError::Row("quick_check"));
    }
    File::open(into).and_then(|file| file.sync_all()).map_err(|error| named(sqlx::Error::Io(error)))
}
