//! What the moderator has decided is done here: what he accepted becomes public, the keys of what he refused are destroyed.

use std::collections::BTreeMap;

use super::AnonymousState;
use super::public_log::LogError;
use crate::petition::review::{Admission, Decided, Pace, Reviewed};
use crate::petition::{OrganiserLimits, PetitionError};

/// What the moderator accepts is published, however many petitions its organiser has.
const NO_LIMITS: OrganiserLimits = OrganiserLimits { open: None, by_key: BTreeMap::new() };

impl AnonymousState {
    /// Looks again and again at what was decided, by a command on this machine, until the process ends.
    pub(super) async fn follow_review(self) {
        let mut pace = Pace::default();
        loop {
            let done = self.do_decided().await;
            pace.wait(&self.database, self.clock.as_ref(), done).await;
        }
    }

    async fn do_decided(&self) -> Result<(), PetitionError> {
        let mut tx = self.database.begin_read("public_log::decided").await?;
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
            // Not before the issuer has it: an entry of the log is for ever, and a petition that people can see is one they can sign.
            Some(Decided::Accepted) => match self.log.is_at_the_issuer(&petition.petition_id()).await {
                Ok(true) => self.publish(petition, Admission::AtOnce, &NO_LIMITS).await.map(drop),
                Ok(false) | Err(LogError::IssuerAway(_)) => Ok(()),
                Err(error) => Err(error.into()),
            },
            Some(Decided::Refused) => {
                self.log.destroy_key(&petition.manifest().log.public_key)?;
                let mut tx = self.database.begin("public_log::forget_refused").await?;
                tx.delete_picture(&petition.petition_id()).await?;
                tx.forget_review(&petition.petition_id()).await?;
                Ok(tx.commit().await?)
            }
            _ => Ok(()),
        }
    }
}
