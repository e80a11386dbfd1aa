use std::collections::BTreeMap;

use undersign_protocol::petition::PetitionId;

use super::IdentifiedDatabase;
use crate::petition::Registry;
use crate::storage::{Lock, StorageError};

impl IdentifiedDatabase {
    /// Ids of all petitions.
    pub async fn petition_ids(&self) -> Result<Vec<PetitionId>, StorageError> {
        let registry = Registry::load((**self).clone()).await?;
        Ok(registry.ids())
    }

    /// Takes note of tokens that public logs count and this database does not, so that the issued count goes on from there. Says for
    /// which petitions, and how many. A repeat changes nothing.
    ///
    /// # Arguments
    /// * `published` – the last statement's count of each petition's log
    pub async fn accept_loss(
        &self,
        published: &BTreeMap<PetitionId, u64>,
    ) -> Result<Vec<(PetitionId, u64)>, StorageError> {
        let mut lost = Vec::new();
        let mut tx = self.begin("issuance::accept_loss").await?;
        for (petition_id, published) in published {
            tx.lock(Lock::Taking(petition_id.as_bytes())).await?;
            let missing = published.saturating_sub(tx.count_issued(petition_id).await?);
            if missing > 0 {
                tx.add_loss(petition_id, missing).await?;
                lost.push((*petition_id, missing));
            }
        }
        tx.commit().await?;
        Ok(lost)
    }
}
