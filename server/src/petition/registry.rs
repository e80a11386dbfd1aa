use std::sync::{Arc, RwLock};

use undersign_pages::Petition;
use undersign_protocol::petition::{PetitionId, PetitionList, VerifiedManifest};
use undersign_protocol::timestamp::Timestamp;

use super::following::Looks;
use super::rules::PetitionError;
use crate::storage::{Database, Lock, StorageError};
use crate::web::cached::Version;

/// The petitions of one side, in memory beside the database.
#[derive(Debug, Clone)]
pub struct Registry {
    pub(super) database: Database,
    petitions: Arc<RwLock<Arc<Vec<Arc<Petition>>>>>,
    changed: Arc<tokio::sync::watch::Sender<()>>,
    version: Version,
    /// Held from reading to setting: of two that read at once, the older list must not be set last.
    reloading: Arc<tokio::sync::Mutex<()>>,
    pub(super) looks: Arc<Looks>,
}

impl Registry {
    /// Reads all petitions.
    pub async fn load(database: Database) -> Result<Self, StorageError> {
        let changed = Arc::new(tokio::sync::watch::Sender::new(()));
        let (version, reloading, looks) = (Version::default(), Arc::default(), Arc::default());
        let registry = Self { database, petitions: Arc::default(), changed, version, reloading, looks };
        registry.reload().await?;
        Ok(registry)
    }

    /// Reads them again, after a publication.
    pub async fn reload(&self) -> Result<(), StorageError> {
        let _guard = self.reloading.lock().await;
        let mut tx = self.database.begin_read("petition::reload").await?;
        let petitions: Vec<_> = tx.all_petitions().await?.into_iter().map(Arc::new).collect();
        if *self.published() != petitions {
            self.set(Arc::new(petitions));
        }
        Ok(())
    }

    /// All petitions, in the order of opening.
    pub async fn all(&self, now: Timestamp) -> Result<Arc<Vec<Arc<Petition>>>, StorageError> {
        let petitions = self.published();
        let opened = |petition: &Petition| petition.position.is_none() && petition.verified.manifest().opens_at <= now;
        if !petitions.iter().any(|petition| opened(petition)) {
            return Ok(petitions);
        }
        let mut tx = self.database.begin("petition::open").await?;
        tx.lock(Lock::Petitions).await?;
        tx.assign_positions(now.seconds()).await?;
        tx.commit().await?;
        self.reload().await?;
        Ok(self.published())
    }

    /// Ids of all petitions.
    pub fn ids(&self) -> Vec<PetitionId> {
        self.published().iter().map(|petition| petition.verified.petition_id()).collect()
    }

    /// A petition by its id.
    pub fn by_id(&self, petition_id: &PetitionId) -> Option<Arc<Petition>> {
        self.published().iter().find(|petition| petition.verified.petition_id() == *petition_id).cloned()
    }

    /// A petition by its id or slug as it stands in a path. Ids have 43 characters and slugs at most 40.
    pub fn by_id_or_slug(&self, text: &str) -> Result<Arc<Petition>, PetitionError> {
        let found = match text.parse::<PetitionId>() {
            Ok(petition_id) => self.by_id(&petition_id),
            Err(_) => {
                let petitions = self.published();
                petitions.iter().find(|petition| petition.verified.manifest().slug.as_str() == text).cloned()
            }
        };
        found.ok_or(PetitionError::Unknown)
    }

    /// The answer where a petition could not be inserted: the petition itself if a repeat of the same request was faster, else why not.
    pub(crate) async fn published_meanwhile(
        &self,
        petition: &VerifiedManifest,
        is_prepared: bool,
    ) -> Result<Arc<Petition>, PetitionError> {
        self.reload().await?;
        self.check_publication(petition, is_prepared)?;
        self.by_id(&petition.petition_id()).ok_or(PetitionError::SlugTaken)
    }

    /// Whether a petition may be published: it is already, or its slug is free and its keys were prepared.
    pub(crate) fn check_publication(
        &self,
        petition: &VerifiedManifest,
        is_prepared: bool,
    ) -> Result<(), PetitionError> {
        if self.by_id(&petition.petition_id()).is_some() {
            return Ok(());
        }
        if self.by_id_or_slug(petition.manifest().slug.as_str()).is_ok() {
            return Err(PetitionError::SlugTaken);
        }
        if is_prepared { Ok(()) } else { Err(PetitionError::NotPrepared) }
    }

    /// Body of `GET /v1/petitions`.
    pub async fn list(&self, now: Timestamp) -> Result<PetitionList, StorageError> {
        let petitions = self.all(now).await?;
        Ok(PetitionList { petitions: petitions.iter().map(|petition| petition.summary(now)).collect() })
    }

    /// Tells whoever sleeps until a tick that the list has changed: a new petition may tick earlier.
    pub fn changes(&self) -> tokio::sync::watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Changes with the list.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// All petitions, as they were read last.
    pub(crate) fn published(&self) -> Arc<Vec<Arc<Petition>>> {
        // A poisoned lock holds a list that was complete when it was set.
        Arc::clone(&self.petitions.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn set(&self, petitions: Arc<Vec<Arc<Petition>>>) {
        *self.petitions.write().unwrap_or_else(std::sync::PoisonError::into_inner) = petitions;
        self.version.changed();
        self.changed.send_replace(());
    }
}
