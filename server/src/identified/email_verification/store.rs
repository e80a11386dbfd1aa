use std::collections::HashMap;

use sqlx::AssertSqlSafe;
use undersign_protocol::email_verification::RequestDigest;

use super::rules::VerificationId;
use crate::storage::many::{in_powers, padded, placeholders};
use crate::storage::transaction::{blob, bytes, integer, number};
use crate::storage::{StorageError, Transaction};

/// A mail that waits, as it is stored.
pub(super) struct OutboxRow {
    pub id: [u8; 16],
    pub sealed: Vec<u8>,
}

/// A mail that is to be stored.
pub(super) struct SealedMail {
    pub id: [u8; 16],
    pub sealed: Vec<u8>,
    pub day: u64,
}

/// A confirmation, as it is stored.
pub(super) struct ConfirmationRow {
    pub digest: RequestDigest,
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

    /// How many petitions are published and not closed.
    pub(in crate::identified) async fn count_not_closed(&mut self) -> Result<u64, StorageError> {
        let named = self.named();
        let sql =
            "SELECT COUNT(*) AS petitions FROM petition WHERE petition_id NOT IN (SELECT petition_id FROM closed)";
        let row = sqlx::query(sql).fetch_one(self.connection()).await.map_err(named)?;
        number(&row, "petitions")
    }

    /// Forgets what kind of tags there was, with everything that has one.
    pub(in crate::identified) async fn forget_tags(&mut self) -> Result<(), StorageError> {
        let named = self.named();
        for statement in [
            "DELETE FROM confirmation",
            "DELETE FROM tries",
            "DELETE FROM outbox",
            "DELETE FROM installation WHERE name = 'tag-key-check'",
        ] {
            sqlx::query(statement).execute(self.connection()).await.map_err(&named)?;
        }
        Ok(())
    }

    /// Puts sealed mails into the outbox.
    pub(super) async fn insert_mails(&mut self, mails: &[SealedMail]) -> Result<(), StorageError> {
        let named = self.named();
        for part in in_powers(mails) {
            let sql = format!("INSERT INTO outbox (id, sealed, day) VALUES {}", placeholders(part.len(), 3, 1));
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for mail in part {
                query = query.bind(mail.id.as_slice()).bind(mail.sealed.as_slice()).bind(integer(mail.day));
            }
            query.execute(self.connection()).await.map_err(&named)?;
        }
        Ok(())
    }

    /// Ids of mails that wait, in key order.
    ///
    /// # Arguments
    /// * `after` – those behind this one; all where it is `None`
    /// * `most` – at most so many
    pub(super) async fn mail_ids(
        &mut self,
        after: Option<[u8; 16]>,
        most: usize,
    ) -> Result<Vec<[u8; 16]>, StorageError> {
        let named = self.named();
        let rows = sqlx::query("SELECT id FROM outbox WHERE id > $1 ORDER BY id LIMIT $2")
            // Nothing comes before no bytes.
            .bind(after.as_ref().map_or(&[][..], |id| id))
            .bind(integer(most as u64))
            .fetch_all(self.connection())
            .await
            .map_err(named)?;
        rows.iter().map(|row| bytes(row, "id")).collect()
    }

    /// Those of these mails that wait still.
    pub(super) async fn mails(&mut self, ids: &[[u8; 16]]) -> Result<Vec<OutboxRow>, StorageError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let named = self.named();
        let places = placeholders(ids.len(), 1, 1);
        let sql = format!("SELECT id, sealed FROM outbox WHERE id IN ({places}) ORDER BY id");
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in padded(ids) {
            query = query.bind(id.as_slice());
        }
        let rows = query.fetch_all(self.connection()).await.map_err(named)?;
        rows.iter().map(|row| Ok(OutboxRow { id: bytes(row, "id")?, sealed: blob(row, "sealed")? })).collect()
    }

    /// Removes mails that were accepted, refused for good, or are too old.
    pub(super) async fn delete_mails(&mut self, ids: &[[u8; 16]]) -> Result<(), StorageError> {
        let named = self.named();
        let sql = format!("DELETE FROM outbox WHERE id IN ({})", placeholders(ids.len(), 1, 1));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in padded(ids) {
            query = query.bind(id.as_slice());
        }
        query.execute(self.connection()).await.map_err(named)?;
        Ok(())
    }

    /// Counts a try of each and gives back how many there are now, these included.
    ///
    /// # Arguments
    /// * `ids` – each once
    pub(super) async fn count_tries(
        &mut self,
        ids: &[VerificationId],
        day: u64,
    ) -> Result<HashMap<VerificationId, u64>, StorageError> {
        let named = self.named();
        let mut counts = HashMap::new();
        for part in in_powers(ids) {
            let sql = format!(
                "INSERT INTO tries (id, tries, day) VALUES {} \
                 ON CONFLICT (id) DO UPDATE SET tries = tries.tries + excluded.tries RETURNING id, tries",
                placeholders(part.len(), 3, 1)
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for id in part {
                query = query.bind(id.0.as_slice()).bind(1_i64).bind(integer(day));
            }
            for row in query.fetch_all(self.connection()).await.map_err(&named)? {
                let id = blob(&row, "id")?.try_into().map_err(|_| StorageError::Row("id"))?;
                counts.insert(VerificationId(id), number(&row, "tries")?);
            }
        }
        Ok(counts)
    }

    /// Takes back the count of a try that was none.
    pub(super) async fn uncount_try(&mut self, id: &VerificationId) -> Result<(), StorageError> {
        let named = self.named();
        for sql in ["UPDATE tries SET tries = tries - 1 WHERE id = $1", "DELETE FROM tries WHERE id = $1 AND tries < 1"]
        {
            sqlx::query(sql).bind(id.0.as_slice()).execute(self.connection()).await.map_err(&named)?;
        }
        Ok(())
    }

    /// Forgets the tries of verifications that have succeeded.
    pub(super) async fn delete_tries(&mut self, ids: &[VerificationId]) -> Result<(), StorageError> {
        let named = self.named();
        let sql = format!("DELETE FROM tries WHERE id IN ({})", placeholders(ids.len(), 1, 1));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in padded(ids) {
            query = query.bind(id.0.as_slice());
        }
        query.execute(self.connection()).await.map_err(named)?;
        Ok(())
    }

    /// The confirmations of digests.
    pub(super) async fn confirmations(
        &mut self,
        digests: &[RequestDigest],
    ) -> Result<Vec<ConfirmationRow>, StorageError> {
        if digests.is_empty() {
            return Ok(Vec::new());
        }
        let named = self.named();
        let sql = format!(
            "SELECT request_digest, sealed_tag, day FROM confirmation WHERE request_digest IN ({})",
            placeholders(digests.len(), 1, 1)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for digest in padded(digests) {
            query = query.bind(digest.as_bytes().as_slice());
        }
        let rows = query.fetch_all(self.connection()).await.map_err(named)?;
        let confirmation = |row| {
            let digest = bytes(row, "request_digest")?;
            Ok(ConfirmationRow { digest, sealed_tag: blob(row, "sealed_tag")?, day: number(row, "day")? })
        };
        rows.iter().map(confirmation).collect()
    }

    /// Keeps confirmations, in place of older ones of the same digests.
    ///
    /// # Arguments
    /// * `rows` – each digest once
    pub(super) async fn put_confirmations(&mut self, rows: &[ConfirmationRow]) -> Result<(), StorageError> {
        let named = self.named();
        for part in in_powers(rows) {
            let sql = format!(
                "INSERT INTO confirmation (request_digest, sealed_tag, day) VALUES {} \
                 ON CONFLICT (request_digest) DO UPDATE SET sealed_tag = excluded.sealed_tag, day = excluded.day",
                placeholders(part.len(), 3, 1)
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for row in part {
                query = query.bind(row.digest.as_bytes().as_slice()).bind(row.sealed_tag.as_slice());
                query = query.bind(integer(row.day));
            }
            query.execute(self.connection()).await.map_err(&named)?;
        }
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
