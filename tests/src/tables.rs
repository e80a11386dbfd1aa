use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Row as _};
use undersign_protocol::petition::PetitionId;

/// PostgreSQL's tables, each with all its ranges.
const TABLES: &str = "SELECT CAST(oid::regclass AS TEXT) FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition \
     AND relnamespace = current_schema()::regnamespace ORDER BY 1";

/// The tables of one side, read from its database while the server runs or after it was killed.
pub struct Tables {
    connection: AnyConnection,
    is_sqlite: bool,
}

impl Tables {
    /// Opens a database of either engine.
    pub async fn open(url: &str) -> Self {
        install_default_drivers();
        let connection = AnyConnection::connect(url).await.expect("a database");
        let mut tables = Self { connection, is_sqlite: url.starts_with("sqlite:") };
        if !tables.is_sqlite {
            // Whoever fixes an earlier moment sees a table empty that was rewritten after it.
            tables.execute("SET default_transaction_isolation = 'read committed'".to_owned()).await;
        }
        tables
    }

    /// Opens a database file.
    pub async fn open_file(path: &Path) -> Self {
        Self::open(&format!("sqlite:{}", path.display())).await
    }

    /// Takes the one turn to write there is, or keeps every table from being written to: what the server is asked meanwhile waits, and is
    /// then done together.
    pub async fn hold_writes(&mut self) {
        if self.is_sqlite {
            self.execute("PRAGMA busy_timeout = 10000".to_owned()).await;
            self.execute("BEGIN IMMEDIATE".to_owned()).await;
            return;
        }
        let tables = self.names().await.join(", ");
        self.execute(format!("BEGIN; LOCK TABLE {tables} IN SHARE MODE")).await;
    }

    /// Gives the turn back.
    pub async fn release_writes(&mut self) {
        self.execute("ROLLBACK".to_owned()).await;
    }

    /// How many rows a table has.
    pub async fn count(&mut self, table: &str) -> u64 {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut self.connection).await.expect("a count");
        u64::try_from(row.get::<i64, _>(0)).expect("not negative")
    }

    /// How many tokens of a petition were issued.
    pub async fn count_issued(&mut self, petition: &PetitionId) -> u64 {
        let query = sqlx::query("SELECT COUNT(*) FROM issuance WHERE petition_id = $1");
        let row = query.bind(petition.as_bytes().as_slice()).fetch_one(&mut self.connection).await.expect("a count");
        u64::try_from(row.get::<i64, _>(0)).expect("not negative")
    }

    /// All tags of addresses in petitions.
    pub async fn petition_tags(&mut self) -> Vec<Vec<u8>> {
        let query = sqlx::query("SELECT petition_tag FROM issuance");
        let rows = query.fetch_all(&mut self.connection).await.expect("rows");
        rows.iter().map(|row| row.get(0)).collect()
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
        for table in self.names().await {
            let literals = if self.is_sqlite {
                format!("SELECT 'quote(' || name || ')' FROM pragma_table_info('{table}')")
            } else {
                format!("SELECT 'quote_nullable(' || attname || ')' FROM {}", columns_of(&table))
            };
            let sql =
                format!("SELECT {} AS row FROM {table} ORDER BY row", self.texts(literals).await.join(" || ', ' || "));
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

    /// Every value of every table but these, as bytes; numbers as their digits.
    pub async fn values(&mut self, but: &[&str]) -> Vec<Vec<u8>> {
        let mut values = Vec::new();
        for table in self.names().await {
            if but.contains(&table.as_str()) {
                continue;
            }
            for column in self.texts(format!("SELECT name FROM pragma_table_info('{table}')")).await {
                let sql = format!("SELECT CAST({column} AS BLOB) FROM {table} WHERE {column} IS NOT NULL");
                let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut self.connection).await.expect("rows");
                values.extend(rows.iter().map(|row| row.get::<Vec<u8>, _>(0)));
            }
        }
        values
    }

    /// The page at which a table's b-tree begins.
    pub async fn root(&mut self, table: &str) -> u32 {
        let sql = "SELECT rootpage FROM sqlite_master WHERE name = $1";
        let row = sqlx::query(sql).bind(table).fetch_one(&mut self.connection).await.expect("a table");
        u32::try_from(row.get::<i64, _>(0)).expect("a page's number")
    }

    /// The names of the tables.
    async fn names(&mut self) -> Vec<String> {
        let sql = if self.is_sqlite { "SELECT name FROM sqlite_master WHERE type = 'table'" } else { TABLES };
        self.texts(sql.to_owned()).await
    }

    /// Runs statements.
    pub async fn execute(&mut self, sql: String) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection).await.expect("statements that work");
    }

    /// Closes the file; the last to close it leaves no WAL behind.
    pub async fn close(self) {
        self.connection.close().await.expect("closed");
    }

    /// What a statement selects: one text a row.
    pub async fn texts(&mut self, sql: String) -> Vec<String> {
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut self.connection).await.expect("rows");
        rows.iter().map(|row| row.get(0)).collect()
    }
}

/// Where PostgreSQL lists the columns of a table, and which.
fn columns_of(table: &str) -> String {
    format!("pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum")
}
