//! What the files of PostgreSQL tell of the order in which rows came: before a rewriting everything, after it nothing.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use sqlx::{AnyConnection, AnyPool, Connection as _, Executor as _};
use undersign_server::anonymous::AnonymousDatabase;
use undersign_server::identified::IdentifiedDatabase;
use undersign_test_clusters::{Clusters, TestDatabase};

/// A key that nothing else has, as a row's number: uniformly spread, the same in every run of one database.
fn key(database: &TestDatabase, number: u32) -> [u8; 32] {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(format!("{}{number}", database.url())).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where each key stands first in a folder's files: file and offset, in the order of the files' names.
fn places(folder: &Path, keys: &[[u8; 32]]) -> Vec<Option<(String, usize)>> {
    let by_start: HashMap<&[u8], usize> = keys.iter().enumerate().map(|(index, key)| (&key[..8], index)).collect();
    let mut found = vec![None; keys.len()];
    for path in files(folder) {
        // One that is gone meanwhile has nothing.
        let bytes = fs::read(&path).unwrap_or_default();
        for (offset, window) in bytes.windows(32).enumerate() {
            if let Some(index) = by_start.get(&window[..8]).filter(|index| keys[**index] == window) {
                found[*index].get_or_insert_with(|| (path.display().to_string(), offset));
            }
        }
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("a folder").filter_map(Result::ok).map(|file| file.path()).collect();
    paths.sort();
    paths.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Keys in an order in which a table's rows can be laid.
fn ordered(database: &TestDatabase, table: &str, key: &str, by: &str) -> Vec<String> {
    let sql = format!("SELECT encode({key}, 'hex') FROM {table} ORDER BY {by}");
    database.execute(&sql).lines().map(str::to_owned).collect()
}

fn transactions(database: &TestDatabase, table: &str) -> BTreeSet<String> {
    database.execute(&format!("SELECT DISTINCT xmin::text FROM {table}")).lines().map(str::to_owned).collect()
}

/// Inserts these keys, a transaction each, as people come.
async fn arrive(database: &TestDatabase, table: &str, keys: &[[u8; 32]]) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&database.url()).await.expect("the database opens");
    // As the server has it: the log is in its file when the commit returns.
    connection.execute("SET synchronous_commit = on").await.expect("set");
    for key in keys {
        let statement = match table {
            "issuance" => "INSERT INTO issuance (petition_id, petition_tag, request_hash) VALUES ($1, $1, $1)",
            "confirmation" => "INSERT INTO confirmation (request_digest, sealed_tag, day) VALUES ($1, $1, 1)",
            "outbox" => "INSERT INTO outbox (id, sealed, day) VALUES ($1, $1, 1)",
            "tries" => "INSERT INTO tries (id, tries, day) VALUES ($1, 1, 1)",
            "nonce" => "INSERT INTO nonce (petition_id, nonce) VALUES ($1, $1)",
            "pool" => "INSERT INTO pool (petition_id, nonce, authenticator) VALUES ($1, $1, $1)",
            "withdrawal" => "INSERT INTO withdrawal (petition_id, nonce, withdrawal_key) VALUES ($1, $1, $1)",
            "issuer_count" => {
                "INSERT INTO issuer_count (petition_id, day, name, number) VALUES ($1, 1, 'confirmed', 10)"
            }
            "issuer_asked" => "INSERT INTO issuer_asked (nonce, day) VALUES ($1, 1)",
            "origin_count" => "INSERT INTO origin_count (petition_id, day, name, number) VALUES ($1, 1, 'counted', 10)",
            other => panic!("{other}"),
        };
        sqlx::query(statement).bind(key.as_slice()).execute(&mut connection).await.expect("inserted");
    }
    connection.close().await.expect("closed");
}

async fn tells_nothing_after_a_rewriting(
    database: &TestDatabase,
    tables: &[(&str, &str)],
    rewrite: impl AsyncFn() -> bool,
) {
    let wal = database.files().join("pg_wal");
    let mut gone = Vec::new();
    for (number, (table, column)) in (0..).zip(tables) {
        let keys: Vec<_> = (0..40).map(|row| key(database, number * 1_000 + row)).collect();
        arrive(database, table, &keys).await;
        let arrival: Vec<_> = keys.iter().map(|key| hex(key)).collect();
        // The controls. Numbers of transactions, the log, and the files themselves are in the order of arrival.
        assert_eq!(ordered(database, table, column, "xmin::text::bigint"), arrival, "{table}");
        let logged = places(&wal, &keys);
        assert!(logged.iter().all(Option::is_some) && logged.is_sorted(), "{table}");
        let laid = ordered(database, table, column, "tableoid, ctid");
        assert!(laid != ordered(database, table, column, &format!("tableoid, {column}")), "{table}");
        // One goes before the rewriting.
        database.execute(&format!("DELETE FROM {table} WHERE {column} = '\\x{}'; CHECKPOINT", arrival[7]));
        gone.push(keys[7]);
    }

    let own = database.execute("SELECT oid FROM pg_database WHERE datname = current_database()");
    let rows = database.files().join("base").join(own);
    assert!(places(&rows, &gone).iter().all(Option::is_some), "the control: what was deleted is still there");

    assert!(rewrite().await, "rewritten, and the old log is removed");

    for (number, (table, column)) in (0..).zip(tables) {
        assert_eq!(transactions(database, table).len(), 1, "{table}: one transaction wrote all rows");
        let laid = ordered(database, table, column, "tableoid, ctid");
        assert_eq!(laid, ordered(database, table, column, &format!("tableoid, {column}")), "{table}");
        assert_eq!(laid.len(), 39, "{table}: every row is there");
        let keys: Vec<_> = (0..40).map(|row| key(database, number * 1_000 + row)).collect();
        assert!(places(&wal, &keys).iter().all(Option::is_none), "{table}: the log is gone");
    }
    assert!(places(&rows, &gone).iter().all(Option::is_none), "what was deleted is nowhere");
    let sampled = "SELECT count(*) FROM pg_stats WHERE schemaname = 'public' AND tablename = ANY (ARRAY[";
    let names = tables.iter().map(|(table, _)| format!("'{table}'")).collect::<Vec<_>>().join(", ");
    database.execute("ANALYZE");
    assert_eq!(database.execute(&format!("{sampled}{names}])")), "0", "the planner keeps no values");
}

#[tokio::test]
async fn the_identified_side_s_files_tell_no_order_after_a_rewriting() {
    let clusters = Clusters::start();
    let database = clusters.database("identified");
    let opened = IdentifiedDatabase::open(&database.url()).await.expect("it opens");
    let tables = [
        ("issuance", "petition_tag"),
        ("confirmation", "request_digest"),
        ("outbox", "id"),
        ("tries", "id"),
        ("issuer_count", "petition_id"),
        ("issuer_asked", "nonce"),
    ];
    tells_nothing_after_a_rewriting(&database, &tables, async || opened.rewrite().await.expect("no failure")).await;
}

#[tokio::test]
async fn the_anonymous_side_s_files_tell_no_order_after_a_rewriting() {
    let clusters = Clusters::start();
    let database = clusters.database("anonymous");
    let opened = AnonymousDatabase::open(&database.url()).await.expect("it opens");
    let tables = [("nonce", "nonce"), ("pool", "nonce"), ("withdrawal", "nonce"), ("origin_count", "petition_id")];
    tells_nothing_after_a_rewriting(&database, &tables, async || opened.rewrite().await.expect("no failure")).await;
}

#[tokio::test]
async fn a_large_table_is_rewritten_range_by_range_and_one_that_is_held_keeps_no_other_back() {
    let database = TestDatabase::new("anonymous");
    let opened = AnonymousDatabase::open(&database.url()).await.expect("it opens");
    database.execute(
        "INSERT INTO nonce (petition_id, nonce) SELECT '\\x01', sha256(number::text::bytea) \
         FROM generate_series(1, 50001) AS number",
    );
    let before = transactions(&database, "nonce");
    let pool = AnyPool::connect(&database.url()).await.expect("the database opens");
    let mut holding = pool.begin().await.expect("begun");
    holding.execute("LOCK TABLE nonce_5 IN ROW EXCLUSIVE MODE").await.expect("held");
    assert!(!opened.rewrite().await.expect("no failure"), "not all of it");
    assert_eq!(transactions(&database, "nonce_5"), before, "the range that is held");
    let after = transactions(&database, "nonce");
    assert_eq!(after.len(), 32, "each range by a transaction of its own");
    holding.rollback().await.expect("let go");
    assert!(opened.rewrite().await.expect("no failure"), "the next tick does the rest");
    assert!(transactions(&database, "nonce").is_disjoint(&before));
    for range in ["nonce_0", "nonce_5", "nonce_31"] {
        let laid = ordered(&database, range, "nonce", "ctid");
        assert!(laid.len() > 500 && laid == ordered(&database, range, "nonce", "nonce"), "{range}");
    }
    assert_eq!(database.execute("SELECT count(*) FROM nonce"), "50001");
}

#[tokio::test]
async fn what_comes_while_a_table_is_rewritten_is_kept() {
    let database = TestDatabase::new("identified");
    let opened = IdentifiedDatabase::open(&database.url()).await.expect("it opens");
    let keys: Vec<_> = (0..300).map(|row| key(&database, row)).collect();
    let arriving = async {
        for keys in keys.chunks(30) {
            arrive(&database, "issuance", keys).await;
        }
    };
    let rewriting = async {
        for _ in 0..5 {
            // A transaction that is rolled back: something is to be rewritten.
            drop(opened.begin("test").await.expect("begun"));
            opened.rewrite().await.expect("no failure");
        }
    };
    tokio::join!(arriving, rewriting);
    let mut arrived: Vec<_> = keys.iter().map(|key| hex(key)).collect();
    arrived.sort();
    assert_eq!(ordered(&database, "issuance", "petition_tag", "petition_tag"), arrived);
}
