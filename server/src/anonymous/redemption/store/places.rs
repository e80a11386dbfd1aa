//! Where what a batch publishes stands in the log. Many rows a statement: a batch of a hundred thousand is some hundreds of statements.

use sqlx::AssertSqlSafe;
use undersign_protocol::petition::PetitionId;
use undersign_protocol::redemption::{Nonce, Withdrawal};

use crate::storage::many::{ROWS, in_powers, padded, placeholders, wanted};
use crate::storage::transaction::{integer, number};
use crate::storage::{StorageError, Transaction};

impl Transaction {
    /// Notes where tokens of the pool stand in the log, and takes them out of the pool. They must be there: a batch publishes exactly the
    /// rows that it selected.
    ///
    /// # Arguments
    /// * `places` – each nonce once, in key order, in which its row is written
    pub(in crate::anonymous) async fn publish_nonces(
        &mut self,
        petition_id: &PetitionId,
        places: &[(Nonce, u64)],
    ) -> Result<(), StorageError> {
        for part in places.chunks(ROWS).flat_map(in_powers) {
            let nonces: Vec<&Nonce> = part.iter().map(|(nonce, _)| nonce).collect();
            self.expect_waiting("nonce", petition_id, &nonces).await?;
            // An insertion that always finds its rows: unlike an UPDATE of many it writes them in the order in which they are given.
            let sql = format!(
                "INSERT INTO nonce (petition_id, nonce, leaf_index) VALUES {} \
                 ON CONFLICT (petition_id, nonce) DO UPDATE SET leaf_index = excluded.leaf_index",
                placeholders(part.len(), 3, 1)
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for (nonce, leaf_index) in part {
                query = query.bind(petition_id.as_bytes().as_slice()).bind(nonce.as_bytes().as_slice());
                query = query.bind(integer(*leaf_index));
            }
            let named = self.named();
            query.execute(self.connection()).await.map_err(named)?;
            self.remove_from_pool(petition_id, &nonces).await?;
        }
        Ok(())
    }

    /// Notes where withdrawals stand in the log. They must have waited.
    ///
    /// # Arguments
    /// * `places` – each nonce once, in key order
    pub(in crate::anonymous) async fn publish_withdrawals(
        &mut self,
        petition_id: &PetitionId,
        places: &[(&Withdrawal, u64)],
    ) -> Result<(), StorageError> {
        for part in places.chunks(ROWS).flat_map(in_powers) {
            let nonces: Vec<&Nonce> = part.iter().map(|(withdrawal, _)| withdrawal.nonce()).collect();
            self.expect_waiting("withdrawal", petition_id, &nonces).await?;
            let sql = format!(
                "INSERT INTO withdrawal (petition_id, nonce, withdrawal_key, leaf_index) VALUES {} \
                 ON CONFLICT (petition_id, nonce) DO UPDATE SET leaf_index = excluded.leaf_index",
                placeholders(part.len(), 4, 1)
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for (withdrawal, leaf_index) in part {
                query = query.bind(petition_id.as_bytes().as_slice()).bind(withdrawal.nonce().as_bytes().as_slice());
                query = query.bind(withdrawal.withdrawal_key().as_bytes().as_slice()).bind(integer(*leaf_index));
            }
            let named = self.named();
            query.execute(self.connection()).await.map_err(named)?;
        }
        Ok(())
    }

    /// Fails where one of these nonces is unknown, or published already.
    ///
    /// # Arguments
    /// * `table` – `nonce` or `withdrawal`
    async fn expect_waiting(
        &mut self,
        table: &'static str,
        petition_id: &PetitionId,
        nonces: &[&Nonce],
    ) -> Result<(), StorageError> {
        let named = self.named();
        let sql = format!(
            "SELECT COUNT(DISTINCT wanted.column1) AS waiting FROM {} WHERE (SELECT COUNT(*) FROM {table} \
             WHERE petition_id = $1 AND nonce = wanted.column1 AND leaf_index IS NULL) = 1",
            wanted(nonces.len(), 2)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(petition_id.as_bytes().as_slice());
        for nonce in padded(nonces) {
            query = query.bind(nonce.as_bytes().as_slice());
        }
        let row = query.fetch_one(self.connection()).await.map_err(named)?;
        if number(&row, "waiting")? == nonces.len() as u64 { Ok(()) } else { Err(StorageError::Conflict) }
    }

    /// # Arguments
    /// * `nonces` – in key order: no more of the pool is read than lies between the first and the last
    async fn remove_from_pool(&mut self, petition_id: &PetitionId, nonces: &[&Nonce]) -> Result<(), StorageError> {
        let named = self.named();
        let (Some(first), Some(last)) = (nonces.first(), nonces.last()) else { return Ok(()) };
        let sql = format!(
            "DELETE FROM pool WHERE petition_id = $1 AND nonce BETWEEN $2 AND $3 AND nonce IN ({})",
            placeholders(nonces.len(), 1, 4)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(petition_id.as_bytes().as_slice());
        query = query.bind(first.as_bytes().as_slice()).bind(last.as_bytes().as_slice());
        for nonce in padded(nonces) {
            query = query.bind(nonce.as_bytes().as_slice());
        }
        query.execute(self.connection()).await.map(drop).map_err(named)
    }
}
