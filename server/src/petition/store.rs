use std::cmp::Reverse;

use sqlx::any::AnyRow;
use undersign_protocol::ed25519::{PublicKey, Signature};
use undersign_protocol::petition::{
    NoticeId, NoticeSigner, PetitionId, SignedNotice, Slug, VerifiedManifest, VerifiedNotice,
};

use super::following::Extent;
use super::{Petition, PublishedNotice};
use crate::storage::transaction::{blob, bytes, integer, number, optional_number};
use crate::storage::{StorageError, Transaction};

/// A petition's row.
pub(super) struct PetitionRow {
    pub petition: VerifiedManifest,
    pub position: Option<u64>,
}

impl Transaction {
    /// Keeps a petition. `false` where its id or its slug is there already.
    pub(crate) async fn insert_petition(&mut self, petition: &VerifiedManifest) -> Result<bool, StorageError> {
        let named = self.named();
        let done = sqlx::query(
            "INSERT INTO petition (petition_id, slug, manifest, organiser_signature, opens_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        )
        .bind(petition.petition_id().as_bytes().as_slice())
        .bind(petition.manifest().slug.as_str())
        .bind(petition.canonical())
        .bind(petition.organiser_signature().as_bytes().as_slice())
        .bind(integer(petition.manifest().opens_at.seconds()))
        .execute(self.connection())
        .await
        .map_err(named)?;
        Ok(done.rows_affected() == 1)
    }

    /// All petitions, in the order of opening; those not yet open last.
    pub(super) async fn petitions(&mut self) -> Result<Vec<PetitionRow>, StorageError> {
        let named = self.named();
        let rows = sqlx::query(
            "SELECT manifest, organiser_signature, position FROM petition \
             ORDER BY CASE WHEN position IS NULL THEN 1 ELSE 0 END, position, opens_at, petition_id",
        )
        .fetch_all(self.connection())
        .await
        .map_err(named)?;
        rows.iter().map(petition_row).collect()
    }

    /// All petitions with their notices, in the same order.
    pub(super) async fn all_petitions(&mut self) -> Result<Vec<Petition>, StorageError> {
        let mut all = Vec::new();
        for PetitionRow { petition, position } in self.petitions().await? {
            let notices = self.notices(&petition).await?;
            all.push(Petition { verified: petition, position, notices });
        }
        Ok(all)
    }

    /// How much there is of petitions and notices.
    pub(super) async fn extent(&mut self) -> Result<Extent, StorageError> {
        let named = self.named();
        let sql = "SELECT COUNT(*) AS petitions, COUNT(position) AS opened, (SELECT COUNT(*) FROM notice) AS notices \
                   FROM petition";
        let row = sqlx::query(sql).fetch_one(self.connection()).await.map_err(named)?;
        let (petitions, opened) = (number(&row, "petitions")?, number(&row, "opened")?);
        Ok(Extent { petitions, opened, notices: number(&row, "notices")? })
    }

    /// A petition's notices, newest first; those of one moment in the order of the log.
    pub(super) async fn notices(&mut self, petition: &VerifiedManifest) -> Result<Vec<PublishedNotice>, StorageError> {
        let named = self.named();
        let rows = sqlx::query("SELECT notice, signature, leaf_index FROM notice WHERE petition_id = $1")
            .bind(petition.petition_id().as_bytes().as_slice())
            .fetch_all(self.connection())
            .await
            .map_err(named)?;
        let mut notices = rows.iter().map(|row| notice_row(row, petition)).collect::<Result<Vec<_>, _>>()?;
        notices.sort_by_key(|notice| Reverse((notice.verified.notice().published_at, notice.leaf_index)));
        Ok(notices)
    }

    /// A notice that is kept already.
    pub(crate) async fn kept_notice(
        &mut self,
        petition: &VerifiedManifest,
        notice_id: &NoticeId,
    ) -> Result<Option<PublishedNotice>, StorageError> {
        let named = self.named();
        let row =
            sqlx::query("SELECT notice, signature, leaf_index FROM notice WHERE petition_id = $1 AND notice_id = $2")
                .bind(petition.petition_id().as_bytes().as_slice())
                .bind(notice_id.as_bytes().as_slice())
                .fetch_optional(self.connection())
                .await
                .map_err(named)?;
        row.map(|row| notice_row(&row, petition)).transpose()
    }

    /// How many notices of this signer a petition has.
    pub(crate) async fn count_notices(
        &mut self,
        petition: &VerifiedManifest,
        signer: NoticeSigner,
    ) -> Result<u64, StorageError> {
        let named = self.named();
        let row = sqlx::query("SELECT COUNT(*) AS kept FROM notice WHERE petition_id = $1 AND by_operator = $2")
            .bind(petition.petition_id().as_bytes().as_slice())
            .bind(i64::from(signer == NoticeSigner::Operator))
            .fetch_one(self.connection())
            .await
            .map_err(named)?;
        number(&row, "kept")
    }

    /// Keeps a notice.
    pub(crate) async fn insert_notice(&mut self, notice: &PublishedNotice) -> Result<(), StorageError> {
        let named = self.named();
        let PublishedNotice { verified, leaf_index } = notice;
        sqlx::query(
            "INSERT INTO notice (petition_id, notice_id, notice, signature, by_operator, leaf_index) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(verified.notice().petition_id.as_bytes().as_slice())
        .bind(verified.id().as_bytes().as_slice())
        .bind(verified.signed().notice.as_slice())
        .bind(verified.signed().signature.as_bytes().as_slice())
        .bind(i64::from(verified.notice().signer == NoticeSigner::Operator))
        .bind(leaf_index.map(integer))
        .execute(self.connection())
        .await
        .map_err(named)?;
        Ok(())
    }

    /// Gives every petition that has opened its place in the order of opening. Places are never taken back.
    pub(super) async fn assign_positions(&mut self, now: u64) -> Result<(), StorageError> {
        let named = self.named();
        let rows = sqlx::query(
            "SELECT petition_id FROM petition WHERE position IS NULL AND opens_at <= $1 ORDER BY opens_at, petition_id",
        )
        .bind(integer(now))
        .fetch_all(self.connection())
        .await
        .map_err(&named)?;
        for row in &rows {
            let petition_id: PetitionId = bytes(row, "petition_id")?;
            sqlx::query(
                "UPDATE petition SET position = (SELECT COALESCE(MAX(position), -1) + 1 FROM petition) \
                 WHERE petition_id = $1",
            )
            .bind(petition_id.as_bytes().as_slice())
            .execute(self.connection())
            .await
            .map_err(&named)?;
        }
        Ok(())
    }

    /// What was prepared for this slug and organiser.
    pub(crate) async fn prepared_key(
        &mut self,
        slug: &Slug,
        organiser: &PublicKey,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        let named = self.named();
        let row = sqlx::query("SELECT public_key FROM prepared WHERE slug = $1 AND organiser_key = $2")
            .bind(slug.as_str())
            .bind(organiser.as_bytes().as_slice())
            .fetch_optional(self.connection())
            .await
            .map_err(named)?;
        row.map(|row| blob(&row, "public_key")).transpose()
    }

    /// Keeps what is prepared; `false` where something is there already.
    pub(crate) async fn insert_prepared(
        &mut self,
        slug: &Slug,
        organiser: &PublicKey,
        public_key: &[u8],
        day: u64,
    ) -> Result<bool, StorageError> {
        let named = self.named();
        let done = sqlx::query(
            "INSERT INTO prepared (slug, organiser_key, public_key, day) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(slug.as_str())
        .bind(organiser.as_bytes().as_slice())
        .bind(public_key)
        .bind(integer(day))
        .execute(self.connection())
        .await
        .map_err(named)?;
        Ok(done.rows_affected() == 1)
    }

    /// Forgets what was prepared for a petition that is published now.
    pub(crate) async fn delete_prepared(&mut self, slug: &Slug, organiser: &PublicKey) -> Result<(), StorageError> {
        let named = self.named();
        sqlx::query("DELETE FROM prepared WHERE slug = $1 AND organiser_key = $2")
            .bind(slug.as_str())
            .bind(organiser.as_bytes().as_slice())
            .execute(self.connection())
            .await
            .map_err(named)?;
        Ok(())
    }

    /// Forgets what was prepared before a day, and gives back its public keys: their secrets are to be destroyed.
    pub(crate) async fn delete_prepared_before(&mut self, day: u64) -> Result<Vec<Vec<u8>>, StorageError> {
        let named = self.named();
        let rows = sqlx::query("DELETE FROM prepared WHERE day < $1 RETURNING public_key")
            .bind(integer(day))
            .fetch_all(self.connection())
            .await
            .map_err(named)?;
        rows.iter().map(|row| blob(row, "public_key")).collect()
    }

    /// How many petitions an organiser has prepared and not published.
    pub(crate) async fn count_prepared(&mut self, organiser: &PublicKey) -> Result<u64, StorageError> {
        let named = self.named();
        let row = sqlx::query("SELECT COUNT(*) AS prepared FROM prepared WHERE organiser_key = $1")
            .bind(organiser.as_bytes().as_slice())
            .fetch_one(self.connection())
            .await
            .map_err(named)?;
        number(&row, "prepared")
    }

    /// Every public key that is prepared now.
    pub(crate) async fn prepared_keys(&mut self) -> Result<Vec<Vec<u8>>, StorageError> {
        let named = self.named();
        let rows = sqlx::query("SELECT public_key FROM prepared").fetch_all(self.connection()).await.map_err(named)?;
        rows.iter().map(|row| blob(row, "public_key")).collect()
    }
}

/// Nor is it with this.
fn notice_row(row: &AnyRow, petition: &VerifiedManifest) -> Result<PublishedNotice, StorageError> {
    let signed = SignedNotice { notice: blob(row, "notice")?, signature: bytes(row, "signature")? };
    let verified = VerifiedNotice::verify(signed, petition).map_err(|_| StorageError::Row("notice"))?;
    Ok(PublishedNotice { verified, leaf_index: optional_number(row, "leaf_index")? })
}

/// The database is not trusted with this: a manifest that does not verify is never served.
fn petition_row(row: &AnyRow) -> Result<PetitionRow, StorageError> {
    let signature: Signature = bytes(row, "organiser_signature")?;
    let petition =
        VerifiedManifest::verify(&blob(row, "manifest")?, signature).map_err(|_| StorageError::Row("manifest"))?;
    Ok(PetitionRow { petition, position: optional_number(row, "position")? })
}
