use sqlx::AssertSqlSafe;
use undersign_protocol::daily_counts::CountsNonce;
use undersign_protocol::petition::PetitionId;

use crate::storage::many::{in_powers, placeholders};
use crate::storage::transaction::{blob, integer, number};
use crate::storage::{Side, StorageError, Transaction};

/// A count of a day, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CountRow {
    pub petition_id: Option<PetitionId>,
    pub day: u64,
    pub name: String,
    pub number: u64,
}

impl Transaction {
    /// Adds what this process has counted to what others have.
    ///
    /// # Arguments
    /// * `rows` – each petition, day and name once
    pub(super) async fn add_counts(&mut self, side: Side, rows: &[CountRow]) -> Result<(), StorageError> {
        let (named, table) = (self.named(), counts(side));
        let mut rows: Vec<&CountRow> = rows.iter().collect();
        // In key order, so that two processes never wait for each other.
        rows.sort_by_key(|row| (key(row.petition_id.as_ref()), row.day, &row.name));
        for part in in_powers(&rows) {
            let sql = format!(
                "INSERT INTO {table} (petition_id, day, name, number) VALUES {} \
                 ON CONFLICT (petition_id, day, name) DO UPDATE SET number = {table}.number + excluded.number",
                placeholders(part.len(), 4, 1)
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for row in part {
                query = query.bind(key(row.petition_id.as_ref())).bind(integer(row.day));
                query = query.bind(row.name.as_str()).bind(integer(row.number));
            }
            query.execute(self.connection()).await.map_err(&named)?;
        }
        Ok(())
    }

    /// Counts of a petition and of the installation, or of all petitions; by day.
    pub(super) async fn counts(
        &mut self,
        side: Side,
        petition: Option<&PetitionId>,
    ) -> Result<Vec<CountRow>, StorageError> {
        let (named, table) = (self.named(), counts(side));
        let part = petition.map_or("", |_| "WHERE petition_id IN ($1, $2) ");
        let sql = format!("SELECT petition_id, day, name, number FROM {table} {part}ORDER BY day, petition_id, name");
        let mut query = sqlx::query(AssertSqlSafe(sql));
        if petition.is_some() {
            query = query.bind(key(petition)).bind(key(None));
        }
        let rows = query.fetch_all(self.connection()).await.map_err(named)?;
        let count = |row| {
            let petition_id = match blob(row, "petition_id")?.as_slice() {
                [] => None,
                bytes => Some(PetitionId::try_from(bytes).map_err(|_| StorageError::Row("petition_id"))?),
            };
            let name = sqlx::Row::try_get(row, "name").map_err(|_| StorageError::Row("name"))?;
            Ok(CountRow { petition_id, day: number(row, "day")?, name, number: number(row, "number")? })
        };
        rows.iter().map(count).collect()
    }

    /// Forgets counts of days before this one.
    pub(super) async fn delete_counts_before(&mut self, side: Side, day: u64) -> Result<(), StorageError> {
        self.delete_before(counts(side), day).await
    }

    /// Notes that a request is answered. `false` where it was before.
    pub(super) async fn insert_asked(
        &mut self,
        side: Side,
        nonce: &CountsNonce,
        day: u64,
    ) -> Result<bool, StorageError> {
        let named = self.named();
        let sql = format!("INSERT INTO {} (nonce, day) VALUES ($1, $2) ON CONFLICT DO NOTHING", asked(side));
        let query = sqlx::query(AssertSqlSafe(sql)).bind(nonce.as_bytes().as_slice()).bind(integer(day));
        Ok(query.execute(self.connection()).await.map_err(named)?.rows_affected() == 1)
    }

    /// Forgets requests of days before this one.
    pub(super) async fn delete_asked_before(&mut self, side: Side, day: u64) -> Result<(), StorageError> {
        self.delete_before(asked(side), day).await
    }

    async fn delete_before(&mut self, table: &'static str, day: u64) -> Result<(), StorageError> {
        let named = self.named();
        let sql = format!("DELETE FROM {table} WHERE day < $1");
        sqlx::query(AssertSqlSafe(sql)).bind(integer(day)).execute(self.connection()).await.map(drop).map_err(named)
    }
}

/// The two sides have no table in common.
fn counts(side: Side) -> &'static str {
    match side {
        Side::Identified => "issuer_count",
        Side::Anonymous => "origin_count",
    }
}

fn asked(side: Side) -> &'static str {
    match side {
        Side::Identified => "issuer_asked",
        Side::Anonymous => "origin_asked",
    }
}

/// No bytes where it is no petition's.
fn key(petition: Option<&PetitionId>) -> &[u8] {
    petition.map_or(&[], |petition_id| petition_id.as_bytes())
}
