use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::IdentifiedState;

/// Seconds between clean-ups.
const HOUR: Duration = Duration::from_secs(3_600);
/// Pause between two looks at what is shared with other processes.
const SECOND: Duration = Duration::from_secs(1);
/// Seconds between rewritings where no petition asks for more.
const LONGEST_INTERVAL: u64 = 600;
/// Longest sleep before it is looked again whether a petition is over, in seconds: a clock can be set forward.
const LONGEST_PAUSE: u64 = 60;

impl IdentifiedState {
    /// Runs what this side does by itself until the process ends: sends mails, destroys what is old, closes petitions, keeps
    /// the counts of a day that is over, rewrites the tables at ticks and between them.
    pub fn run(&self) {
        tokio::spawn(Arc::clone(&self.verification).send_mails());
        tokio::spawn(self.clone().destroy_hourly());
        tokio::spawn(self.clone().rewrite_at_ticks());
        tokio::spawn((*self.database).clone().rewrite_between_ticks());
        tokio::spawn(self.clone().close_at_the_end());
        tokio::spawn(self.clone().compare_at_start());
        tokio::spawn(self.registry.clone().follow());
        tokio::spawn(Arc::clone(&self.counts).run());
        tokio::spawn(self.clone().check_claims());
        tokio::spawn(self.clone().follow_review());
    }

    /// Every second, where there can be other processes: those must not take for destroyed what is still here.
    async fn check_claims(self) {
        while self.database.is_shared() {
            tokio::time::sleep(SECOND).await;
            self.issuer.check_claims().await;
        }
    }

    /// Closes each petition at the moment at which its time is over; after a start, those whose time was over before. What fails is
    /// tried again.
    async fn close_at_the_end(self) {
        let mut changes = self.registry.changes();
        let mut closed = HashSet::new();
        loop {
            changes.mark_unchanged();
            let now = self.clock.now();
            let petitions = self.registry.all(now).await.unwrap_or_else(|_| Arc::default());
            let left = petitions.iter().filter(|petition| !closed.contains(&petition.verified.petition_id()));
            let (over, running): (Vec<_>, Vec<_>) = left.partition(|petition| petition.ends_at() <= now);
            let next = running.iter().map(|petition| petition.ends_at().seconds() - now.seconds()).min();
            let mut pause = next.unwrap_or(LONGEST_PAUSE).clamp(1, LONGEST_PAUSE);
            for petition in over {
                match self.issuer.close(petition).await {
                    Ok(true) => {
                        closed.insert(petition.verified.petition_id());
                    }
                    Ok(false) => {
                        tracing::warn!("the close waits for a reader of the database, or for another process");
                        pause = 1;
                    }
                    Err(error) => {
                        tracing::error!(error = &error as &dyn std::error::Error, "a petition could not be closed");
                        pause = 1;
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(pause)) => {}
                _ = changes.changed() => {}
            }
        }
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
            let running = petitions.iter().filter(|petition| now < petition.ends_at());
            let next = running.map(|petition| petition.next_tick(now)).min();
            let next = next.unwrap_or_else(|| now.plus(LONGEST_INTERVAL));
            let pause = (next.seconds() - now.seconds()).clamp(1, LONGEST_INTERVAL);
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(pause)) => {}
                _ = changes.changed() => continue,
            }
            self.verification.tell_of_tags();
            match self.database.rewrite().await {
                Ok(true) => {}
                Ok(false) => tracing::warn!(
                    "tables are not rewritten yet: others hold them, or the old WAL; the next tick tries again"
                ),
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "tables could not be rewritten")
                }
            }
        }
    }
}
