use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use sqlx::{Any, Row as _};
use tokio::sync::OwnedSemaphorePermit;

use super::{Engine, StorageError};

/// A named transaction; dropped without [`Transaction::commit`] it is rolled back. Stages add their statements to it in their own
/// `store.rs`.
pub struct Transaction {
    inner: sqlx::Transaction<'static, Any>,
    name: &'static str,
    engine: Engine,
    /// Declared after `inner`, so that it is dropped when the transaction has ended.
    _writes: Option<Writes>,
}

/// What a transaction that writes gives back at its end, in this order.
pub(super) struct Writes {
    pub _written: SetLater,
    pub _turn: OwnedSemaphorePermit,
}

/// Says at its end that something was written. Not before: a rewriting that runs meanwhile has not seen it. What was rolled back counts
/// too, for PostgreSQL has written it all the same.
pub(super) struct SetLater(pub Arc<AtomicBool>);

impl Drop for SetLater {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Transaction {
    pub(super) fn new(
        inner: sqlx::Transaction<'static, Any>,
        name: &'static str,
        engine: Engine,
        writes: Option<Writes>,
    ) -> Self {
        Self { inner, name, engine, _writes: writes }
    }

    /// The engine, where a statement cannot be the same for both.
    pub(super) fn engine(&self) -> Engine {
        self.engine
    }

    /// Commits. When this returns, what was written survives the process and the power.
    pub async fn commit(self) -> Result<(), StorageError> {
        let name = self.name;
        self.inner.commit().await.map_err(|source| StorageError::Database { name, source })
    }

    /// The connection to run statements on.
    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }

    /// Gives a driver's error the transaction's name.
    pub(crate) fn named(&self) -> impl Fn(sqlx::Error) -> StorageError + use<> {
        let name = self.name;
        move |source| StorageError::Database { name, source }
    }
}

/// Reads a column of bytes into a fixed-size type.
pub(crate) fn bytes<T>(row: &AnyRow, column: &'static str) -> Result<T, StorageError>
where
    T: for<'a> TryFrom<&'a [u8]>,
{
    let bytes: Vec<u8> = row.try_get(column).map_err(|_| StorageError::Row(column))?;
    T::try_from(&bytes).map_err(|_| StorageError::Row(column))
}

/// Reads a column of bytes that may be NULL.
pub(crate) fn optional_bytes<T>(row: &AnyRow, column: &'static str) -> Result<Option<T>, StorageError>
where
    T: for<'a> TryFrom<&'a [u8]>,
{
    let bytes: Option<Vec<u8>> = row.try_get(column).map_err(|_| StorageError::Row(column))?;
    bytes.map(|bytes| T::try_from(&bytes).map_err(|_| StorageError::Row(column))).transpose()
}

/// Reads a column of 32 bytes.
pub(crate) fn array(row: &AnyRow, column: &'static str) -> Result<[u8; 32], StorageError> {
    blob(row, column)?.try_into().map_err(|_| StorageError::Row(column))
}

/// Reads a column of bytes of any size.
pub(crate) fn blob(row: &AnyRow, column: &'static str) -> Result<Vec<u8>, StorageError> {
    row.try_get(column).map_err(|_| StorageError::Row(column))
}

/// Reads a column that is never negative.
pub(crate) fn number(row: &AnyRow, column: &'static str) -> Result<u64, StorageError> {
    let number: i64 = row.try_get(column).map_err(|_| StorageError::Row(column))?;
    u64::try_from(number).map_err(|_| StorageError::Row(column))
}

/// Reads a column that is never negative and may be NULL.
pub(crate) fn optional_number(row: &AnyRow, column: &'static str) -> Result<Option<u64>, StorageError> {
    let number: Option<i64> = row.try_get(column).map_err(|_| StorageError::Row(column))?;
    number.map(u64::try_from).transpose().map_err(|_| StorageError::Row(column))
}

/// A count or time as the databases keep it; both engines end at 2^63 - 1.
pub(crate) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
