//! The tables as PostgreSQL's catalogue knows them. The names and columns are the same on both engines.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Executor as _, Row as _};

use super::StorageError;
use super::many::placeholders;
use super::transaction::number;

/// Rows of one statement.
const PAGE: usize = 128;

/// All tables but the migrator's own.
pub(super) struct Catalogue {
    pub(super) tables: Vec<Table>,
}

/// A table, its names quoted.
pub(super) struct Table {
    name: String,
    columns: Vec<(String, Kind)>,
    /// Places of the primary key's columns among them, in its order.
    key: Vec<usize>,
}

#[derive(Clone, Copy)]
enum Kind {
    Bytes,
    Number,
    Text,
}

/// A value of a row.
#[derive(Clone)]
enum Value {
    Bytes(Option<Vec<u8>>),
    Number(Option<i64>),
    Text(Option<String>),
}

impl Catalogue {
    /// Reads it.
    pub(super) async fn read(connection: &mut AnyConnection) -> Result<Self, StorageError> {
        let sql = "SELECT quote_ident(c.relname) AS name, quote_ident(a.attname) AS attribute, \
                   CAST(a.atttypid::regtype AS TEXT) AS type, \
                   CAST(COALESCE(array_position(CAST(i.indkey AS INT2[]), a.attnum), -1) AS BIGINT) AS place \
                   FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
                   JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
                   WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> '_sqlx_migrations' \
                   AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname, a.attnum";
        let rows = sqlx::query(sql).fetch_all(connection).await.map_err(named)?;
        let mut tables: Vec<(Table, Vec<(i64, usize)>)> = Vec::new();
        for row in &rows {
            let [name, attribute, kind] = ["name", "attribute", "type"].map(|column| text(row, column));
            let (name, attribute) = (name?, attribute?);
            if tables.last().is_none_or(|(table, _)| table.name != name) {
                tables.push((Table { name, columns: Vec::new(), key: Vec::new() }, Vec::new()));
            }
            let Some((table, places)) = tables.last_mut() else { continue };
            let place: i64 = row.try_get("place").map_err(|_| StorageError::Row("place"))?;
            if place >= 0 {
                places.push((place, table.columns.len()));
            }
            table.columns.push((attribute, Kind::of(&kind?)?));
        }
        let sorted = |(mut table, mut places): (Table, Vec<(i64, usize)>)| {
            places.sort_unstable();
            table.key = places.into_iter().map(|(_, column)| column).collect();
            table
        };
        Ok(Self { tables: tables.into_iter().map(sorted).collect() })
    }

    /// Keeps all tables from being emptied until the end of the transaction.
    pub(super) async fn lock_for_reading(&self, connection: &mut AnyConnection) -> Result<(), StorageError> {
        let names: Vec<_> = self.tables.iter().map(|table| table.name.as_str()).collect();
        let sql = format!("LOCK TABLE {} IN ACCESS SHARE MODE", names.join(", "));
        connection.execute(AssertSqlSafe(sql)).await.map(drop).map_err(named)
    }
}

impl Table {
    /// How many rows it has.
    pub(super) async fn count(&self, connection: &mut AnyConnection) -> Result<u64, StorageError> {
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) AS rows FROM {}", self.name));
        number(&sqlx::query(sql).fetch_one(connection).await.map_err(named)?, "rows")
    }

    /// The next rows in key order after one, or the first.
    async fn page(
        &self,
        connection: &mut AnyConnection,
        after: Option<&Vec<Value>>,
    ) -> Result<Vec<Vec<Value>>, StorageError> {
        let columns: Vec<_> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        let key: Vec<_> = self.key.iter().map(|place| columns[*place]).collect::<Vec<_>>();
        let (columns, key) = (columns.join(", "), key.join(", "));
        let marks: Vec<_> = (1..=self.key.len()).map(|mark| format!("${mark}")).collect();
        let rest = after.map_or_else(String::new, |_| format!("WHERE ({key}) > ({}) ", marks.join(", ")));
        let sql = format!("SELECT {columns} FROM {} {rest}ORDER BY {key} LIMIT {PAGE}", self.name);
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in after.iter().flat_map(|row| self.key.iter().map(|place| row[*place].clone())) {
            query = value.bind(query);
        }
        let rows = query.fetch_all(connection).await.map_err(named)?;
        rows.iter().map(|row| self.values(row)).collect()
    }

    fn values(&self, row: &AnyRow) -> Result<Vec<Value>, StorageError> {
        let value = |(place, (_, kind)): (usize, &(String, Kind))| match kind {
            Kind::Bytes => row.try_get(place).map(Value::Bytes),
            Kind::Number => row.try_get(place).map(Value::Number),
            Kind::Text => row.try_get(place).map(Value::Text),
        };
        self.columns.iter().enumerate().map(value).collect::<Result<_, _>>().map_err(named)
    }

    async fn insert(&self, connection: &mut AnyConnection, rows: &[Vec<Value>]) -> Result<(), StorageError> {
        let columns: Vec<_> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        for part in super::many::in_powers(rows) {
            let places = placeholders(part.len(), columns.len(), 1);
            let sql = format!("INSERT INTO {} ({}) VALUES {places}", self.name, columns.join(", "));
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for value in part.iter().flatten() {
                query = value.clone().bind(query);
            }
            query.execute(&mut *connection).await.map_err(named)?;
        }
        Ok(())
    }
}

/// Copies a table's rows, in key order.
pub(super) async fn transfer(
    table: &Table,
    from: &mut AnyConnection,
    to: &mut AnyConnection,
) -> Result<(), StorageError> {
    let mut last = None;
    loop {
        let rows = table.page(from, last.as_ref()).await?;
        if rows.is_empty() {
            return Ok(());
        }
        table.insert(to, &rows).await?;
        last = rows.into_iter().next_back();
    }
}

impl Kind {
    fn of(name: &str) -> Result<Self, StorageError> {
        match name {
            "bytea" => Ok(Self::Bytes),
            "bigint" => Ok(Self::Number),
            "text" => Ok(Self::Text),
            _ => Err(StorageError::Row("type")),
        }
    }
}

type Query = sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments>;

impl Value {
    fn bind(self, query: Query) -> Query {
        match self {
            Self::Bytes(value) => query.bind(value),
            Self::Number(value) => query.bind(value),
            Self::Text(value) => query.bind(value),
        }
    }
}

fn text(row: &AnyRow, column: &'static str) -> Result<String, StorageError> {
    row.try_get(column).map_err(|_| StorageError::Row(column))
}

fn named(source: sqlx::Error) -> StorageError {
    StorageError::Database { name: "copy", source }
}
