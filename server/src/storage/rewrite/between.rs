use std::time::Duration;

use sqlx::Row as _;

use crate::storage::{Database, Engine, StorageError};

/// Shortest time between two rewritings. PostgreSQL makes new files for every range, and a checkpoint.
const SQLITE_PAUSE: Duration = Duration::from_secs(10);
const POSTGRES_PAUSE: Duration = Duration::from_secs(30);
/// A second more for so many bytes: of the time in which they are rewritten about two hundred times as much.
const BYTES_A_SECOND: u64 = 500_000;

impl Database {
    /// Rewrites between the ticks too, until the process ends: what remains of the order is then that of seconds, where the tables are not
    /// large, however far away the next tick is.
    pub async fn rewrite_between_ticks(self) {
        loop {
            let pause = match self.bytes().await {
                Ok(bytes) => self.shortest_pause() + Duration::from_secs(bytes / BYTES_A_SECOND),
                // Away: whoever needs it says so.
                Err(_) => self.shortest_pause(),
            };
            tokio::time::sleep(pause).await;
            if !matches!(self.rewrite().await, Ok(true)) {
                tracing::debug!("not rewritten between ticks; the next tick tries again and says why");
            }
        }
    }

    fn shortest_pause(&self) -> Duration {
        match self.engine {
            Engine::Sqlite => SQLITE_PAUSE,
            Engine::Postgres => POSTGRES_PAUSE,
        }
    }

    /// About how much a rewriting writes.
    async fn bytes(&self) -> Result<u64, StorageError> {
        let named = |source| StorageError::Database { name: "rewrite", source };
        let sql = match self.engine {
            Engine::Sqlite => {
                "SELECT page_count * page_size AS bytes FROM pragma_page_count() CROSS JOIN pragma_page_size()"
            }
            Engine::Postgres => {
                "SELECT CAST(COALESCE(SUM(pg_total_relation_size(oid)), 0) AS BIGINT) AS bytes \
                 FROM pg_class WHERE relkind = 'r' AND relispartition"
            }
        };
        let row = sqlx::query(sql).fetch_one(&self.pool).await.map_err(named)?;
        row.try_get::<i64, _>("bytes").map(|bytes| u64::try_from(bytes).unwrap_or_default()).map_err(named)
    }
}
