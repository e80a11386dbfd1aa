//! Storage: schemas that are refused, transactions that are not there, tables that tell nothing of arrival.

use sqlx::AnyPool;
use tempfile::TempDir;
use undersign_server::anonymous::AnonymousDatabase;
use undersign_server::identified::IdentifiedDatabase;
use undersign_server::storage::StorageError;

fn directory() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

fn url(directory: &TempDir, name: &str) -> String {
    format!("sqlite:{}/{name}.db", directory.path().display())
}

async fn run(url: &str, statement: &'static str) {
    sqlx::any::install_default_drivers();
    let pool = AnyPool::connect(url).await.expect("the database opens");
    sqlx::query(statement).execute(&pool).await.expect("the statement runs");
    pool.close().await;
}

#[tokio::test]
async fn a_database_is_made_migrated_and_opened_again() {
    let directory = directory();
    for _ in 0..2 {
        IdentifiedDatabase::open(&url(&directory, "identified")).await.expect("it opens").close().await;
        AnonymousDatabase::open(&url(&directory, "anonymous")).await.expect("it opens").close().await;
    }
}

#[tokio::test]
async fn the_other_side_s_database_is_refused() {
    let directory = directory();
    let url = url(&directory, "identified");
    IdentifiedDatabase::open(&url).await.expect("it opens").close().await;
    assert!(matches!(AnonymousDatabase::open(&url).await, Err(StorageError::Schema(_))));
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let directory = directory();
    let url = url(&directory, "identified");
    IdentifiedDatabase::open(&url).await.expect("it opens").close().await;
    run(
        &url,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (99, 'from the future', TRUE, x'00', 0)",
    )
    .await;
    assert!(matches!(IdentifiedDatabase::open(&url).await, Err(StorageError::Schema(_))));
}

#[tokio::test]
async fn a_migration_with_another_text_is_refused() {
    let directory = directory();
    let url = url(&directory, "anonymous");
    AnonymousDatabase::open(&url).await.expect("it opens").close().await;
    run(&url, "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1").await;
    assert!(matches!(AnonymousDatabase::open(&url).await, Err(StorageError::Schema(_))));
}

#[tokio::test]
async fn another_engine_is_refused() {
    assert!(matches!(IdentifiedDatabase::open("mysql://localhost/undersign").await, Err(StorageError::Url)));
}

#[tokio::test]
async fn a_rewrite_empties_the_wal_and_keeps_every_row() {
    let directory = directory();
    let url = url(&directory, "identified");
    let database = IdentifiedDatabase::open(&url).await.expect("it opens");
    run(&url, "INSERT INTO tries (id, tries, day) VALUES (x'01', 1, 1), (x'02', 1, 1)").await;
    assert!(database.rewrite().await.expect("rewritten"));
    let wal = directory.path().join("identified.db-wal");
    assert_eq!(std::fs::metadata(wal).map_or(0, |metadata| metadata.len()), 0);

    sqlx::any::install_default_drivers();
    let pool = AnyPool::connect(&url).await.expect("the database opens");
    let rows = sqlx::query("SELECT id FROM tries").fetch_all(&pool).await.expect("rows");
    assert_eq!(rows.len(), 2);
}

#[tokio::test]
async fn a_transaction_that_is_dropped_has_not_happened_and_gives_its_turn_back() {
    let directory = directory();
    let database = IdentifiedDatabase::open(&url(&directory, "identified")).await.expect("it opens");
    drop(database.begin("dropped").await.expect("begun"));
    let next = tokio::time::timeout(std::time::Duration::from_secs(5), database.begin("next")).await;
    next.expect("the turn is free").expect("begun").commit().await.expect("committed");
}
