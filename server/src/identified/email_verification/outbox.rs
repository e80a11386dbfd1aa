use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use undersign_protocol::bytes::to_base64url;
use undersign_protocol::email_verification::Address;
use undersign_protocol::petition::Language;
use undersign_protocol::timestamp::Timestamp;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::day_keys::DayKeys;
use super::mail::{MailContent, MailLanguage, MailSettings};
use super::rules::{Sealed, VerificationError};
use super::store::{OutboxRow, SealedMail};
use super::transport::{Delivery, Transport, TransportSettings};
use crate::clock::Clock;
use crate::entropy::{Entropy, random};
use crate::gather::{Gather, GatherError, Together};
use crate::identified::IdentifiedDatabase;
use crate::storage::{Lock, StorageError};

const CONTEXT: &[u8] = b"undersign outbox v1";
/// Every stored mail has this size before sealing: its size tells nothing of the address.
const PADDED_SIZE: usize = 1_024;
/// Mails under way at once. A mail server takes its time over each; more than fifty connections of one client are often refused.
pub(super) const SENDERS: usize = 48;
const LONGEST_PAUSE: u64 = 60;
/// Seconds between two looks at mails that other processes have promised, and cannot send any more.
const LOOK: u64 = 5;

/// A mail that waits: encrypted at rest, gone when the mail server takes it, at most a day old. No `Debug`.
#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
pub(super) struct PendingMail {
    to: String,
    #[zeroize(skip)]
    language: MailLanguage,
    link_token: String,
    code: String,
    #[zeroize(skip)]
    expires_at: Timestamp,
    /// `false` where a limit keeps it back: it is stored like any other and never sent.
    live: bool,
}

impl PendingMail {
    pub(super) fn new(address: &Address, language: &Language, link_token: String, code: String, link: &Sealed) -> Self {
        let language = MailLanguage::from(language);
        Self { to: address.mailbox(), language, link_token, code, expires_at: link.expires_at, live: link.live }
    }
}

/// The durable outbox: a mail is promised when its row is committed, and is tried again until the server takes it or it is too old.
pub(super) struct Outbox {
    database: IdentifiedDatabase,
    putting: Gather<Putting>,
    deleting: Gather<Deleting>,
    /// The address is sealed under a key that is destroyed after two days, so that no copy of the row opens later.
    day_keys: Arc<DayKeys>,
    settings: MailSettings,
    transport: Transport,
    prints: bool,
    waiting: Notify,
    /// When a mail that failed is tried again. In memory: a time of that kind must not be at rest.
    pauses: Mutex<HashMap<[u8; 16], Pause>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

#[derive(Clone, Copy)]
struct Pause {
    seconds: u64,
    until: Timestamp,
}

impl Outbox {
    pub(super) fn new(
        database: IdentifiedDatabase,
        day_keys: Arc<DayKeys>,
        settings: MailSettings,
        transport: TransportSettings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, VerificationError> {
        let prints = matches!(transport, TransportSettings::Files(_));
        let transport = Transport::new(transport, settings.from.email.domain())?;
        let (waiting, pauses) = (Notify::new(), Mutex::default());
        let putting = Gather::start(Putting(database.clone()));
        let deleting = Gather::start(Deleting(database.clone()));
        Ok(Self { database, putting, deleting, day_keys, settings, transport, prints, waiting, pauses, clock, entropy })
    }

    /// Puts a mail in; durable when it returns.
    pub(super) async fn put(&self, mail: &PendingMail) -> Result<(), VerificationError> {
        let mut plain =
            Zeroizing::new(serde_json::to_vec(mail).map_err(|error| VerificationError::Mail(error.to_string()))?);
        if plain.len() > PADDED_SIZE {
            return Err(VerificationError::Mail("larger than any mail of ours".to_owned()));
        }
        plain.resize(PADDED_SIZE, b' ');
        let sealed = self.day_keys.seal(CONTEXT, &plain)?;
        let id = random(self.entropy.as_ref());
        self.putting.add(SealedMail { id, sealed, day: self.clock.now().day() }).await?;
        self.waiting.notify_one();
        Ok(())
    }

    /// Sends until the process ends.
    pub(super) async fn run(self: Arc<Self>) {
        // Mails of a process that has died are found by looking.
        let idle = if self.database.is_shared() { LOOK } else { LONGEST_PAUSE };
        loop {
            if let Err(error) = self.send_all().await {
                tracing::error!(error = &error as &dyn std::error::Error, "the outbox could not be read");
            }
            let pause = Duration::from_secs(if self.lock().is_empty() { idle } else { 1 });
            tokio::select! {
                () = self.waiting.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn send_all(self: &Arc<Self>) -> Result<(), StorageError> {
        let mut tx = self.database.begin_read("email_verification::read_outbox").await?;
        let mut ids = tx.mail_ids().await?;
        drop(tx);
        // What another process has sent meanwhile needs no pause.
        let waiting: HashSet<_> = ids.iter().copied().collect();
        self.lock().retain(|id, _| waiting.contains(id));
        ids.retain(|id| !self.is_paused(id));
        let mut senders = JoinSet::new();
        let done = Arc::new(Mutex::new(Vec::new()));
        let sent = self.send_parts(&ids, &mut senders, &done).await;
        // Whatever failed: a mail that is on its way must not be given up in between, for it would be sent again.
        senders.join_all().await;
        self.give_back(&done).await?;
        sent
    }

    async fn send_parts(
        self: &Arc<Self>,
        ids: &[[u8; 16]],
        senders: &mut JoinSet<()>,
        done: &Arc<Mutex<Vec<[u8; 16]>>>,
    ) -> Result<(), StorageError> {
        for part in ids.chunks(SENDERS) {
            self.give_back(done).await?;
            for row in self.claim(part, done).await? {
                if senders.len() >= SENDERS {
                    senders.join_next().await;
                }
                let (outbox, done, id) = (Arc::clone(self), Arc::clone(done), row.id);
                senders.spawn(async move {
                    if let Err(error) = outbox.send(row).await {
                        tracing::error!(error = &error as &dyn std::error::Error, "a mail could not be removed");
                    }
                    done.lock().unwrap_or_else(PoisonError::into_inner).push(id);
                });
            }
        }
        Ok(())
    }

    /// Those of these mails that no other process is sending. They are read once they are ours: whoever had them before may have sent and
    /// removed them.
    async fn claim(&self, ids: &[[u8; 16]], done: &Mutex<Vec<[u8; 16]>>) -> Result<Vec<OutboxRow>, StorageError> {
        let locks: Vec<_> = ids.iter().map(Lock::Sending).collect();
        let claimed = self.database.claims().claim(&locks).await?;
        let ids: Vec<_> = ids.iter().zip(claimed).filter(|(_, is_ours)| *is_ours).map(|(id, _)| *id).collect();
        let mut tx = self.database.begin_read("email_verification::read_mails").await?;
        let rows = tx.mails(&ids).await?;
        let gone = ids.into_iter().filter(|id| rows.iter().all(|row| row.id != *id));
        done.lock().unwrap_or_else(PoisonError::into_inner).extend(gone);
        Ok(rows)
    }

    /// Other processes may have these now.
    async fn give_back(&self, done: &Mutex<Vec<[u8; 16]>>) -> Result<(), StorageError> {
        let done = std::mem::take(&mut *done.lock().unwrap_or_else(PoisonError::into_inner));
        let locks: Vec<_> = done.iter().map(Lock::Sending).collect();
        self.database.claims().give_back(&locks).await
    }

    async fn send(&self, row: OutboxRow) -> Result<(), GatherError<StorageError>> {
        let delivery = match self.open(&row) {
            Some(mail) if mail.live && self.clock.now() < mail.expires_at => self.deliver(&mail, &row.id).await,
            _ => Delivery::Refused,
        };
        if let Delivery::Later(reason) = delivery {
            tracing::warn!(reason, "mail server: trying again");
            self.pause(row.id);
            return Ok(());
        }
        self.deleting.add(row.id).await?;
        self.lock().remove(&row.id);
        Ok(())
    }

    async fn deliver(&self, mail: &PendingMail, id: &[u8; 16]) -> Delivery {
        let content = MailContent {
            to: mail.to.clone(),
            language: mail.language,
            link_token: mail.link_token.clone(),
            code: mail.code.clone(),
        };
        let Ok(message) = self.settings.message(&content, id) else {
            tracing::warn!("a mail could not be written");
            return Delivery::Refused;
        };
        if self.prints {
            print_mail(&content.code, &self.settings.link(&content));
        }
        self.transport.send(message, &to_base64url(id)).await
    }

    /// What does not open was sealed under a key that is gone, and can never be sent.
    fn open(&self, row: &OutboxRow) -> Option<PendingMail> {
        let plain = self.day_keys.open_sealed(CONTEXT, &row.sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }

    fn is_paused(&self, id: &[u8; 16]) -> bool {
        self.lock().get(id).is_some_and(|pause| self.clock.now() < pause.until)
    }

    /// One second, then twice as long each time, up to a minute.
    fn pause(&self, id: [u8; 16]) {
        let mut pauses = self.lock();
        let seconds = pauses.get(&id).map_or(1, |pause| (pause.seconds * 2).min(LONGEST_PAUSE));
        pauses.insert(id, Pause { seconds, until: self.clock.now().plus(seconds) });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 16], Pause>> {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps mails.
struct Putting(IdentifiedDatabase);

impl Together for Putting {
    type Item = SealedMail;
    type Answer = ();
    type Error = VerificationError;

    async fn together(&self, mails: &[SealedMail]) -> Result<Vec<()>, VerificationError> {
        let mut tx = self.0.begin("email_verification::put_mail").await?;
        tx.insert_mails(mails).await?;
        tx.commit().await?;
        Ok(vec![(); mails.len()])
    }
}

/// Removes mails.
struct Deleting(IdentifiedDatabase);

impl Together for Deleting {
    type Item = [u8; 16];
    type Answer = ();
    type Error = StorageError;

    async fn together(&self, ids: &[[u8; 16]]) -> Result<Vec<()>, StorageError> {
        let mut tx = self.0.begin("email_verification::delete_mail").await?;
        tx.delete_mails(ids).await?;
        tx.commit().await?;
        Ok(vec![(); ids.len()])
    }
}

/// The demo's mailbox is the terminal.
fn print_mail(code: &str, link: &str) {
    println!("mail: code {code}, link {link}");
}
