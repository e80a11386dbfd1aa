use sqlx::Row as _;
use sqlx::any::AnyRow;
use undersign_protocol::ed25519::PublicKey;
use undersign_protocol::petition::{PetitionId, ReviewNonce, Slug, VerifiedManifest};

use crate::petition::PetitionError;
use crate::storage::transaction::{blob, bytes, integer, number};
use crate::storage::{StorageError, Transaction};

/// What the moderator has decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decided {
    /// To be published.
    Accepted,
    /// Its keys are still to be destroyed.
    Refused,
    /// Nothing is left of it but the text and the reason.
    RefusedAndForgotten,
}

/// A petition that was handed in and is not public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reviewed {
    /// The manifest, verified when it was read.
    pub petition: VerifiedManifest,
    /// `None` while it waits.
    pub decided: Option<Decided>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// On which it was handed in, or refused.
    pub day: u64,
}

/// An organiser whom the operator has listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The key.
    pub public_key: PublicKey,
    /// The operator's name for it.
    pub name: String,
}

const WAITING: i64 = 0;
const ACCEPTED: i64 = 1;
const REFUSED: i64 = 2;
const FORGOTTEN: i64 = 3;

impl Transaction {
    /// Keeps a petition that waits. `false` where it or another with its slug waits already.
    pub(super) async fn insert_review(&mut self, petition: &VerifiedManifest, day: u64) -> Result<bool, StorageError> {
        let named = self.named();
        let manifest = petition.manifest();
        let done = sqlx::query(
            "INSERT INTO review (petition_id, slug, organiser_key, manifest, organiser_signature, state, day) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(petition.petition_id().as_bytes().as_slice())
        .bind(manifest.slug.as_str())
        .bind(manifest.organiser.public_key.as_bytes().as_slice())
        .bind(petition.canonical())
        .bind(petition.organiser_signature().as_bytes().as_slice())
        .bind(WAITING)
        .bind(integer(day))
        .execute(self.connection())
        .await
        .map_err(named)?;
        Ok(done.rows_affected() == 1)
    }

    /// One that was handed in.
    pub(crate) async fn reviewed(&mut self, petition_id: &PetitionId) -> Result<Option<Reviewed>, StorageError> {
        let named = self.named();
        let row =
            sqlx::query("SELECT manifest, organiser_signature, state, reason, day FROM review WHERE petition_id = $1")
                .bind(petition_id.as_bytes().as_slice())
                .fetch_optional(self.connection())
                .await
                .map_err(named)?;
        row.as_ref().map(reviewed).transpose()
    }

    /// All that were handed in and are not public, the oldest first.
    pub(crate) async fn all_reviewed(&mut self) -> Result<Vec<Reviewed>, StorageError> {
        let named = self.named();
        let sql = "SELECT manifest, organiser_signature, state, reason, day FROM review ORDER BY day, petition_id";
        let rows = sqlx::query(sql).fetch_all(self.connection()).await.map_err(named)?;
        rows.iter().map(reviewed).collect()
    }

    /// Those with which something is still to be done: accepted, or refused with their keys still there.
    pub(crate) async fn decided_reviews(&mut self) -> Result<Vec<Reviewed>, StorageError> {
        let named = self.named();
        let sql = "SELECT manifest, organiser_signature, state, reason, day FROM review WHERE state IN ($1, $2)";
        let query = sqlx::query(sql).bind(ACCEPTED).bind(REFUSED);
        let rows = query.fetch_all(self.connection()).await.map_err(named)?;
        rows.iter().map(reviewed).collect()
    }

    /// Accepts a petition that waits; `false` where none does.
    pub(crate) async fn accept_review(&mut self, petition_id: &PetitionId) -> Result<bool, StorageError> {
        let named = self.named();
        let done = sqlx::query("UPDATE review SET state = $1 WHERE petition_id = $2 AND state = $3")
            .bind(ACCEPTED)
            .bind(petition_id.as_bytes().as_slice())
            .bind(WAITING)
            .execute(self.connection())
            .await
            .map_err(named)?;
        Ok(done.rows_affected() == 1)
    }

    /// Refuses a petition that waits or is not published yet, and gives its slug free; `false` where there is none.
    pub(crate) async fn refuse_review(
        &mut self,
        petition_id: &PetitionId,
        reason: &str,
        day: u64,
    ) -> Result<bool, StorageError> {
        let named = self.named();
        let done = sqlx::query(
            "UPDATE review SET state = $1, slug = NULL, reason = $2, day = $3 WHERE petition_id = $4 AND state IN ($5, $6)",
        )
        .bind(REFUSED)
        .bind(reason)
        .bind(integer(day))
        .bind(petition_id.as_bytes().as_slice())
        .bind(WAITING)
        .bind(ACCEPTED)
        .execute(self.connection())
        .await
        .map_err(named)?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes that a refused petition's keys are destroyed.
    pub(crate) async fn forget_review(&mut self, petition_id: &PetitionId) -> Result<(), StorageError> {
        let named = self.named();
        sqlx::query("UPDATE review SET state = $1 WHERE petition_id = $2 AND state = $3")
            .bind(FORGOTTEN)
            .bind(petition_id.as_bytes().as_slice())
            .bind(REFUSED)
            .execute(self.connection())
            .await
            .map_err(named)?;
        Ok(())
    }

    /// Takes a petition out of the queue: it is published.
    pub(crate) async fn delete_review(&mut self, petition_id: &PetitionId) -> Result<(), StorageError> {
        let named = self.named();
        sqlx::query("DELETE FROM review WHERE petition_id = $1")
            .bind(petition_id.as_bytes().as_slice())
            .execute(self.connection())
            .await
            .map_err(named)?;
        Ok(())
    }

    /// Whether there is something to clear away.
    pub(super) async fn has_old_reviews(&mut self, undecided: u64, refused: u64) -> Result<bool, StorageError> {
        let named = self.named();
        let sql = "SELECT COUNT(*) AS old FROM review WHERE (state = $1 AND day < $2) OR (state = $3 AND day < $4)";
        let row = sqlx::query(sql)
            .bind(WAITING)
            .bind(integer(undecided))
            .bind(FORGOTTEN)
            .bind(integer(refused))
            .fetch_one(self.connection())
            .await
            .map_err(named)?;
        Ok(number(&row, "old")? > 0)
    }

    /// Refuses what was handed in before a day and never decided, and deletes what was refused before another.
    pub(crate) async fn clear_reviews(
        &mut self,
        undecided: u64,
        refused: u64,
        today: u64,
        reason: &str,
    ) -> Result<(), StorageError> {
        let named = self.named();
        sqlx::query("UPDATE review SET state = $1, slug = NULL, reason = $2, day = $3 WHERE state = $4 AND day < $5")
            .bind(REFUSED)
            .bind(reason)
            .bind(integer(today))
            .bind(WAITING)
            .bind(integer(undecided))
            .execute(self.connection())
            .await
            .map_err(&named)?;
        sqlx::query("DELETE FROM review WHERE state = $1 AND day < $2")
            .bind(FORGOTTEN)
            .bind(integer(refused))
            .execute(self.connection())
            .await
            .map_err(&named)?;
        Ok(())
    }

    /// Whether a petition with this slug waits.
    pub(super) async fn slug_waits(&mut self, slug: &Slug) -> Result<bool, StorageError> {
        let named = self.named();
        let row = sqlx::query("SELECT COUNT(*) AS waiting FROM review WHERE slug = $1")
            .bind(slug.as_str())
            .fetch_one(self.connection())
            .await
            .map_err(named)?;
        Ok(number(&row, "waiting")? > 0)
    }

    /// Whether a petition with this slug is public.
    pub(super) async fn slug_is_public(&mut self, slug: &Slug) -> Result<bool, StorageError> {
        let named = self.named();
        let row = sqlx::query("SELECT COUNT(*) AS public FROM petition WHERE slug = $1")
            .bind(slug.as_str())
            .fetch_one(self.connection())
            .await
            .map_err(named)?;
        Ok(number(&row, "public")? > 0)
    }

    /// Fails where a petition with this slug is public or waits: nothing is prepared for it any more.
    pub(crate) async fn check_slug_is_free(&mut self, slug: &Slug) -> Result<(), PetitionError> {
        let is_taken = self.slug_is_public(slug).await? || self.slug_waits(slug).await?;
        if is_taken { Err(PetitionError::SlugTaken) } else { Ok(()) }
    }

    /// The organiser of everything that is prepared, or waits: each as often as there is something.
    pub(crate) async fn organisers_of_unpublished(&mut self) -> Result<Vec<PublicKey>, StorageError> {
        let named = self.named();
        let sql =
            "SELECT organiser_key FROM prepared UNION ALL SELECT organiser_key FROM review WHERE slug IS NOT NULL";
        let rows = sqlx::query(sql).fetch_all(self.connection()).await.map_err(named)?;
        rows.iter().map(|row| bytes(row, "organiser_key")).collect()
    }

    /// Manifests whose keys are still there.
    pub(crate) async fn reviews_with_keys(&mut self) -> Result<Vec<VerifiedManifest>, StorageError> {
        let named = self.named();
        let sql = "SELECT manifest, organiser_signature, state, reason, day FROM review WHERE state <> $1";
        let query = sqlx::query(sql).bind(FORGOTTEN);
        let rows = query.fetch_all(self.connection()).await.map_err(named)?;
        rows.iter().map(|row| reviewed(row).map(|reviewed| reviewed.petition)).collect()
    }

    /// Notes that a question was answered; `false` where it was before.
    pub(super) async fn insert_question(&mut self, nonce: &ReviewNonce, day: u64) -> Result<bool, StorageError> {
        let named = self.named();
        sqlx::query("DELETE FROM question WHERE day < $1")
            .bind(integer(day.saturating_sub(1)))
            .execute(self.connection())
            .await
            .map_err(&named)?;
        let done = sqlx::query("INSERT INTO question (nonce, day) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(nonce.as_bytes().as_slice())
            .bind(integer(day))
            .execute(self.connection())
            .await
            .map_err(&named)?;
        Ok(done.rows_affected() == 1)
    }

    /// The organisers whom the operator has listed, by name.
    pub(crate) async fn listed_organisers(&mut self) -> Result<Vec<Listed>, StorageError> {
        let named = self.named();
        let sql = "SELECT public_key, name FROM organiser ORDER BY name, public_key";
        let rows = sqlx::query(sql).fetch_all(self.connection()).await.map_err(named)?;
        let listed = |row: &AnyRow| Ok(Listed { public_key: bytes(row, "public_key")?, name: text(row, "name")? });
        rows.iter().map(listed).collect()
    }

    /// Lists an organiser, or gives one that is listed another name.
    pub(crate) async fn list_organiser(&mut self, listed: &Listed) -> Result<(), StorageError> {
        let named = self.named();
        sqlx::query(
            "INSERT INTO organiser (public_key, name) VALUES ($1, $2) \
             ON CONFLICT (public_key) DO UPDATE SET name = excluded.name",
        )
        .bind(listed.public_key.as_bytes().as_slice())
        .bind(listed.name.as_str())
        .execute(self.connection())
        .await
        .map_err(named)?;
        Ok(())
    }

    /// Lists an organiser no longer; `false` where it was not listed.
    pub(crate) async fn unlist_organiser(&mut self, public_key: &PublicKey) -> Result<bool, StorageError> {
        let named = self.named();
        let done = sqlx::query("DELETE FROM organiser WHERE public_key = $1")
            .bind(public_key.as_bytes().as_slice())
            .execute(self.connection())
            .await
            .map_err(named)?;
        Ok(done.rows_affected() == 1)
    }
}

/// Nor is the database trusted with this: what is accepted is what was handed in and signed.
fn reviewed(row: &AnyRow) -> Result<Reviewed, StorageError> {
    let petition = VerifiedManifest::verify(&blob(row, "manifest")?, bytes(row, "organiser_signature")?)
        .map_err(|_| StorageError::Row("manifest"))?;
    let state: i64 = row.try_get("state").map_err(|_| StorageError::Row("state"))?;
    let decided = match state {
        WAITING => None,
        ACCEPTED => Some(Decided::Accepted),
        REFUSED => Some(Decided::Refused),
        FORGOTTEN => Some(Decided::RefusedAndForgotten),
        _ => return Err(StorageError::Row("state")),
    };
    let reason = row.try_get("reason").map_err(|_| StorageError::Row("reason"))?;
    Ok(Reviewed { petition, decided, reason, day: number(row, "day")? })
}

fn text(row: &AnyRow, column: &'static str) -> Result<String, StorageError> {
    row.try_get(column).map_err(|_| StorageError::Row(column))
}
