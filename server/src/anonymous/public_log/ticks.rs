use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use undersign_protocol::petition::PetitionId;
use undersign_protocol::timestamp::Timestamp;

use super::PublicLog;
use super::rules::{LogError, Tick};
use crate::petition::{Petition, Registry};

/// Longest sleep: petitions that another process took are seen at the latest after it.
const LONGEST_PAUSE: u64 = 60;

impl PublicLog {
    /// Publishes batches at ticks until the process ends.
    pub(in crate::anonymous) async fn run(self: Arc<Self>, registry: Registry) {
        let mut last = self.clock.now();
        // Petitions whose last max_wait tick is known to have been kept. After a start none is: the first tick publishes whatever
        // waits, for a promise may be due.
        let mut on_time: HashSet<PetitionId> = HashSet::new();
        let mut changes = registry.changes();
        loop {
            changes.mark_unchanged();
            let petitions = registry.all(self.clock.now()).await.unwrap_or_else(|_| Arc::default());
            tokio::select! {
                () = tokio::time::sleep(pause(&petitions, self.clock.now())) => {}
                _ = changes.changed() => continue,
            }
            let now = self.clock.now();
            for petition in petitions.iter().filter(|petition| is_due(petition, last, now)) {
                let petition_id = petition.verified.petition_id();
                let tick = Tick::of(&petition.verified, last, now, !on_time.contains(&petition_id));
                let done = self.publish_batch(petition, tick).await;
                self.report(&done);
                match (tick, done.is_ok()) {
                    (Tick::MaxWait | Tick::End, true) => on_time.insert(petition_id),
                    (Tick::MaxWait | Tick::End, false) => on_time.remove(&petition_id),
                    (Tick::Interval, _) => false,
                };
            }
            last = now;
            if let Err(error) = self.database.rewrite().await {
                tracing::error!(error = &error as &dyn std::error::Error, "tables could not be rewritten");
            }
        }
    }

    fn report(&self, done: &Result<(), LogError>) {
        match done {
            Ok(()) => {}
            Err(error @ (LogError::IssuerAway(_) | LogError::Statement(_))) => {
                tracing::warn!(%error, "a batch waits");
            }
            Err(error) => tracing::error!(error = error as &dyn std::error::Error, "a batch was not published"),
        }
    }
}

/// Whether a tick of this petition lies after `last` and not after `now`.
fn is_due(petition: &Petition, last: Timestamp, now: Timestamp) -> bool {
    let manifest = petition.verified.manifest();
    manifest.publication.next_tick(manifest.opens_at, last) <= now
}

fn pause(petitions: &[Arc<Petition>], now: Timestamp) -> Duration {
    let ticks = petitions.iter().map(|petition| petition.verified.manifest());
    let next = ticks.map(|manifest| manifest.publication.next_tick(manifest.opens_at, now)).min();
    let seconds = next.map_or(LONGEST_PAUSE, |next| next.seconds() - now.seconds());
    Duration::from_secs(seconds.clamp(1, LONGEST_PAUSE))
}
