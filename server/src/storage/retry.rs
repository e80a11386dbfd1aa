use super::StorageError;

/// How often something is tried that other transactions were in the way of.
const TRIES: u32 = 5;

/// An error that can come from storage.
pub(crate) trait FromStorage {
    /// What storage said, if it was storage.
    fn storage(&self) -> Option<&StorageError>;
}

impl FromStorage for StorageError {
    fn storage(&self) -> Option<&StorageError> {
        Some(self)
    }
}

impl StorageError {
    /// Whether the transaction was ended for the sake of others and nothing of it has happened: a deadlock, or what PostgreSQL calls a
    /// serialization failure.
    pub(crate) fn is_contention(&self) -> bool {
        matches!(self.code().as_deref(), Some("40001" | "40P01"))
    }

    /// Whether a lock was not given in the time that was set for it.
    pub(super) fn is_lock_timeout(&self) -> bool {
        self.code().as_deref() == Some("55P03")
    }

    fn code(&self) -> Option<String> {
        let Self::Database { source, .. } = self else { return None };
        Some(source.as_database_error()?.code()?.into_owned())
    }
}

/// Does a piece of work that is one transaction, and again where it was ended for the sake of others.
pub(crate) async fn retry<T, E, F>(mut work: impl FnMut() -> F) -> Result<T, E>
where
    E: FromStorage,
    F: Future<Output = Result<T, E>>,
{
    for _ in 1..TRIES {
        match work().await {
            Err(error) if error.storage().is_some_and(StorageError::is_contention) => {}
            done => return done,
        }
    }
    work().await
}
