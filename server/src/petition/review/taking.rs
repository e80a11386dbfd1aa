use std::sync::Arc;

use undersign_protocol::petition::{ReviewAnswer, VerifiedManifest};

use super::rules::{Admission, answer};
use super::{Decided, Reviewed};
use crate::petition::{Petition, PetitionError};
use crate::storage::Transaction;

/// What has become of a publication.
pub(crate) enum Taken {
    /// It is public.
    Published(Arc<Petition>),
    /// It is kept, and waits.
    Waiting(ReviewAnswer),
}

/// Where a publication belongs, decided in the transaction that keeps it.
pub(crate) enum Place {
    /// Among the petitions.
    Public,
    /// In the queue, where it is now.
    Queue(ReviewAnswer),
    /// Nowhere: its keys were not prepared, or it is public already.
    NotPrepared,
}

impl Transaction {
    /// Decides where a publication belongs, and where that is the queue, puts it there in place of what was prepared. The list of
    /// petitions is locked by whoever calls this.
    ///
    /// # Arguments
    /// * `is_prepared` – whether the manifest names what this side has prepared for it
    pub(crate) async fn place(
        &mut self,
        petition: &VerifiedManifest,
        admission: Admission,
        is_prepared: bool,
        day: u64,
    ) -> Result<Place, PetitionError> {
        if let Some(waiting) = self.waiting(petition).await? {
            // Whose keys were checked when it was handed in. Its organiser may have been listed since.
            return Ok(match admission {
                Admission::AtOnce => Place::Public,
                Admission::AfterReview => Place::Queue(answer(&waiting)),
            });
        }
        if !is_prepared {
            return Ok(Place::NotPrepared);
        }
        if admission == Admission::AtOnce {
            return Ok(Place::Public);
        }
        let manifest = petition.manifest();
        if self.slug_is_public(&manifest.slug).await? || !self.insert_review(petition, day).await? {
            return Err(PetitionError::SlugTaken);
        }
        self.delete_prepared(&manifest.slug, &manifest.organiser.public_key).await?;
        let handed_in = Reviewed { petition: petition.clone(), decided: None, reason: None, day };
        Ok(Place::Queue(answer(&handed_in)))
    }

    /// The publication itself, where it waits already. Fails where it is refused, or another one with its slug waits.
    pub(crate) async fn waiting(&mut self, petition: &VerifiedManifest) -> Result<Option<Reviewed>, PetitionError> {
        match self.reviewed(&petition.petition_id()).await? {
            Some(Reviewed { decided: Some(Decided::Refused | Decided::RefusedAndForgotten), .. }) => {
                Err(PetitionError::Refused)
            }
            None if self.slug_waits(&petition.manifest().slug).await? => Err(PetitionError::SlugTaken),
            found => Ok(found),
        }
    }
}
