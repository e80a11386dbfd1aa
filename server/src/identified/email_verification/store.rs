use undersign_protocol::email_verification::RequestDigest;

use super::rules::VerificationId;
use crate::storage::transaction::{blob, bytes, integer, number};
use crate::storage::{StorageError, Transaction};

/// A mail that waits, as it is stored.
pub(super) struct OutboxRow {
    pub id: [u8; 16],
    pub sealed: Vec<u8>,
}

/// A confirmation, as it is stored.
pub(super) struct ConfirmationRow {
    pub sealed_tag: Vec<u8>,
    pub day: u64,
}

impl Transaction {
    /// Keeps the check value of the tag key at the first start; gives back the one that is kept.
    pub(super) async fn tag_key_check(&mut self, value: &[u8; 32]) -> Result<Vec<u8>, StorageError> {
        let named = self.named();
        sqlx::query("INSERT INTO installation (name, value) VALUES ('tag-key-check', $1) ON CONFLICT DO NOTHING")
            .bind(value.as_slice())
            .execute(self.connection())
            .await
            .map_err(&named)?;
        let row = sqlx::query("SELECT value FROM installation WHERE name = 'tag-key-check'")
            .fetch_one(self.connection())
            .await
            .map_err(named)?;
        blob(&row, "value")
    }

    /// Puts a sealed mail into the outbox.
    pub(super) async fn insert_mail(&mut self, id: &[u8; 16], sealed: &[u8], day: u64) -> Result<(), StorageError> {
        let named = self.named();
        sqlx::query("INSERT INTO outbox (id, sealed, day) VALUES ($1, $2, $3)")
            .bind(id.as_slice())
            .bind(sealed)
            .bind(integer(day))
            .execute(self.connection())
            .await
            .map_err(named)?;
        Ok(())
    }

    /// All mails that wait.
    pub(super) async fn mails(&mut self) -> Result<Vec<OutboxRow>, StorageError> {
        let named = self.named();
        let rows = sqlx::query("SELECT id, sealed FROM outbox ORDER BY id")
            .fetch_all(self.connection())
            .await
            .map_err(named)?;
        rows.iter().map(|row| Ok(OutboxRow { id: bytes(row, "id")?, sealed: blob(row, "sealed")? })).collect()
    }

    /// Removes a mail that was accepted, refused for good, or is too old.
    pub(super) async fn delete_mail(&mut self, id: &[u8; 16]) -> Result<(), StorageError> {
        let named = self.named();
        sqlx::query("DELETE FROM outbox WHERE id = $1")
            .bind(id.as_slice())
            .execute(self.connection())
            .await
            .map_err(named)?;
        Ok(())
    }

    /// Counts a try and gives back how many there are now, this one included.
    pub(super) async fn count_try(&mut self, id: &VerificationId, day: u64) -> Result<u64, StorageError> {
        let named = self.named();
        let row = sqlx::query(
            "INSERT INTO tries (id, tries, day) VALUES ($1, 1, $2) \
             ON CONFLICT (id) DO UPDATE SET tries = tries.tries + 1 RETURNING tries",
        )
        .bind(id.0.as_slice())
        .bind(integer(day))
        .fetch_one(self.connection())
        .await
        .map_err(named)?;
        number(&row, "tries")
    }

    /// Forgets the tries of a verification that has succeeded.
    pub(super) async fn delete_tries(&mut self, id: &VerificationId) -> Result<(), StorageError> {
        let named = self.named();
        sqlx::query("DELETE FROM tries WHERE id = $1")
            .bind(id.0.as_slice())
            .execute(self.connection())
            .await
            .map_err(named)?;
        Ok(())
    }

    /// The confirmation of a digest.
    pub(super) async fn confirmation(
        &mut self,
        digest: &RequestDigest,
    ) -> Result<Option<ConfirmationRow>, StorageError> {
        let named = self.named();
        let row = sqlx::query("SELECT sealed_tag, day FROM confirmation WHERE request_digest = $1")
            .bind(digest.as_bytes().as_slice())
            .fetch_optional(self.connection())
            .await
            .map_err(named)?;
        row.map(|row| Ok(ConfirmationRow { sealed_tag: blob(&row, "sealed_tag")?, day: number(&row, "day")? }))
            .transpose()
    }

    /// Keeps a confirmation, in place of an older one of the same digest.
    pub(super) async fn put_confirmation(
        &mut self,
        digest: &RequestDigest,
        sealed_tag: &[u8],
        day: u64,
    ) -> Result<(), StorageError> {
        let named = self.named();
        sqlx::query(
            "INSERT INTO confirmation (request_digest, sealed_tag, day) VALUES ($1, $2, $3) \
             ON CONFLICT (request_digest) DO UPDATE SET sealed_tag = excluded.sealed_tag, day = excluded.day",
        )
        .bind(digest.as_bytes().as_slice())
        .bind(sealed_tag)
        .bind(integer(day))
        .execute(self.connection())
        .await
        .map_err(named)?;
        Ok(())
    }

    /// Forgets everything of days before this one.
    pub(super) async fn delete_verifications_before(&mut self, day: u64) -> Result<(), StorageError> {
        let named = self.named();
        for statement in [
            "DELETE FROM confirmation WHERE day < $1",
            "DELETE FROM tries WHERE day < $1",
            "DELETE FROM outbox WHERE day < $1",
        ] {
            sqlx::query(statement).bind(integer(day)).execute(self.connection()).await.map_err(&named)?;
        }
        Ok(())
    }
}
