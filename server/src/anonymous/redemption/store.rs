mod places;

use std::collections::{BTreeMap, HashMap, HashSet};

use sqlx::AssertSqlSafe;
use undersign_protocol::petition::PetitionId;
use undersign_protocol::redemption::{Nonce, Token, TokenInput, Withdrawal, WithdrawalKey};

use crate::petition::Petition;
use crate::storage::many::{padded, placeholders, wanted};
use crate::storage::transaction::{blob, bytes, number, optional_number};
use crate::storage::{StorageError, Transaction};

/// By which token a nonce is taken.
pub(super) enum Taken {
    /// By this one, which waits in the pool.
    Waiting(Box<Token>),
    /// By the one at this place in the log.
    Published(u64),
}

impl Transaction {
    /// Whether a nonce is taken, and where its entry stands: `None` free, `Some(None)` in the pool, `Some(Some(index))` in the log.
    pub(super) async fn leaf_index_of_nonce(
        &mut self,
        petition_id: &PetitionId,
        nonce: &Nonce,
    ) -> Result<Option<Option<u64>>, StorageError> {
        let named = self.named();
        let row = sqlx::query("SELECT leaf_index FROM nonce WHERE petition_id = $1 AND nonce = $2")
            .bind(petition_id.as_bytes().as_slice())
            .bind(nonce.as_bytes().as_slice())
            .fetch_optional(self.connection())
            .await
            .map_err(named)?;
        row.map(|row| optional_number(&row, "leaf_index")).transpose()
    }

    /// Which of these nonces are taken, and by which tokens. One statement: a batch that publishes one meanwhile is seen whole or not at
    /// all.
    pub(super) async fn taken(
        &mut self,
        petition: &Petition,
        nonces: &[Nonce],
    ) -> Result<HashMap<Nonce, Taken>, StorageError> {
        if nonces.is_empty() {
            return Ok(HashMap::new());
        }
        let named = self.named();
        let sql = format!(
            "SELECT nonce, place, authenticator FROM (SELECT wanted.column1 AS nonce, \
             (SELECT COALESCE(leaf_index + 1, 0) FROM nonce WHERE petition_id = $1 AND nonce = wanted.column1) AS place, \
             (SELECT authenticator FROM pool WHERE petition_id = $1 AND nonce = wanted.column1) AS authenticator \
             FROM {}) AS found WHERE place IS NOT NULL",
            wanted(nonces.len(), 2)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(petition.verified.petition_id().as_bytes().as_slice());
        for nonce in padded(nonces) {
            query = query.bind(nonce.as_bytes().as_slice());
        }
        let rows = query.fetch_all(self.connection()).await.map_err(named)?;
        let mut taken = HashMap::new();
        for row in &rows {
            let by = match number(row, "place")? {
                0 => Taken::Waiting(Box::new(pool_token(row, petition)?)),
                place => Taken::Published(place - 1),
            };
            taken.insert(bytes(row, "nonce")?, by);
        }
        Ok(taken)
    }

    /// Takes nonces and puts their tokens into the pool, in key order, each nonce once among them. The primary key is what counts a token
    /// once: gives back those nonces that were free.
    pub(super) async fn insert_nonces(
        &mut self,
        petition_id: &PetitionId,
        tokens: &BTreeMap<Nonce, &Token>,
    ) -> Result<HashSet<Nonce>, StorageError> {
        let named = self.named();
        // Not an error of the database's where one is taken: PostgreSQL would write it down with the nonce.
        let sql = format!(
            "INSERT INTO nonce (petition_id, nonce) VALUES {} ON CONFLICT DO NOTHING",
            placeholders(tokens.len(), 2, 1)
        );
        let nonces: Vec<Nonce> = tokens.keys().copied().collect();
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for nonce in padded(&nonces) {
            query = query.bind(petition_id.as_bytes().as_slice()).bind(nonce.as_bytes().as_slice());
        }
        let inserted = query.execute(self.connection()).await.map_err(&named)?.rows_affected();
        let free: HashSet<Nonce> = match inserted == nonces.len() as u64 {
            true => nonces.into_iter().collect(),
            false => self.without_token(petition_id, &nonces).await?,
        };
        let pooled: Vec<&&Token> = tokens.values().filter(|token| free.contains(&token.input.nonce)).collect();
        if pooled.is_empty() {
            return Ok(free);
        }
        let sql = format!(
            "INSERT INTO pool (petition_id, nonce, authenticator) VALUES {} ON CONFLICT DO NOTHING",
            placeholders(pooled.len(), 3, 1)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for token in padded(&pooled) {
            query = query.bind(petition_id.as_bytes().as_slice()).bind(token.input.nonce.as_bytes().as_slice());
            query = query.bind(token.authenticator.as_slice());
        }
        query.execute(self.connection()).await.map_err(named)?;
        Ok(free)
    }

    /// Which of these nonces were taken by this transaction, a moment ago: their tokens are neither in the pool nor in the log yet, as those
    /// of every transaction that is over are.
    async fn without_token(
        &mut self,
        petition_id: &PetitionId,
        nonces: &[Nonce],
    ) -> Result<HashSet<Nonce>, StorageError> {
        let named = self.named();
        let sql = format!(
            "SELECT wanted.column1 AS nonce FROM {} WHERE \
             (SELECT COALESCE(leaf_index, -1) FROM nonce WHERE petition_id = $1 AND nonce = wanted.column1) = -1 AND \
             (SELECT 1 FROM pool WHERE petition_id = $1 AND nonce = wanted.column1) IS NULL",
            wanted(nonces.len(), 2)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(petition_id.as_bytes().as_slice());
        for nonce in padded(nonces) {
            query = query.bind(nonce.as_bytes().as_slice());
        }
        let rows = query.fetch_all(self.connection()).await.map_err(named)?;
        rows.iter().map(|row| bytes(row, "nonce")).collect()
    }

    /// All tokens in the pool, by nonce.
    pub(in crate::anonymous) async fn pool(&mut self, petition: &Petition) -> Result<Vec<Token>, StorageError> {
        let named = self.named();
        let rows = sqlx::query("SELECT nonce, authenticator FROM pool WHERE petition_id = $1 ORDER BY nonce")
            .bind(petition.verified.petition_id().as_bytes().as_slice())
            .fetch_all(self.connection())
            .await
            .map_err(named)?;
        rows.iter().map(|row| pool_token(row, petition)).collect()
    }
}

impl Transaction {
    /// Whether the signature with this nonce is withdrawn, and where that stands: `None` it is not, `Some(None)` it waits for its
    /// batch, `Some(Some(index))` in the log.
    pub(super) async fn withdrawal(
        &mut self,
        petition_id: &PetitionId,
        nonce: &Nonce,
    ) -> Result<Option<Option<u64>>, StorageError> {
        let named = self.named();
        let row = sqlx::query("SELECT leaf_index FROM withdrawal WHERE petition_id = $1 AND nonce = $2")
            .bind(petition_id.as_bytes().as_slice())
            .bind(nonce.as_bytes().as_slice())
            .fetch_optional(self.connection())
            .await
            .map_err(named)?;
        row.map(|row| optional_number(&row, "leaf_index")).transpose()
    }

    /// Takes a withdrawal. The primary key is what counts it once: `false` where another transaction was faster.
    pub(super) async fn insert_withdrawal(
        &mut self,
        petition_id: &PetitionId,
        withdrawal: &Withdrawal,
    ) -> Result<bool, StorageError> {
        let named = self.named();
        let done = sqlx::query(
            "INSERT INTO withdrawal (petition_id, nonce, withdrawal_key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(petition_id.as_bytes().as_slice())
        .bind(withdrawal.nonce().as_bytes().as_slice())
        .bind(withdrawal.withdrawal_key().as_bytes().as_slice())
        .execute(self.connection())
        .await
        .map_err(named)?;
        Ok(done.rows_affected() == 1)
    }

    /// All withdrawals that wait for their batch, by nonce.
    pub(in crate::anonymous) async fn waiting_withdrawals(
        &mut self,
        petition_id: &PetitionId,
    ) -> Result<Vec<Withdrawal>, StorageError> {
        let named = self.named();
        let rows = sqlx::query(
            "SELECT withdrawal_key FROM withdrawal WHERE petition_id = $1 AND leaf_index IS NULL ORDER BY nonce",
        )
        .bind(petition_id.as_bytes().as_slice())
        .fetch_all(self.connection())
        .await
        .map_err(named)?;
        let withdrawal = |row| {
            let key = blob(row, "withdrawal_key")?.try_into().map_err(|_| StorageError::Row("withdrawal_key"))?;
            Ok(Withdrawal::of(WithdrawalKey::from_bytes(key)))
        };
        rows.iter().map(withdrawal).collect()
    }

    /// How many tokens and withdrawals wait for their batch.
    pub(in crate::anonymous) async fn pool_size(&mut self, petition_id: &PetitionId) -> Result<u64, StorageError> {
        let named = self.named();
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM pool WHERE petition_id = $1) \
             + (SELECT COUNT(*) FROM withdrawal WHERE petition_id = $1 AND leaf_index IS NULL) AS size",
        )
        .bind(petition_id.as_bytes().as_slice())
        .fetch_one(self.connection())
        .await
        .map_err(named)?;
        number(&row, "size")
    }
}

/// A token's other bytes are the same for all of a petition.
fn pool_token(row: &sqlx::any::AnyRow, petition: &Petition) -> Result<Token, StorageError> {
    let verified = &petition.verified;
    let nonce: Nonce = bytes(row, "nonce")?;
    let input = TokenInput::of_petition(verified.manifest(), &verified.petition_id(), nonce);
    let authenticator = blob(row, "authenticator")?.try_into().map_err(|_| StorageError::Row("authenticator"))?;
    Ok(Token { input, authenticator })
}
