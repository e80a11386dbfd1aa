use std::collections::BTreeMap;
use std::str::FromStr as _;

use sqlx::any::AnyConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AnyPool, ConnectOptions as _, Connection as _, Row as _};

use super::transaction::number;
use super::{Engine, StorageError};

/// A PostgreSQL server, as the role of a URL sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresServer {
    /// The cluster's own number: two databases with the same are in one cluster.
    pub system_identifier: i64,
    /// Values in force, by name.
    pub settings: BTreeMap<String, String>,
    /// Replication slots, for each of which the write-ahead log is kept.
    pub slots: u64,
    /// Whether the role may have old segments of the write-ahead log removed.
    pub removes_wal: bool,
}

/// What a URL says of the way to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostgresAddress {
    /// A socket of this machine, or a loopback address.
    pub is_local: bool,
    /// The server's certificate and name are verified.
    pub verifies: bool,
    /// A password stands in it.
    pub has_password: bool,
}

impl PostgresAddress {
    /// Of a URL of PostgreSQL's; `None` for every other.
    pub fn of(url: &str) -> Option<Self> {
        let parsed = (Engine::of(url).ok()? == Engine::Postgres).then(|| url::Url::parse(url).ok())??;
        let options = PgConnectOptions::from_str(url).ok()?;
        let host = options.get_host();
        let is_local = options.get_socket().is_some()
            || host.starts_with('/')
            || host == "localhost"
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        let has_password = parsed.password().is_some() || parsed.query_pairs().any(|(name, _)| name == "password");
        Some(Self { is_local, verifies: matches!(options.get_ssl_mode(), PgSslMode::VerifyFull), has_password })
    }
}

impl PostgresServer {
    /// Asks the server of a URL. Changes nothing, and reads no table of ours.
    pub async fn look_at(url: &str) -> Result<Self, StorageError> {
        sqlx::any::install_default_drivers();
        // Nothing of ours is logged at any level, what is asked here neither.
        let options = url.parse::<AnyConnectOptions>().map_err(named)?.disable_statement_logging();
        let mut connection = options.connect().await.map_err(named)?;
        let sql =
            "SELECT system_identifier, (SELECT COUNT(*) FROM pg_replication_slots) AS slots FROM pg_control_system()";
        let row = sqlx::query(sql).fetch_one(&mut connection).await.map_err(named)?;
        let system_identifier = row.try_get("system_identifier").map_err(named)?;
        let slots = number(&row, "slots")?;
        let rows =
            sqlx::query("SELECT name, setting FROM pg_settings").fetch_all(&mut connection).await.map_err(named)?;
        // Those without a value have none that matters.
        let setting = |row: &sqlx::any::AnyRow| Some((row.try_get("name").ok()?, row.try_get("setting").ok()?));
        let settings = rows.iter().filter_map(setting).collect();
        let row = sqlx::query(REMOVES_WAL).fetch_one(&mut connection).await.map_err(named)?;
        let removes_wal = number(&row, "allowed")? == 1;
        connection.close().await.map_err(named)?;
        Ok(Self { system_identifier, settings, slots, removes_wal })
    }
}

/// `pg_switch_wal`, and CHECKPOINT, for which there is a role from PostgreSQL 15 on.
const REMOVES_WAL: &str = "SELECT COUNT(*) AS allowed FROM pg_roles WHERE rolname = 'pg_checkpoint' \
     AND pg_has_role(oid, 'USAGE') AND has_function_privilege('pg_switch_wal()', 'EXECUTE')";

/// Whether the role may begin a new segment of the write-ahead log and have the old ones removed.
pub(super) async fn removes_wal(pool: &AnyPool) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(REMOVES_WAL).fetch_one(pool).await?;
    Ok(number(&row, "allowed").is_ok_and(|allowed| allowed == 1))
}

fn named(source: sqlx::Error) -> StorageError {
    StorageError::Database { name: "look_at", source }
}

#[cfg(test)]
mod tests {
    use super::PostgresAddress;

    #[test]
    fn an_address_says_whether_the_way_is_safe() {
        let of = |url: &str| {
            let address = PostgresAddress::of(url).expect("PostgreSQL's");
            (address.is_local, address.verifies, address.has_password)
        };
        assert_eq!(of("postgres://u@localhost/d?host=/run/postgresql"), (true, false, false));
        assert_eq!(of("postgres:///d?host=/run/postgresql"), (true, false, false));
        assert_eq!(of("postgresql://u:secret@127.0.0.1/d"), (true, false, true));
        assert_eq!(of("postgres://u@db.example/d?sslmode=require"), (false, false, false));
        assert_eq!(of("postgres://u@db.example/d?sslmode=verify-full&password=x"), (false, true, true));
        assert!(PostgresAddress::of("sqlite:file.db").is_none());
    }
}
