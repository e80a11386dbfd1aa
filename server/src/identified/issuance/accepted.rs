//! What the moderator has decided is done here: what he accepted becomes public, the keys of what he refused are destroyed.

use std::collections::BTreeMap;

use super::Issuer;
use crate::identified::IdentifiedState;
use crate::petition::review::{Admission, Decided, Pace, Reviewed};
use crate::petition::{OrganiserLimits, PetitionError};

/// What the moderator accepts is published, however many petitions its organiser has.
const NO_LIMITS: OrganiserLimits = OrganiserLimits { open: None, by_key: BTreeMap::new() };

impl IdentifiedState {
    /// Looks again and again at what was decided, by a command on this machine, until the process ends.
    pub(in crate::identified) async fn follow_review(self) {
        let mut pace = Pace::default();
        loop {
            let done = self.issuer.do_decided().await;
            pace.wait(&self.database, self.clock.as_ref(), done).await;
        }
    }
}

impl Issuer {
    async fn do_decided(&self) -> Result<(), PetitionError> {
        let mut tx = self.database.begin_read("issuance::decided").await?;
        let decided = tx.decided_reviews().await?;
        drop(tx);
        let mut done = Ok(());
        for reviewed in &decided {
            // One that fails does not keep the others from their turn.
            done = done.and(self.do_one(reviewed).await);
        }
        done
    }

    /// Can be repeated, and goes on wherever it was interrupted.
    async fn do_one(&self, reviewed: &Reviewed) -> Result<(), PetitionError> {
        let petition = &reviewed.petition;
        match reviewed.decided {
            Some(Decided::Accepted) => self.publish(petition, Admission::AtOnce, &NO_LIMITS).await.map(drop),
            Some(Decided::Refused) => {
                let token_key_id = petition.manifest().issuer.token_key.id();
                self.keys.destroy(&token_key_id).map_err(|_| PetitionError::KeyGeneration)?;
                let mut tx = self.database.begin("issuance::forget_refused").await?;
                tx.forget_review(&petition.petition_id()).await?;
                Ok(tx.commit().await?)
            }
            _ => Ok(()),
        }
    }
}
