use std::collections::{HashMap, HashSet};

use tokio::task;
use undersign_protocol::timestamp::Timestamp;

/// The longest pause between two tries of one mail, in seconds.
pub(super) const LONGEST_PAUSE: u64 = 60;

/// Id of a mail that waits.
pub(super) type MailId = [u8; 16];

/// What this process knows of the mails that wait: which it is sending, and which it is to leave alone. In memory: who sent what when
/// must not be at rest.
#[derive(Default)]
pub(super) struct UnderWay {
    /// By the task that sends it: one that panics gives its mail back.
    tasks: HashMap<task::Id, MailId>,
    /// Mails that failed, and are tried again.
    pauses: HashMap<MailId, Pause>,
    /// Mails that the server took, or never will, and whose row is still there.
    done: HashSet<MailId>,
}

/// What is to be done with a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// To be sent, then removed.
    Send,
    /// To be removed: it was sent.
    Remove,
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Its row is gone.
    Removed,
    /// It was not taken, and is tried again.
    Later,
    /// It was taken, or never will be, and its row could not be removed.
    Done,
}

struct Pause {
    seconds: u64,
    until: Timestamp,
}

impl UnderWay {
    /// What is to be done with a mail now, by whoever asks: `None` where it is under way, or paused.
    pub(super) fn next(&self, id: &MailId, now: Timestamp) -> Option<Step> {
        if self.tasks.values().any(|sent| sent == id) {
            return None;
        }
        if self.pauses.get(id).is_some_and(|pause| now < pause.until) {
            return None;
        }
        Some(if self.done.contains(id) { Step::Remove } else { Step::Send })
    }

    /// Notes which task does it.
    pub(super) fn begin(&mut self, task: task::Id, id: MailId) {
        self.tasks.insert(task, id);
    }

    /// Notes what came of it; `None` where the task has panicked.
    ///
    /// # Returns
    /// The mail, where other processes may have it now.
    pub(super) fn end(&mut self, task: task::Id, outcome: Option<Outcome>, now: Timestamp) -> Option<MailId> {
        let id = self.tasks.remove(&task)?;
        match outcome {
            Some(Outcome::Removed) => {
                self.pauses.remove(&id);
                self.done.remove(&id);
            }
            Some(Outcome::Later) | None => self.pause(id, now),
            Some(Outcome::Done) => {
                self.done.insert(id);
                self.pause(id, now);
                // Whoever had it would send it again.
                return None;
            }
        }
        Some(id)
    }

    /// Forgets mails whose rows are gone: another process has sent them.
    pub(super) fn forget(&mut self, ids: &[MailId]) {
        for id in ids {
            self.pauses.remove(id);
            self.done.remove(id);
        }
    }

    /// Whether some are to be tried again. One that nobody has met since it was due was sent by another process.
    pub(super) fn has_pauses(&mut self, now: Timestamp) -> bool {
        let done = &self.done;
        self.pauses.retain(|id, pause| done.contains(id) || now < pause.until.plus(LONGEST_PAUSE));
        !self.pauses.is_empty()
    }

    /// One second, then twice as long each time, up to a minute.
    fn pause(&mut self, id: MailId, now: Timestamp) {
        let seconds = self.pauses.get(&id).map_or(1, |pause| (pause.seconds * 2).min(LONGEST_PAUSE));
        self.pauses.insert(id, Pause { seconds, until: now.plus(seconds) });
    }
}
