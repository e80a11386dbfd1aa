//! What opening and transactions guarantee, on both engines.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::testing::{Place, on_both};
use super::{Database, Engine, Lock, Side, StorageError, Transaction, retry};

async fn insert(tx: &mut Transaction, number: u8) -> Result<(), StorageError> {
    let named = tx.named();
    let query = sqlx::query("INSERT INTO closed (petition_id, issued) VALUES ($1, 0)").bind(vec![number; 32]);
    query.execute(tx.connection()).await.map(drop).map_err(named)
}

async fn update(tx: &mut Transaction, number: u8) -> Result<(), StorageError> {
    let named = tx.named();
    let query = sqlx::query("UPDATE closed SET issued = issued + 1 WHERE petition_id = $1").bind(vec![number; 32]);
    query.execute(tx.connection()).await.map(drop).map_err(named)
}

async fn sum(database: &Database) -> i64 {
    let mut tx = database.begin_read("test").await.expect("begun");
    let sql = "SELECT CAST(COALESCE(SUM(issued), -1) AS BIGINT) FROM closed";
    sqlx::query_scalar(sql).fetch_one(tx.connection()).await.expect("a sum")
}

#[tokio::test]
async fn a_transaction_that_is_dropped_has_not_happened_and_gives_its_turn_back() {
    on_both(Side::Identified, async |database| {
        let mut tx = database.begin("dropped").await.expect("begun");
        insert(&mut tx, 1).await.expect("inserted");
        drop(tx);
        assert_eq!(sum(&database).await, -1, "no row");
        let next = tokio::time::timeout(Duration::from_secs(60), database.begin("next")).await;
        next.expect("the turn is free").expect("begun").commit().await.expect("committed");
    })
    .await;
}

#[tokio::test]
async fn on_sqlite_one_connection_writes_however_many_have_read() {
    let place = Place::new(Engine::Sqlite, Side::Identified).await;
    let database = &place.database;
    let mut tx = database.begin("test").await.expect("begun");
    // Only the connection that has made it sees it.
    sqlx::query("CREATE TEMP TABLE mark (n INTEGER)").execute(tx.connection()).await.expect("made");
    tx.commit().await.expect("committed");
    for number in 1..5 {
        let begin = || database.begin_read("test");
        let (a, b, c) = tokio::join!(begin(), begin(), begin());
        drop([a, b, c].map(|reading| reading.expect("begun")));
        let mut tx = database.begin("test").await.expect("begun");
        insert(&mut tx, number).await.expect("inserted");
        let marks = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM mark").fetch_one(tx.connection()).await;
        assert_eq!(marks.expect("the same connection"), 0);
        tx.commit().await.expect("committed");
    }
}

#[tokio::test]
async fn an_error_names_its_transaction_and_no_value() {
    on_both(Side::Identified, async |database| {
        let mut tx = database.begin("test::twice").await.expect("begun");
        insert(&mut tx, 0x61).await.expect("inserted");
        let error = insert(&mut tx, 0x61).await.expect_err("it is there");
        let source = std::error::Error::source(&error).expect("the driver's words").to_string();
        assert!(error.to_string().contains("test::twice"));
        assert!(!source.contains("6161") && !source.contains("aaaa"), "{source}");
    })
    .await;
}

#[tokio::test]
async fn what_is_locked_is_read_after_whoever_held_it_has_committed() {
    on_both(Side::Identified, async |database| {
        let mut tx = database.begin("setup").await.expect("begun");
        insert(&mut tx, 1).await.expect("inserted");
        tx.commit().await.expect("committed");
        let add = async |lock: Lock<'_>| {
            let mut tx = database.begin("test").await.expect("begun");
            tx.lock(lock).await.expect("alone");
            let before = {
                let named = tx.named();
                let query = sqlx::query_scalar::<_, i64>("SELECT issued FROM closed");
                query.fetch_one(tx.connection()).await.map_err(named).expect("a number")
            };
            tokio::time::sleep(Duration::from_millis(20)).await;
            let named = tx.named();
            let query = sqlx::query("UPDATE closed SET issued = $1").bind(before + 1);
            query.execute(tx.connection()).await.map_err(named).expect("updated");
            tx.commit().await.expect("committed");
        };
        let lock = Lock::Taking(&[7; 32]);
        tokio::join!(add(lock), add(lock), add(lock), add(lock));
        assert_eq!(sum(&database).await, 4);
    })
    .await;
}

#[tokio::test]
async fn whoever_ends_something_waits_for_all_who_share_it() {
    let place = Place::new(Engine::Postgres, Side::Identified).await;
    let lock = Lock::Taking(&[7; 32]);
    let (mut first, mut second) =
        (place.database.begin("first").await.expect("begun"), place.database.begin("second").await.expect("begun"));
    first.share(lock).await.expect("shared");
    second.share(lock).await.expect("shared beside it");
    second.share(Lock::Taking(&[8; 32])).await.expect("another petition's");
    let (database, mut ending) = (place.database.clone(), place.database.begin("end").await.expect("begun"));
    let end = tokio::spawn(async move {
        ending.lock(Lock::Taking(&[7; 32])).await.expect("alone");
        ending.commit().await.expect("committed");
    });
    let waits = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let waiting = async || {
        let mut tx = database.begin_read("test").await.expect("begun");
        sqlx::query_scalar::<_, i64>(waits).fetch_one(tx.connection()).await.expect("a count")
    };
    while waiting().await == 0 {
        assert!(!end.is_finished(), "it did not wait");
    }
    first.commit().await.expect("committed");
    assert_eq!(waiting().await, 1, "for the second too");
    second.commit().await.expect("committed");
    end.await.expect("ended");
}

#[tokio::test]
async fn whoever_is_ended_for_the_sake_of_another_begins_again() {
    let place = Place::new(Engine::Postgres, Side::Identified).await;
    let mut tx = place.database.begin("setup").await.expect("begun");
    insert(&mut tx, 1).await.expect("inserted");
    insert(&mut tx, 2).await.expect("inserted");
    tx.commit().await.expect("committed");
    let (tries, meeting) = (AtomicU32::new(0), tokio::sync::Barrier::new(2));
    // Each has what the other wants.
    let work = async |numbers: [u8; 2]| {
        let mut is_first = true;
        retry(|| {
            tries.fetch_add(1, Ordering::Relaxed);
            let meets = std::mem::take(&mut is_first);
            let (database, meeting) = (&place.database, &meeting);
            async move {
                let mut tx = database.begin("test").await?;
                update(&mut tx, numbers[0]).await?;
                if meets {
                    meeting.wait().await;
                }
                update(&mut tx, numbers[1]).await?;
                tx.commit().await
            }
        })
        .await
    };
    let (left, right) = tokio::join!(work([1, 2]), work([2, 1]));
    assert!(left.is_ok() && right.is_ok(), "{left:?} {right:?}");
    // On a busy machine more than once.
    assert!(tries.into_inner() > 2, "nobody was ended");
    assert_eq!(sum(&place.database).await, 4);
}

#[tokio::test]
async fn a_commit_is_durable_and_isolation_is_as_expected_whatever_the_server_says() {
    let place = Place::new(Engine::Postgres, Side::Anonymous).await;
    let mut tx = place.database.begin("test").await.expect("begun");
    for (setting, own, server) in
        [("synchronous_commit", "on", "off"), ("transaction_isolation", "read committed", "serializable")]
    {
        let sql = "SELECT current_setting($1)";
        let value: String = sqlx::query_scalar(sql).bind(setting).fetch_one(tx.connection()).await.expect("a setting");
        assert_eq!(value, own, "{setting}");
        let name = setting.replace("transaction_", "default_transaction_");
        let sql = "SELECT reset_val FROM pg_settings WHERE name = $1";
        let reset: String = sqlx::query_scalar(sql).bind(name).fetch_one(tx.connection()).await.expect("a setting");
        assert_eq!(reset, server, "the control");
    }
}

/// Every row of every table, as text, in an order that both engines have.
async fn everything(database: &Database, columns: &[(&str, &[&str])]) -> Vec<String> {
    let mut all = Vec::new();
    for (table, columns) in columns {
        let columns: Vec<_> =
            columns.iter().map(|column| format!("COALESCE(CAST({column} AS TEXT), 'null')")).collect();
        let sql = format!("SELECT {} AS row FROM {table}", columns.join(" || ' ' || "));
        let rows: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&database.pool).await.expect("rows");
        all.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
    }
    all.sort();
    all
}

#[tokio::test]
async fn a_copy_of_postgresql_is_a_file_of_sqlite_s_and_comes_back_whole() {
    let place = Place::new(Engine::Postgres, Side::Anonymous).await;
    for statement in [
        "INSERT INTO nonce SELECT '\\x01', sha256(CAST(CAST(n AS TEXT) AS BYTEA)), CASE WHEN n % 2 = 0 THEN n END \
         FROM generate_series(1, 1000) AS n",
        "INSERT INTO log_entry SELECT '\\x02', n, sha256(CAST(CAST(n AS TEXT) AS BYTEA)) FROM generate_series(0, 399) AS n",
        "INSERT INTO log_hash SELECT '\\x02', n % 3, n, '\\x' FROM generate_series(0, 399) AS n",
        "INSERT INTO cosignature VALUES ('\\x02', 'ä witness', 7, 'a line'), ('\\x02', 'Z', 8, '')",
    ] {
        sqlx::query(statement).execute(&place.database.pool).await.expect("inserted");
    }
    let directory = tempfile::tempdir().expect("a folder");
    let file = directory.path().join("undersign.db");
    let rewriting = async { place.database.rewrite().await.expect("no failure") };
    let (copied, _) = tokio::join!(super::copy(&place.url, Side::Anonymous, &file), rewriting);
    copied.expect("copied");
    let names: Vec<_> =
        std::fs::read_dir(directory.path()).expect("a folder").map(|file| file.expect("a file").file_name()).collect();
    assert_eq!(names, ["undersign.db"], "one file");

    let columns: [(&str, &[&str]); 4] = [
        ("nonce", &["length(nonce)", "leaf_index"]),
        ("log_entry", &["leaf_index", "length(entry)"]),
        ("log_hash", &["level", "position", "length(hash)"]),
        ("cosignature", &["witness", "tree_size", "line"]),
    ];
    let before = everything(&place.database, &columns).await;
    assert_eq!(before.len(), 1_802);
    let copy = Database::open(&format!("sqlite:{}", file.display()), Side::Anonymous).await.expect("it opens");
    assert_eq!(everything(&copy, &columns).await, before);
    copy.close().await;

    let other = Place::new(Engine::Postgres, Side::Anonymous).await;
    super::import(&file, Side::Anonymous, &other.url).await.expect("imported");
    assert_eq!(everything(&other.database, &columns).await, before);
    let again = super::import(&file, Side::Anonymous, &other.url).await;
    assert!(matches!(again, Err(StorageError::NotEmpty)));
    let identified = Place::new(Engine::Postgres, Side::Identified).await;
    assert!(matches!(super::import(&file, Side::Identified, &identified.url).await, Err(StorageError::Schema(_))));
}

#[tokio::test]
async fn a_backup_is_never_of_tables_that_are_just_being_emptied() {
    let place = Place::new(Engine::Postgres, Side::Anonymous).await;
    let fill = "INSERT INTO nonce SELECT '\\x01', sha256(CAST(CAST(n AS TEXT) AS BYTEA)), n FROM generate_series(1, 5000) AS n";
    sqlx::query(fill).execute(&place.database.pool).await.expect("inserted");
    let directory = tempfile::tempdir().expect("a folder");
    let copying = async {
        for number in 0..4 {
            let file = directory.path().join(format!("{number}.db"));
            super::copy(&place.url, Side::Anonymous, &file).await.expect("copied");
            let copy = Database::open(&format!("sqlite:{}", file.display()), Side::Anonymous).await.expect("it opens");
            assert_eq!(everything(&copy, &[("nonce", &["leaf_index"])]).await.len(), 5_000);
            copy.close().await;
        }
    };
    let rewriting = async {
        loop {
            drop(place.database.begin("something").await.expect("begun"));
            place.database.rewrite().await.expect("no failure");
        }
    };
    tokio::select! {
        () = copying => {}
        () = rewriting => {}
    }
}
