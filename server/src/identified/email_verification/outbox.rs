use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::task::{self, JoinError, JoinSet};
use undersign_protocol::bytes::to_base64url;
use undersign_protocol::email_verification::Address;
use undersign_protocol::petition::Language;
use undersign_protocol::timestamp::Timestamp;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::counts::MailCounts;
use super::day_keys::DayKeys;
use super::mail::{MailContent, MailLanguage, MailSettings};
use super::rules::{Sealed, VerificationError};
use super::store::{OutboxRow, SealedMail};
use super::transport::{Delivery, Transport, TransportSettings};
use super::under_way::{LONGEST_PAUSE, MailId, Outcome, Step, UnderWay};
use super::walk::Walk;
use crate::clock::Clock;
use crate::entropy::{Entropy, random};
use crate::gather::{Gather, Together};
use crate::identified::IdentifiedDatabase;
use crate::storage::{Lock, StorageError};

const CONTEXT: &[u8] = b"undersign outbox v1";
/// Every stored mail has this size before sealing: its size tells nothing of the address.
const PADDED_SIZE: usize = 1_024;
/// Mails under way at once. A mail server takes its time over each; more than fifty connections of one client are often refused.
const SENDERS: usize = 48;
/// Mails that are looked at at once: no more than can be sent, however many wait.
const PAGE: usize = SENDERS;
/// How long is waited for more senders to be free before the table is looked at again: what it takes to find and claim one mail serves all
/// that can be sent then.
const WINDOW: Duration = Duration::from_millis(5);
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
    counts: Arc<MailCounts>,
    prints: bool,
    /// Told when mails were put in.
    waiting: Arc<Notify>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// What one process is at.
#[derive(Default)]
struct Sending {
    under_way: UnderWay,
    senders: JoinSet<Outcome>,
    /// Mails that other processes may have, as soon as they are told.
    given_back: Vec<MailId>,
}

impl Outbox {
    pub(super) fn new(
        database: IdentifiedDatabase,
        day_keys: Arc<DayKeys>,
        settings: MailSettings,
        transport: TransportSettings,
        counts: Arc<MailCounts>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, VerificationError> {
        let prints = matches!(transport, TransportSettings::Files(_));
        let transport = Transport::new(transport, settings.from.email.domain())?;
        let waiting = Arc::new(Notify::new());
        let putting = Gather::start(Putting { database: database.clone(), waiting: Arc::clone(&waiting) });
        let deleting = Gather::start(Deleting(database.clone()));
        Ok(Self { database, putting, deleting, day_keys, settings, transport, counts, prints, waiting, clock, entropy })
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
        Ok(self.putting.add(SealedMail { id, sealed, day: self.clock.now().day() }).await?)
    }

    /// Sends until the process ends: whoever has sent one mail takes the next, whatever the others do.
    pub(super) async fn run(self: Arc<Self>) {
        let mut sending = Sending::default();
        // Mails of a process that has died are found by looking.
        let idle = if self.database.is_shared() { LOOK } else { LONGEST_PAUSE };
        let mut walk = Walk::new();
        loop {
            while let Some(ended) = sending.senders.try_join_next_with_id() {
                sending.end(ended, self.clock.now());
            }
            if let Some(after) = walk.place()
                && sending.senders.len() < SENDERS
            {
                walk.went(self.claim(after, &mut sending).await.unwrap_or_else(|error| {
                    tracing::error!(error = &error as &dyn std::error::Error, "the outbox could not be read");
                    None
                }));
                tokio::time::sleep(WINDOW).await;
                continue;
            }
            let has_pauses = sending.under_way.has_pauses(self.clock.now());
            let pause = Duration::from_secs(if has_pauses { 1 } else { idle });
            tokio::select! {
                Some(ended) = sending.senders.join_next_with_id() => sending.end(ended, self.clock.now()),
                () = self.waiting.notified() => walk.begin(),
                () = tokio::time::sleep(pause) => {
                    walk.begin();
                    if sending.senders.is_empty() {
                        self.transport.rest().await;
                    }
                }
            }
        }
    }

    /// Looks at one page of the table and begins to send what is to be sent now and no other process is sending, until there is enough.
    ///
    /// # Returns
    /// Behind which mail to go on; `None` at the end of the table.
    async fn claim(
        self: &Arc<Self>,
        after: Option<MailId>,
        sending: &mut Sending,
    ) -> Result<Option<Option<MailId>>, StorageError> {
        self.give_back(&mut sending.given_back).await?;
        let mut tx = self.database.begin_read("email_verification::read_outbox").await?;
        let page = tx.mail_ids(after, PAGE).await?;
        drop(tx);
        let mut place = (page.len() == PAGE).then(|| page.last().copied());
        let (mut steps, now) = (HashMap::new(), self.clock.now());
        for id in page {
            let Some(step) = sending.under_way.next(&id, now) else { continue };
            steps.insert(id, step);
            if sending.senders.len() + steps.len() == SENDERS {
                place = Some(Some(id));
                break;
            }
        }
        if steps.is_empty() {
            return Ok(place);
        }
        let claimed = self.claimed(steps.keys().copied().collect()).await?;
        // Read once they are ours: whoever had them before may have sent and removed them.
        let mut tx = self.database.begin_read("email_verification::read_mails").await?;
        let rows = tx.mails(&claimed).await?;
        drop(tx);
        let gone: Vec<_> = claimed.into_iter().filter(|id| rows.iter().all(|row| row.id != *id)).collect();
        sending.under_way.forget(&gone);
        sending.given_back.extend(gone);
        for row in rows {
            let (id, step) = (row.id, steps[&row.id]);
            let task = sending.senders.spawn(Arc::clone(self).send(row, step));
            sending.under_way.begin(task.id(), id);
        }
        Ok(place)
    }

    /// Those of these mails that no other process is sending, and none will.
    async fn claimed(&self, ids: Vec<MailId>) -> Result<Vec<MailId>, StorageError> {
        let locks: Vec<_> = ids.iter().map(Lock::Sending).collect();
        let claimed = self.database.claims().claim(&locks).await?;
        Ok(ids.into_iter().zip(claimed).filter(|(_, is_ours)| *is_ours).map(|(id, _)| id).collect())
    }

    /// Other processes may have these now.
    async fn give_back(&self, ids: &mut Vec<MailId>) -> Result<(), StorageError> {
        let locks: Vec<_> = ids.iter().map(Lock::Sending).collect();
        let done = self.database.claims().give_back(&locks).await;
        ids.clear();
        done
    }

    async fn send(self: Arc<Self>, row: OutboxRow, step: Step) -> Outcome {
        if step == Step::Send
            && let Some(mail) = self.open(&row).filter(|mail| mail.live)
        {
            let in_time = self.clock.now() < mail.expires_at;
            let delivery = if in_time { Some(self.deliver(&mail, &row.id).await) } else { None };
            self.counts.tried(&mail.to, delivery.as_ref());
            if let Some(Delivery::Later(reason)) = delivery {
                tracing::warn!(reason, "mail server: trying again");
                return Outcome::Later;
            }
        }
        match self.deleting.add(row.id).await {
            Ok(()) => Outcome::Removed,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a mail could not be removed");
                Outcome::Done
            }
        }
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
}

impl Sending {
    /// Notes what came of a mail.
    fn end(&mut self, ended: Result<(task::Id, Outcome), JoinError>, now: Timestamp) {
        let (task, outcome) = match ended {
            Ok((task, outcome)) => (task, Some(outcome)),
            Err(error) => (error.id(), None),
        };
        self.given_back.extend(self.under_way.end(task, outcome, now));
    }
}

/// Keeps mails.
struct Putting {
    database: IdentifiedDatabase,
    waiting: Arc<Notify>,
}

impl Together for Putting {
    type Item = SealedMail;
    type Answer = ();
    type Error = VerificationError;

    async fn together(&self, mails: &[SealedMail]) -> Result<Vec<()>, VerificationError> {
        let mut tx = self.database.begin("email_verification::put_mail").await?;
        tx.insert_mails(mails).await?;
        tx.commit().await?;
        // Once for all of them.
        self.waiting.notify_one();
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
