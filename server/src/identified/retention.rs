use std::sync::Arc;
use std::time::Duration;

use super::IdentifiedState;

/// Seconds between clean-ups.
const HOUR: Duration = Duration::from_secs(3_600);
/// Seconds between rewritings where no petition asks for more.
const LONGEST_INTERVAL: u64 = 600;

impl IdentifiedState {
    /// Runs what this side does by itself until the process ends: sends mails, destroys what is old, rewrites the tables at ticks.
    pub fn run(&self) {
        tokio::spawn(Arc::clone(&self.verification).send_mails());
        tokio::spawn(self.clone().destroy_hourly());
        tokio::spawn(self.clone().rewrite_at_ticks());
        tokio::spawn(self.clone().compare_at_start());
    }

    async fn compare_at_start(self) {
        if let Err(error) = self.issuer.compare_all().await {
            tracing::error!(error = &error as &dyn std::error::Error, "the public logs could not be compared with");
        }
    }

    async fn destroy_hourly(self) {
        loop {
            if let Err(error) = self.verification.destroy_old().await {
                tracing::error!(error = &error as &dyn std::error::Error, "old verifications could not be destroyed");
            }
            if let Err(error) = self.issuer.destroy_old_prepared().await {
                tracing::error!(error = &error as &dyn std::error::Error, "old prepared keys could not be destroyed");
            }
            self.issuer.shrink();
            tokio::time::sleep(HOUR).await;
        }
    }

    /// Rewrites at the ticks of the petition that ticks most often: after it, no place of a row tells when it came.
    async fn rewrite_at_ticks(self) {
        let mut changes = self.registry.changes();
        loop {
            changes.mark_unchanged();
            let now = self.clock.now();
            let petitions = self.registry.all(now).await.unwrap_or_else(|_| Arc::default());
            let next = petitions
                .iter()
                .map(|petition| petition.verified.manifest())
                .filter(|manifest| now < manifest.ends_at());
            let next = next.map(|manifest| manifest.publication.next_tick(manifest.opens_at, now)).min();
            let next = next.unwrap_or_else(|| now.plus(LONGEST_INTERVAL));
            let pause = (next.seconds() - now.seconds()).clamp(1, LONGEST_INTERVAL);
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(pause)) => {}
                _ = changes.changed() => continue,
            }
            match self.database.rewrite().await {
                Ok(true) => {}
                Ok(false) => tracing::warn!("the old WAL is held by a reader; the next tick tries again"),
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "tables could not be rewritten")
                }
            }
        }
    }
}
