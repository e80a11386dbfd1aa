#[cfg(test)]
mod contract;
mod store;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::public_log::{AddCheckpoint, Checkpoint, WitnessKey, host_log_origin};
use undersign_protocol::timestamp::Timestamp;

use super::PublicLog;
use super::rules::{LogError, LogId};
use super::store::Head;
use crate::petition::Registry;

/// Longest pause between two questions, where a witness was away.
const PAUSE: Duration = Duration::from_secs(30);

/// Who is asked for cosignatures, and how often.
pub struct WitnessSettings {
    /// The witnesses.
    pub list: Vec<WitnessAddress>,
    /// Seconds after which a head is cosigned again that has not grown: clients under a policy believe no old cosignatures, so that nobody
    /// can show them an old head.
    pub again_after: u64,
}

/// A witness that is asked for cosignatures.
#[derive(Clone)]
pub struct WitnessAddress {
    /// Its key.
    pub key: WitnessKey,
    /// Where it is: what `/add-checkpoint` is added to.
    pub url: String,
}

/// The witnesses that are asked, and what was found out by asking.
pub(super) struct Witnesses {
    list: Vec<WitnessAddress>,
    again_after: u64,
    client: reqwest::Client,
    /// Changes with every append.
    appended: tokio::sync::watch::Sender<()>,
    /// Logs of which a witness has signed a tree that is no part of the tree here.
    behind: Mutex<HashSet<[u8; 32]>>,
}

/// How often a witness was asked about a log since the start.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    First,
    Again,
}

/// What a witness said.
enum Answer {
    Line(String),
    /// It has signed a tree of this size last.
    Newest(u64),
    /// What it has signed is no part of the tree here.
    OtherHistory,
}

impl Witnesses {
    pub(super) fn new(settings: WitnessSettings) -> Result<Self, LogError> {
        let WitnessSettings { list, again_after } = settings;
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            // An address in the environment would send the question elsewhere.
            .no_proxy()
            .build()
            .map_err(away)?;
        Ok(Self {
            list,
            again_after,
            client,
            appended: tokio::sync::watch::Sender::default(),
            behind: Mutex::default(),
        })
    }

    /// Has the heads cosigned soon: something was appended.
    pub(super) fn wake(&self) {
        self.appended.send_replace(());
    }

    /// Fails where this log has been seen larger than it is here: a database that is older than the public log must not append, or
    /// there would be two histories.
    pub(super) fn check_not_behind(&self, log: &LogId) -> Result<(), LogError> {
        let behind = self.behind.lock().unwrap_or_else(PoisonError::into_inner);
        if behind.contains(log.as_bytes()) { Err(LogError::Behind) } else { Ok(()) }
    }

    fn note_behind(&self, log: &LogId) -> LogError {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner).insert(*log.as_bytes());
        LogError::Behind
    }

    async fn ask(&self, witness: &WitnessAddress, request: &AddCheckpoint) -> Result<Answer, LogError> {
        let url = format!("{}/add-checkpoint", witness.url.trim_end_matches('/'));
        let answer = self.client.post(url).body(request.encode()).send().await.map_err(away)?;
        let status = answer.status().as_u16();
        let text = answer.text().await.map_err(away)?;
        match status {
            200 => Ok(Answer::Line(text)),
            409 => {
                text.trim_end().parse().map(Answer::Newest).map_err(|_| LogError::Witness("an answer without a size"))
            }
            404 => Err(LogError::Witness("it does not know this log")),
            403 => Err(LogError::Witness("it has another key for this log")),
            422 => Ok(Answer::OtherHistory),
            _ => Err(LogError::Witness("it did not answer as witnesses do")),
        }
    }
}

impl PublicLog {
    /// Asks every witness about every log, now, whenever something was appended and whenever its cosignature has become old, until the
    /// process ends. Returns once each was
    /// asked for the first time, or does not answer: a log that is behind is then known before anything is appended.
    pub(in crate::anonymous) async fn run_witnesses(self: &Arc<Self>, registry: &Registry) {
        let mut first = JoinSet::new();
        let pause = PAUSE.min(Duration::from_secs(self.witnesses.again_after));
        for witness in self.witnesses.list.clone() {
            let (log, registry) = (Arc::clone(self), registry.clone());
            let (asked, was_asked) = tokio::sync::oneshot::channel();
            tokio::spawn(async move {
                let mut appended = log.witnesses.appended.subscribe();
                log.cosign_all(&witness, &registry, Asked::First).await;
                let _ = asked.send(());
                loop {
                    let _ = tokio::time::timeout(pause, appended.changed()).await;
                    log.cosign_all(&witness, &registry, Asked::Again).await;
                }
            });
            first.spawn(was_asked);
        }
        let _ = tokio::time::timeout(PAUSE, first.join_all()).await;
    }

    /// The host's log first: witnesses take petitions' logs from there. A witness that is away is not asked about the others.
    async fn cosign_all(&self, witness: &WitnessAddress, registry: &Registry, asked: Asked) {
        let host_origin = host_log_origin(&self.origin_host);
        let now = self.clock.now();
        let mut away = self.cosign_or_warn(&LogId::HOST, &host_origin, &self.host_key, witness, asked, now).await;
        let petitions = registry.all(now).await.unwrap_or_default();
        for petition in petitions.iter() {
            if away {
                return;
            }
            let log = LogId::of_petition(&petition.verified.petition_id());
            match self.petition_key(petition) {
                Ok(key) => {
                    // After the end an old cosignature is as good as a new one.
                    let until = now.min(petition.ends_at());
                    let origin = petition.verified.log_origin();
                    away = self.cosign_or_warn(&log, &origin, &key, witness, asked, until).await
                }
                Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "a log is not cosigned"),
            }
        }
    }

    /// Says whether the witness is away.
    async fn cosign_or_warn(
        &self,
        log: &LogId,
        origin: &str,
        key: &SecretKey,
        witness: &WitnessAddress,
        asked: Asked,
        until: Timestamp,
    ) -> bool {
        let Err(error) = self.cosign(log, origin, key, witness, asked, until).await else { return false };
        tracing::warn!(witness = witness.key.name(), log = origin, %error, "a log is not cosigned yet");
        matches!(error, LogError::WitnessAway(_))
    }

    /// Has the newest head of a log cosigned by a witness, unless it is already. After a start it is asked all the same: a database that
    /// was restored has cosignatures of its own time, and only the witness knows what came after. A witness that has signed another size than is known
    /// here, because its answer was lost, is asked once more from there.
    ///
    /// # Arguments
    /// * `until` – what cosignatures must not be much older than: now, or the petition's end
    async fn cosign(
        &self,
        log: &LogId,
        origin: &str,
        key: &SecretKey,
        witness: &WitnessAddress,
        asked: Asked,
        until: Timestamp,
    ) -> Result<(), LogError> {
        let vkey = witness.key.to_string();
        let mut tx = self.database.begin_read("public_log::cosign").await?;
        let Some(head) = tx.head(log).await? else { return Ok(()) };
        let (mut old_size, line) = tx.cosignature(log, &vkey).await?.unwrap_or_default();
        drop(tx);
        let checkpoint = Checkpoint { origin: origin.to_owned(), tree_size: head.tree_size, root: head.root };
        let note = checkpoint.sign(key)?;
        // Of another tree it has no time.
        let cosigned_at = witness.key.cosigned_at(&format!("{note}{line}"));
        let is_recent = cosigned_at.is_some_and(|at| at.plus(self.witnesses.again_after) > until);
        if is_recent && asked == Asked::Again {
            return Ok(());
        }
        for _ in 0..2 {
            let Some(request) = self.request(log, old_size, &head, &note).await? else {
                // Another process may have appended since the head was read, and have had that signed.
                return self.check_grown(log, old_size).await;
            };
            match self.witnesses.ask(witness, &request).await? {
                // It was asked from there: another tree of this size.
                Answer::Newest(newest) if newest == old_size => return Err(self.witnesses.note_behind(log)),
                Answer::Newest(newest) => old_size = newest,
                Answer::OtherHistory => return Err(self.witnesses.note_behind(log)),
                Answer::Line(line) => {
                    witness
                        .key
                        .cosigned_at(&format!("{note}{line}"))
                        .ok_or(LogError::Witness("what it signed is not this checkpoint"))?;
                    let mut tx = self.database.begin("public_log::keep_cosignature").await?;
                    tx.keep_cosignature(log, &vkey, head.tree_size, &line).await?;
                    let _change = self.version.change();
                    tx.commit().await?;
                    return Ok(());
                }
            }
        }
        // Another process has asked it in between.
        Err(LogError::Witness("it has signed another tree meanwhile"))
    }

    /// Fails where this log is still smaller than what a witness has signed.
    async fn check_grown(&self, log: &LogId, signed_size: u64) -> Result<(), LogError> {
        let mut tx = self.database.begin_read("public_log::check_grown").await?;
        let tree_size = tx.head(log).await?.unwrap_or_default().tree_size;
        // What is signed was committed before. What is new here is asked about the next time.
        if tree_size >= signed_size { Ok(()) } else { Err(self.witnesses.note_behind(log)) }
    }

    async fn request(
        &self,
        log: &LogId,
        old_size: u64,
        head: &Head,
        note: &str,
    ) -> Result<Option<AddCheckpoint>, LogError> {
        let mut tx = self.database.begin_read("public_log::consistency_proof").await?;
        let proof = tx.consistency_proof(log, old_size, head).await?;
        Ok(proof.map(|proof| AddCheckpoint { old_size, proof, checkpoint: note.to_owned() }))
    }
}

fn away(error: reqwest::Error) -> LogError {
    LogError::WitnessAway(error.without_url().to_string())
}
