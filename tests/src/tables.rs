use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _, SqliteConnection};

/// The tables of one side, read from its database file while the server runs or after it was killed.
pub struct Tables {
    connection: SqliteConnection,
}

impl Tables {
    /// Opens a database file.
    pub async fn open(path: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(false);
        Self { connection: options.connect().await.expect("a database") }
    }

    /// How many rows a table has.
    pub async fn count(&mut self, table: &str) -> u64 {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut self.connection).await.expect("a count");
        u64::try_from(row.get::<i64, _>(0)).expect("not negative")
    }

    /// Waits until a table has no rows.
    pub async fn wait_until_empty(&mut self, table: &str) {
        for _ in 0..600 {
            if self.count(table).await == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{table} still has rows after 30 seconds");
    }

    /// Every row of every table as SQL literals, by table; rows in the order of their text.
    pub async fn rows(&mut self) -> BTreeMap<String, Vec<String>> {
        let mut all = BTreeMap::new();
        for table in self.texts("SELECT name FROM sqlite_master WHERE type = 'table'".to_owned()).await {
            let columns = self.texts(format!("SELECT 'quote(' || name || ')' FROM pragma_table_info('{table}')")).await;
            let sql = format!("SELECT {} AS row FROM {table} ORDER BY row", columns.join(" || ', ' || "));
            let rows = self.texts(sql).await;
            all.insert(table, rows);
        }
        all
    }

    /// As [`Tables::rows`], with the length of each literal in its place: what is left of the tables where every value is hidden.
    pub async fn shape(&mut self) -> BTreeMap<String, Vec<String>> {
        let lengths = |row: String| row.split(", ").map(|value| value.len().to_string()).collect::<Vec<_>>().join(" ");
        let rows = self.rows().await.into_iter();
        rows.map(|(table, rows)| (table, rows.into_iter().map(lengths).collect())).collect()
    }

    async fn texts(&mut self, sql: String) -> Vec<String> {
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut self.connection).await.expect("rows");
        rows.iter().map(|row| row.get(0)).collect()
    }
}
