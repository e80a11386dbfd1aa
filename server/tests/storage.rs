//! Storage, on both engines: schemas that are refused, URLs that are.

use std::any::Any;

use sqlx::AnyPool;
use undersign_server::anonymous::AnonymousDatabase;
use undersign_server::identified::IdentifiedDatabase;
use undersign_server::storage::StorageError;
use undersign_test_clusters::TestDatabase;

/// An empty database of each engine, and what removes it at the end.
fn both(side: &'static str) -> [(String, Box<dyn Any>); 2] {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let sqlite = format!("sqlite:{}/{side}.db", directory.path().display());
    let postgres = TestDatabase::new(side);
    [(sqlite, Box::new(directory)), (postgres.url(), Box::new(postgres))]
}

async fn run(url: &str, statement: &'static str) {
    sqlx::any::install_default_drivers();
    let pool = AnyPool::connect(url).await.expect("the database opens");
    sqlx::query(statement).execute(&pool).await.expect("the statement runs");
    pool.close().await;
}

#[tokio::test]
async fn a_database_is_made_migrated_and_opened_again() {
    for (url, _kept) in both("identified") {
        for _ in 0..2 {
            IdentifiedDatabase::open(&url).await.expect("it opens").close().await;
        }
    }
    for (url, _kept) in both("anonymous") {
        for _ in 0..2 {
            AnonymousDatabase::open(&url).await.expect("it opens").close().await;
        }
    }
}

#[tokio::test]
async fn two_servers_that_start_at_once_on_an_empty_database_both_open_it() {
    let [_, (url, _kept)] = both("identified");
    let (left, right) = tokio::join!(IdentifiedDatabase::open(&url), IdentifiedDatabase::open(&url));
    assert!(left.is_ok() && right.is_ok());
}

#[tokio::test]
async fn the_other_side_s_database_is_refused() {
    for (url, _kept) in both("identified") {
        IdentifiedDatabase::open(&url).await.expect("it opens").close().await;
        assert!(matches!(AnonymousDatabase::open(&url).await, Err(StorageError::Schema(_))), "{url}");
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    for (url, _kept) in both("identified") {
        IdentifiedDatabase::open(&url).await.expect("it opens").close().await;
        run(
            &url,
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 99, 'from the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
        )
        .await;
        assert!(matches!(IdentifiedDatabase::open(&url).await, Err(StorageError::Schema(_))), "{url}");
    }
}

#[tokio::test]
async fn a_migration_with_another_text_is_refused() {
    for (url, _kept) in both("anonymous") {
        AnonymousDatabase::open(&url).await.expect("it opens").close().await;
        let other = "UPDATE _sqlx_migrations SET checksum = \
                     (SELECT other.checksum FROM _sqlx_migrations AS other WHERE other.version = 4) WHERE version = 1";
        run(&url, other).await;
        assert!(matches!(AnonymousDatabase::open(&url).await, Err(StorageError::Schema(_))), "{url}");
    }
}

#[tokio::test]
async fn another_engine_is_refused() {
    assert!(matches!(IdentifiedDatabase::open("mysql://localhost/undersign").await, Err(StorageError::Url)));
}

#[tokio::test]
async fn a_rewrite_empties_the_wal_and_keeps_every_row() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let url = format!("sqlite:{}/identified.db", directory.path().display());
    let database = IdentifiedDatabase::open(&url).await.expect("it opens");
    run(&url, "INSERT INTO tries (id, tries, day) VALUES (x'01', 1, 1), (x'02', 1, 1)").await;
    assert!(database.rewrite().await.expect("rewritten"));
    let wal = directory.path().join("identified.db-wal");
    assert_eq!(std::fs::metadata(wal).map_or(0, |metadata| metadata.len()), 0);

    let pool = AnyPool::connect(&url).await.expect("the database opens");
    let rows = sqlx::query("SELECT id FROM tries").fetch_all(&pool).await.expect("rows");
    assert_eq!(rows.len(), 2);
}
