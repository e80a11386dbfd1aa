use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyPool, SqlSafeStr as _};

use super::{Engine, StorageError};

/// Which side a database belongs to. They have no table in common but the public petitions, and refuse each other's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Knows addresses, never tokens.
    Identified,
    /// Knows tokens, never addresses.
    Anonymous,
}

/// Version, name and text of one side's migrations for one engine, those with versions of two digits behind a semicolon. The names are the
/// same for both engines.
macro_rules! migrations {
    ($side:literal, $engine:literal, $($version:literal $name:literal),+ $(; $($large:literal $large_name:literal),+)?) => {
        vec![
            $(migrations!(@one $side, $engine, "000", $version, $name),)+
            $($(migrations!(@one $side, $engine, "00", $large, $large_name),)+)?
        ]
    };
    (@one $side:literal, $engine:literal, $zeros:literal, $version:literal, $name:literal) => {
        Migration::new(
            $version,
            $name.into(),
            MigrationType::Simple,
            include_str!(concat!("../../../migrations/", $side, "/", $engine, "/", $zeros, $version, "_", $name, ".sql"))
                .into_sql_str(),
            false,
        )
    };
}

/// Brings the schema up to date. A database with migrations that are not in the list, or with other text under the same number, is
/// refused: it is newer, or the other side's.
pub(super) async fn migrate(pool: &AnyPool, engine: Engine, side: Side) -> Result<(), StorageError> {
    let list = match (side, engine) {
        (Side::Identified, Engine::Sqlite) => {
            migrations!("identified", "sqlite", 1 "petition", 2 "email_verification", 3 "issuance", 4 "notice", 5 "close", 6 "loss", 8 "review", 9 "daily_counts")
        }
        (Side::Identified, Engine::Postgres) => {
            migrations!("identified", "postgres", 1 "petition", 2 "email_verification", 3 "issuance", 4 "notice", 5 "close", 6 "loss", 8 "review", 9 "daily_counts")
        }
        (Side::Anonymous, Engine::Sqlite) => {
            migrations!("anonymous", "sqlite", 1 "petition", 4 "redemption", 5 "public_log", 6 "withdrawal", 7 "notice", 8 "cosignature", 9 "picture"; 11 "review", 12 "daily_counts")
        }
        (Side::Anonymous, Engine::Postgres) => {
            migrations!("anonymous", "postgres", 1 "petition", 4 "redemption", 5 "public_log", 6 "withdrawal", 7 "notice", 8 "cosignature", 9 "picture"; 11 "review", 12 "daily_counts")
        }
    };
    Migrator::with_migrations(list).run(pool).await.map_err(StorageError::Schema)
}
