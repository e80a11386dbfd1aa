use std::collections::HashMap;

use sqlx::AssertSqlSafe;
use undersign_protocol::issuance::TokenRequestHash;
use undersign_protocol::petition::PetitionId;

use super::keys::PetitionTag;
use crate::storage::many::{padded, placeholders, wanted};
use crate::storage::transaction::{array, integer, number, optional_bytes};
use crate::storage::{StorageError, Transaction};

/// Which request is to be signed for a petition and tag.
pub(super) struct Reserved {
    pub petition_id: PetitionId,
    pub petition_tag: PetitionTag,
    pub hash: TokenRequestHash,
}

impl Transaction {
    /// Keeps which requests are signed for petitions and tags, where none is kept yet: of several for the same the first.
    ///
    /// # Arguments
    /// * `rows` – not empty; in key order, so that two processes never wait for each other
    pub(super) async fn insert_issuances(&mut self, rows: &[Reserved]) -> Result<(), StorageError> {
        let named = self.named();
        let sql = format!(
            "INSERT INTO issuance (petition_id, petition_tag, request_hash) VALUES {} ON CONFLICT DO NOTHING",
            placeholders(rows.len(), 3, 1)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for row in padded(rows) {
            query = query.bind(row.petition_id.as_bytes().as_slice()).bind(row.petition_tag.0.as_slice());
            query = query.bind(row.hash.as_bytes().as_slice());
        }
        query.execute(self.connection()).await.map_err(named)?;
        Ok(())
    }

    /// Which requests are signed for tags of a petition.
    pub(super) async fn issuances(
        &mut self,
        petition_id: &PetitionId,
        tags: &[PetitionTag],
    ) -> Result<HashMap<PetitionTag, TokenRequestHash>, StorageError> {
        let named = self.named();
        let sql = format!(
            "SELECT wanted.column1 AS petition_tag, \
             (SELECT request_hash FROM issuance WHERE petition_id = $1 AND petition_tag = wanted.column1) AS request_hash FROM {}",
            wanted(tags.len(), 2)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(petition_id.as_bytes().as_slice());
        for tag in padded(tags) {
            query = query.bind(tag.0.as_slice());
        }
        let rows = query.fetch_all(self.connection()).await.map_err(named)?;
        let mut issuances = HashMap::new();
        for row in &rows {
            if let Some(hash) = optional_bytes(row, "request_hash")? {
                issuances.insert(PetitionTag(array(row, "petition_tag")?), hash);
            }
        }
        Ok(issuances)
    }

    /// How many tokens of a petition were issued: a row each, and those whose rows were lost; after the close the final count.
    pub(in crate::identified) async fn count_issued(&mut self, petition_id: &PetitionId) -> Result<u64, StorageError> {
        let named = self.named();
        let sql = "SELECT COALESCE((SELECT issued FROM closed WHERE petition_id = $1), \
                   COUNT(*) + COALESCE((SELECT lost FROM accepted_loss WHERE petition_id = $1), 0)) AS issued \
                   FROM issuance WHERE petition_id = $1";
        let row = sqlx::query(sql)
            .bind(petition_id.as_bytes().as_slice())
            .fetch_one(self.connection())
            .await
            .map_err(named)?;
        number(&row, "issued")
    }

    /// Adds tokens whose rows were lost.
    pub(in crate::identified) async fn add_loss(
        &mut self,
        petition_id: &PetitionId,
        lost: u64,
    ) -> Result<(), StorageError> {
        let named = self.named();
        let sql = "INSERT INTO accepted_loss (petition_id, lost) VALUES ($1, $2) \
                   ON CONFLICT (petition_id) DO UPDATE SET lost = accepted_loss.lost + excluded.lost";
        let query = sqlx::query(sql).bind(petition_id.as_bytes().as_slice()).bind(integer(lost));
        query.execute(self.connection()).await.map_err(&named)?;
        // A petition that was closed with too low a count could never end its log.
        sqlx::query("UPDATE closed SET issued = issued + $2 WHERE petition_id = $1")
            .bind(petition_id.as_bytes().as_slice())
            .bind(integer(lost))
            .execute(self.connection())
            .await
            .map_err(named)?;
        Ok(())
    }

    /// The final count of a petition that is closed.
    pub(super) async fn final_count(&mut self, petition_id: &PetitionId) -> Result<Option<u64>, StorageError> {
        let named = self.named();
        let row = sqlx::query("SELECT issued FROM closed WHERE petition_id = $1")
            .bind(petition_id.as_bytes().as_slice())
            .fetch_optional(self.connection())
            .await
            .map_err(named)?;
        row.map(|row| number(&row, "issued")).transpose()
    }

    /// Whether issuance is over for good, and how many notices there are, one of which may end it.
    pub(super) async fn ending(&mut self, petition_id: &PetitionId) -> Result<(bool, u64), StorageError> {
        let named = self.named();
        let sql = "SELECT COUNT(*) AS closed, (SELECT COUNT(*) FROM notice WHERE petition_id = $1) AS notices \
                   FROM closed WHERE petition_id = $1";
        let query = sqlx::query(sql).bind(petition_id.as_bytes().as_slice());
        let row = query.fetch_one(self.connection()).await.map_err(named)?;
        Ok((number(&row, "closed")? > 0, number(&row, "notices")?))
    }

    /// Keeps the final count. There must be none yet.
    pub(super) async fn insert_final_count(
        &mut self,
        petition_id: &PetitionId,
        issued: u64,
    ) -> Result<(), StorageError> {
        let named = self.named();
        sqlx::query("INSERT INTO closed (petition_id, issued) VALUES ($1, $2)")
            .bind(petition_id.as_bytes().as_slice())
            .bind(integer(issued))
            .execute(self.connection())
            .await
            .map_err(named)?;
        Ok(())
    }

    /// Deletes all rows of a petition: its tags.
    pub(super) async fn delete_issuance(&mut self, petition_id: &PetitionId) -> Result<(), StorageError> {
        let named = self.named();
        sqlx::query("DELETE FROM issuance WHERE petition_id = $1")
            .bind(petition_id.as_bytes().as_slice())
            .execute(self.connection())
            .await
            .map_err(named)?;
        Ok(())
    }
}
