use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use undersign_protocol::petition::PetitionId;
use undersign_protocol::timestamp::Timestamp;

use super::PublicLog;
use super::rules::{LogError, Tick};
use crate::petition::{Petition, Registry};
use crate::storage::{Lock, StorageError};

/// Longest sleep.
const LONGEST_PAUSE: u64 = 60;
/// Pause between two tries to be the one that publishes: after so long at most another takes the place of one that has died.
const TRY_AGAIN: u64 = 1;

/// What a process remembers from tick to tick.
struct Ticking {
    /// Where ticks were last looked for: later ones are still to be done.
    last: Timestamp,
    /// Since when this process is the one that publishes, if it is.
    publishes_since: Option<Timestamp>,
    /// Petitions whose last max_wait tick may have been missed.
    overdue: HashSet<PetitionId>,
    ended: HashSet<PetitionId>,
}

impl PublicLog {
    /// Publishes batches at ticks until the process ends: of several processes one does, and another when that one is gone.
    pub(in crate::anonymous) async fn run(self: Arc<Self>, registry: Registry) {
        let last = self.clock.now();
        let mut ticking = Ticking { last, publishes_since: None, overdue: HashSet::new(), ended: HashSet::new() };
        let mut changes = registry.changes();
        self.claim_ticks(&mut ticking, &registry, last).await;
        loop {
            changes.mark_unchanged();
            let petitions: Vec<Arc<Petition>> = match registry.all(self.clock.now()).await {
                Ok(petitions) => {
                    let left =
                        petitions.iter().filter(|petition| !ticking.ended.contains(&petition.verified.petition_id()));
                    left.cloned().collect()
                }
                Err(error) => {
                    // `last` stays: the ticks that pass meanwhile are kept when the database is back.
                    tracing::error!(error = &error as &dyn std::error::Error, "petitions could not be read");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                }
            };
            let seconds = pause(&petitions, self.clock.now());
            let wake = self.clock.now().plus(seconds);
            let seconds = if ticking.publishes_since.is_some() { seconds } else { seconds.min(TRY_AGAIN) };
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
                _ = changes.changed() => continue,
            }
            let now = self.clock.now();
            self.claim_ticks(&mut ticking, &registry, now).await;
            let is_awaited = now >= wake || petitions.iter().any(|petition| is_due(petition, ticking.last, now));
            if !is_awaited {
                continue;
            }
            self.tick(&mut ticking, &petitions, now).await;
            ticking.last = now;
            match self.database.rewrite().await {
                Ok(true) => {}
                Ok(false) => {
                    tracing::warn!(
                        "tables are not rewritten yet: others hold them, or the old WAL; the next tick tries again"
                    )
                }
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "tables could not be rewritten")
                }
            }
        }
    }

    /// Asks whether this process publishes, and notes since when. Whoever begins to, after a start or in the place of one that died, does
    /// so at the next tick and not before: a batch between two ticks would tell when its tokens came. Every petition's last max_wait tick
    /// may then have been missed, and a promise be due: its first tick publishes whatever waits.
    async fn claim_ticks(&self, ticking: &mut Ticking, registry: &Registry, now: Timestamp) {
        match self.database.claims().claim(&[Lock::Publishing]).await {
            Ok(claimed) if claimed == [true] => {
                if ticking.publishes_since.is_none() {
                    ticking.publishes_since = Some(now);
                    ticking.overdue.extend(registry.ids());
                }
            }
            Ok(_) => ticking.publishes_since = None,
            Err(error) => {
                ticking.publishes_since = None;
                tracing::error!(error = &error as &dyn std::error::Error, "it could not be asked who publishes");
            }
        }
    }

    /// Publishes for all petitions of which a tick lies behind.
    async fn tick(&self, ticking: &mut Ticking, petitions: &[Arc<Petition>], now: Timestamp) {
        let Some(since) = ticking.publishes_since else { return };
        let last = ticking.last.max(since);
        for petition in petitions.iter().filter(|petition| is_due(petition, last, now)) {
            let petition_id = petition.verified.petition_id();
            let tick = Tick::of(petition, last, now, ticking.overdue.contains(&petition_id));
            let done = self.publish_batch(petition, tick).await;
            report(&done);
            if tick == Tick::End && done.is_ok() {
                let done = self.end(petition).await;
                report(&done);
                if matches!(done, Ok(true)) {
                    ticking.ended.insert(petition_id);
                }
            }
            match (tick, done.is_ok()) {
                (Tick::MaxWait | Tick::End, true) => ticking.overdue.remove(&petition_id),
                (Tick::MaxWait | Tick::End, false) => ticking.overdue.insert(petition_id),
                (Tick::Interval, _) => false,
            };
        }
    }
}

fn report<T>(done: &Result<T, LogError>) {
    match done {
        Ok(_) => {}
        // Both sides see the same moment come; the next look finds the other done.
        Err(LogError::NotYetClosed) => tracing::debug!("the end of a log waits"),
        Err(error @ (LogError::IssuerAway(_) | LogError::Statement(_))) => tracing::warn!(%error, "a batch waits"),
        // Another process that took this one's place, or a notice: the tokens wait for the next tick.
        Err(LogError::Storage(StorageError::Conflict)) => tracing::warn!("a batch waits: the log has grown meanwhile"),
        Err(error) => tracing::error!(error = error as &dyn std::error::Error, "a batch was not published"),
    }
}

/// Whether a tick of this petition lies after `last` and not after `now`. What is over is due whenever it is looked: its end tells
/// nothing of anyone's arrival, and need not wait for a tick a day away.
fn is_due(petition: &Petition, last: Timestamp, now: Timestamp) -> bool {
    petition.next_tick(last) <= now || petition.ends_at() <= now
}

/// Seconds until the next tick or end.
fn pause(petitions: &[Arc<Petition>], now: Timestamp) -> u64 {
    let ticks = petitions.iter().map(|petition| petition.next_tick(now));
    // A second later than the end, which the issuer needs for what it does then.
    let ends = petitions.iter().map(|petition| petition.ends_at().plus(1)).filter(|end| *end > now);
    let next = ticks.chain(ends).min();
    let seconds = next.map_or(LONGEST_PAUSE, |next| next.seconds() - now.seconds());
    seconds.clamp(1, LONGEST_PAUSE)
}
