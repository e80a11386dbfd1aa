use super::IdentifiedDatabase;
use super::email_verification::DAY_KEYS;
use crate::key_directory::{KeyDirectory, KeyError};
use crate::storage::{Lock, StorageError};

/// Why tags stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum NewTagsError {
    /// With other tags an address that has signed would be new.
    #[error("tags stay as they are until every petition is closed; published and not closed: {0}")]
    NotClosed(u64),
    /// A link under an old tag could be confirmed as long as its key is there.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl IdentifiedDatabase {
    /// Forgets which tags its tables were written with, and everything that has one: the next start begins with those that are configured
    /// then. Only once every petition is closed. The server must not be running.
    pub async fn forget_tags(&self, keys: &KeyDirectory) -> Result<(), NewTagsError> {
        let mut tx = self.begin("email_verification::forget_tags").await?;
        tx.lock(Lock::Petitions).await?;
        match tx.count_not_closed().await? {
            0 => {}
            petitions => return Err(NewTagsError::NotClosed(petitions)),
        }
        // First what opens the links that are out: killed in between, the old tags are still the ones, and people ask again.
        let days = keys.subdirectory(DAY_KEYS)?;
        days.names()?.iter().try_for_each(|name| days.destroy(name))?;
        tx.forget_tags().await?;
        Ok(tx.commit().await?)
    }
}
