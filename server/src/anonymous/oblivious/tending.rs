//! What is done with the keys by itself: they are made, announced, and destroyed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use undersign_protocol::oblivious::Week;
use undersign_protocol::public_log::KeyConfigEntry;

use super::rules::{announced_weeks, pause};
use super::{Gateway, GatewayError};
use crate::anonymous::public_log::{LogError, PublicLog};

/// Most seconds until it is looked again: where the log could not be appended to, or the machine slept.
const LONGEST_PAUSE: u64 = 60;

/// Why keys are not as they should be.
#[derive(Debug, thiserror::Error)]
pub(super) enum TendingError {
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error(transparent)]
    Log(#[from] LogError),
}

impl Gateway {
    /// Destroys keys that are over, makes and announces those that are to come, until the process ends. Of several processes each does,
    /// and finds what another has done.
    ///
    /// # Arguments
    /// * `announced` – weeks whose keys are known to stand in the log
    pub(in crate::anonymous) async fn run(self: Arc<Self>, log: Arc<PublicLog>, mut announced: HashSet<Week>) {
        loop {
            tokio::time::sleep(Duration::from_secs(pause(self.clock.now()).min(LONGEST_PAUSE))).await;
            self.tend(&log, &mut announced).await;
        }
    }

    /// Does it once. What fails is told of once for each try, and tried again.
    pub(in crate::anonymous) async fn tend(&self, log: &PublicLog, announced: &mut HashSet<Week>) {
        if let Err(error) = self.destroy_and_announce(log, announced).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "the keys of the gateway for relays are not as they should be");
        }
    }

    pub(super) async fn destroy_and_announce(
        &self,
        log: &PublicLog,
        announced: &mut HashSet<Week>,
    ) -> Result<(), TendingError> {
        let now = self.clock.now();
        self.keys.destroy_old(now).map_err(GatewayError::from)?;
        if !self.has_relays {
            return Ok(());
        }
        for week in announced_weeks(now) {
            if announced.contains(&week) {
                continue;
            }
            let public = self.keys.make(week)?.public().map_err(GatewayError::from)?;
            // The last weeks of the year 9999 have no end, and no key.
            let Some(entry) = KeyConfigEntry::of_week(week, public.public_key) else { continue };
            log.announce_key_config(&entry).await?;
            announced.insert(week);
        }
        Ok(())
    }
}
