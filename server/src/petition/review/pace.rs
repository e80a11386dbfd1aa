use std::time::Duration;

use super::rules::{oldest_refused_day, oldest_undecided_day};
use crate::clock::Clock;
use crate::petition::PetitionError;
use crate::storage::{Database, Lock, StorageError};

/// Pause between two looks at what was decided.
const LOOK: Duration = Duration::from_secs(2);
/// The same after a failure: what cannot be done now is not tried, and told, every other second.
const AFTER_FAILURE: Duration = Duration::from_secs(60);
/// Looks between two times at which what is old is cleared away: about an hour.
const LOOKS: u32 = 1_800;

/// What the organiser of a petition that nobody has decided about is told.
const NOBODY_DECIDED: &str = "Nobody has decided about it in time. It can be handed in again.";

/// How often it is looked what was decided, and when what is old is cleared away.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    looks: u32,
}

impl Pace {
    /// Tells of a failure, clears away what is old once in a while, and waits for the next look.
    pub(crate) async fn wait(&mut self, database: &Database, clock: &dyn Clock, done: Result<(), PetitionError>) {
        let cleared = if self.looks.is_multiple_of(LOOKS) { clear(database, clock).await } else { Ok(()) };
        self.looks = self.looks.wrapping_add(1);
        match done.and(cleared.map_err(PetitionError::from)) {
            Ok(()) => tokio::time::sleep(LOOK).await,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "what the moderator decided is not done yet");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

async fn clear(database: &Database, clock: &dyn Clock) -> Result<(), StorageError> {
    let now = clock.now();
    let (undecided, refused) = (oldest_undecided_day(now), oldest_refused_day(now));
    let mut tx = database.begin_read("petition::old_reviews").await?;
    let is_old = tx.has_old_reviews(undecided, refused).await?;
    drop(tx);
    if !is_old {
        return Ok(());
    }
    let mut tx = database.begin("petition::clear_reviews").await?;
    tx.lock(Lock::Petitions).await?;
    tx.clear_reviews(undecided, refused, now.day(), NOBODY_DECIDED).await?;
    tx.commit().await
}
