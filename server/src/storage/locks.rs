use sha2::{Digest as _, Sha256};

use super::{Engine, StorageError, Transaction};

/// What transactions of one side wait for, or processes claim ([`Claims`](super::claims::Claims)). On SQLite nothing is locked, for a
/// transaction that writes is alone there, and so is a process.
///
/// They are PostgreSQL's advisory locks and not locks of rows. Those are kept in the rows themselves, with the transaction's number, and
/// in files beside them: who came while whom would be at rest.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lock<'a> {
    /// The list of petitions: what is prepared, what is published, in which order it opened.
    Petitions,
    /// Whether a petition takes something: shared by what is taken, and taken alone by the end.
    Taking(&'a [u8; 32]),
    /// The end of a log, by its log_id: of several that append, one does.
    Appending(&'a [u8; 32]),
    /// Which addresses requests are confirmed for.
    Confirming,
    /// The rewriting of tables.
    Rewriting,
    /// What is done at ticks: of several processes one publishes.
    Publishing,
    /// A petition's keys, opened in memory: shared by those who have opened them, and claimed by who says that they are destroyed.
    Opened(&'a [u8; 32]),
    /// A mail that is being sent.
    Sending(&'a [u8; 16]),
}

impl Lock<'_> {
    /// Its number. Where two have the same, one waits for the other for no reason.
    pub(super) fn number(self) -> i64 {
        let (kind, id): (u8, &[u8]) = match self {
            Self::Petitions => (0, &[]),
            Self::Taking(id) => (1, id),
            Self::Appending(id) => (2, id),
            Self::Confirming => (3, &[]),
            Self::Rewriting => (4, &[]),
            Self::Publishing => (5, &[]),
            Self::Opened(id) => (6, id),
            Self::Sending(id) => (7, id),
        };
        let hash = Sha256::new().chain_update([kind]).chain_update(id).finalize();
        // Unwrap safety: a SHA-256 has 32 bytes.
        i64::from_be_bytes(*hash.first_chunk().expect("32 bytes"))
    }
}

impl Transaction {
    /// Waits until no other transaction holds this, and holds it until the end of this one. Two are taken in the order in which [`Lock`]
    /// lists them; what is locked is read after that.
    pub(crate) async fn lock(&mut self, lock: Lock<'_>) -> Result<(), StorageError> {
        self.wait_for(lock, "SELECT 1 FROM pg_advisory_xact_lock($1)").await
    }

    /// Waits until no other transaction holds this alone, and keeps others from doing so until the end of this one.
    pub(crate) async fn share(&mut self, lock: Lock<'_>) -> Result<(), StorageError> {
        self.wait_for(lock, "SELECT 1 FROM pg_advisory_xact_lock_shared($1)").await
    }

    async fn wait_for(&mut self, lock: Lock<'_>, sql: &'static str) -> Result<(), StorageError> {
        if self.engine() == Engine::Sqlite {
            return Ok(());
        }
        let named = self.named();
        sqlx::query(sql).bind(lock.number()).execute(self.connection()).await.map(drop).map_err(named)
    }
}
