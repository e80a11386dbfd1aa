//! What other processes on the same database publish: looked for every second, and whenever something is asked for that is not in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use undersign_pages::Petition;
use undersign_protocol::petition::PetitionId;

use super::registry::Registry;
use super::rules::PetitionError;
use crate::storage::StorageError;

/// Pause between two looks at what other processes have published.
const LOOK: Duration = Duration::from_secs(1);

/// How much there is of everything that a list is made of. Nothing of it is ever removed, and nothing but a place in the order of opening
/// is ever set later: two lists with the same numbers are the same.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub petitions: u64,
    pub opened: u64,
    pub notices: u64,
}

/// How often it was looked; held while it is looked.
#[derive(Debug, Default)]
pub(super) struct Looks {
    done: AtomicU64,
    turn: tokio::sync::Mutex<()>,
}

impl Registry {
    /// Looks every second whether another process has published something, until this one ends.
    pub(crate) async fn follow(self) {
        while self.database.is_shared() {
            tokio::time::sleep(LOOK).await;
            if let Err(error) = self.look().await {
                tracing::error!(error = &error as &dyn std::error::Error, "petitions could not be read");
            }
        }
    }

    /// Reads all petitions again where another process has published something. Of many who ask at once one looks.
    pub(crate) async fn look(&self) -> Result<(), StorageError> {
        if !self.database.is_shared() {
            return Ok(());
        }
        let before = self.looks.done.load(Ordering::SeqCst);
        let _guard = self.looks.turn.lock().await;
        // One that was under way may have been too early for us; the one after it was not.
        if self.looks.done.load(Ordering::SeqCst) >= before + 2 {
            return Ok(());
        }
        let mut tx = self.database.begin_read("petition::look").await?;
        let there = tx.extent().await?;
        drop(tx);
        if there != extent(&self.published()) {
            self.reload().await?;
        }
        self.looks.done.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// A petition by its id or slug, also where another process has published it just now.
    pub async fn find(&self, text: &str) -> Result<Arc<Petition>, PetitionError> {
        match self.by_id_or_slug(text) {
            Err(PetitionError::Unknown) => {
                self.look().await?;
                self.by_id_or_slug(text)
            }
            found => found,
        }
    }

    /// A petition by its id alone, also where another process has published it just now.
    pub async fn find_by_id(&self, text: &str) -> Result<Arc<Petition>, PetitionError> {
        // What is no id is a slug, which is for people who read.
        text.parse::<PetitionId>().map_err(|_| PetitionError::Unknown)?;
        self.find(text).await
    }
}

fn extent(petitions: &[Arc<Petition>]) -> Extent {
    Extent {
        petitions: petitions.len() as u64,
        opened: petitions.iter().filter(|petition| petition.position.is_some()).count() as u64,
        notices: petitions.iter().map(|petition| petition.notices.len() as u64).sum(),
    }
}
