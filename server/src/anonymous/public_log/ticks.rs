use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use undersign_protocol::petition::PetitionId;
use undersign_protocol::timestamp::Timestamp;

use super::PublicLog;
use super::rules::{LogError, Tick};
use crate::petition::{Petition, Registry};
use crate::storage::StorageError;

/// Longest sleep: petitions that another process took are seen at the latest after it.
const LONGEST_PAUSE: u64 = 60;

impl PublicLog {
    /// Publishes batches at ticks until the process ends.
    pub(in crate::anonymous) async fn run(self: Arc<Self>, registry: Registry) {
        let mut last = self.clock.now();
        // Petitions whose last max_wait tick may have been missed. After a start all may: the first tick publishes whatever waits, for
        // a promise may be due.
        let mut overdue: HashSet<PetitionId> = match registry.all(last).await {
            Ok(petitions) => petitions.iter().map(|petition| petition.verified.petition_id()).collect(),
            Err(_) => HashSet::new(),
        };
        let mut ended = HashSet::new();
        let mut changes = registry.changes();
        loop {
            changes.mark_unchanged();
            let petitions: Vec<Arc<Petition>> = match self.petitions(&registry, last).await {
                Ok(petitions) => {
                    let left = petitions.iter().filter(|petition| !ended.contains(&petition.verified.petition_id()));
                    left.cloned().collect()
                }
                Err(error) => {
                    // `last` stays: the ticks that pass meanwhile are kept when the database is back.
                    tracing::error!(error = &error as &dyn std::error::Error, "petitions could not be read");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause(&petitions, self.clock.now())) => {}
                _ = changes.changed() => continue,
            }
            let now = self.clock.now();
            for petition in petitions.iter().filter(|petition| is_due(petition, last, now)) {
                let petition_id = petition.verified.petition_id();
                let tick = Tick::of(petition, last, now, overdue.contains(&petition_id));
                let done = self.publish_batch(petition, tick).await;
                report(&done);
                if tick == Tick::End && done.is_ok() {
                    let done = self.end(petition).await;
                    report(&done);
                    if matches!(done, Ok(true)) {
                        ended.insert(petition_id);
                    }
                }
                match (tick, done.is_ok()) {
                    (Tick::MaxWait | Tick::End, true) => overdue.remove(&petition_id),
                    (Tick::MaxWait | Tick::End, false) => overdue.insert(petition_id),
                    (Tick::Interval, _) => false,
                };
            }
            last = now;
            match self.database.rewrite().await {
                Ok(true) => {}
                Ok(false) => tracing::warn!("the old WAL is held by a reader; the next tick tries again"),
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "tables could not be rewritten")
                }
            }
        }
    }

    /// The list; read from the database once a minute, for another process may have published.
    async fn petitions(&self, registry: &Registry, last: Timestamp) -> Result<Arc<Vec<Arc<Petition>>>, StorageError> {
        let now = self.clock.now();
        if now.seconds() / LONGEST_PAUSE != last.seconds() / LONGEST_PAUSE {
            registry.reload().await?;
        }
        registry.all(now).await
    }
}

fn report<T>(done: &Result<T, LogError>) {
    match done {
        Ok(_) => {}
        // Both sides see the same moment come; the next look finds the other done.
        Err(LogError::NotYetClosed) => tracing::debug!("the end of a log waits"),
        Err(error @ (LogError::IssuerAway(_) | LogError::Statement(_))) => tracing::warn!(%error, "a batch waits"),
        Err(error) => tracing::error!(error = error as &dyn std::error::Error, "a batch was not published"),
    }
}

/// Whether a tick of this petition lies after `last` and not after `now`. What is over is due whenever it is looked: its end tells
/// nothing of anyone's arrival, and need not wait for a tick a day away.
fn is_due(petition: &Petition, last: Timestamp, now: Timestamp) -> bool {
    petition.next_tick(last) <= now || petition.ends_at() <= now
}

fn pause(petitions: &[Arc<Petition>], now: Timestamp) -> Duration {
    let ticks = petitions.iter().map(|petition| petition.next_tick(now));
    // A second later than the end, which the issuer needs for what it does then.
    let ends = petitions.iter().map(|petition| petition.ends_at().plus(1)).filter(|end| *end > now);
    let next = ticks.chain(ends).min();
    let seconds = next.map_or(LONGEST_PAUSE, |next| next.seconds() - now.seconds());
    Duration::from_secs(seconds.clamp(1, LONGEST_PAUSE))
}
