//! What the logs' tables guarantee, on both engines.

use undersign_log_generator::petition::Petition as Generated;
use undersign_protocol::issuance::IssuanceStatement;
use undersign_protocol::public_log::{Announcement, Entry, Hash, HostEntry, tree_root};

use super::LogId;
use super::store::Head;
use crate::storage::testing::on_both;
use crate::storage::{Database, Side, StorageError};

/// Entries that differ.
fn entries(from: u64, count: u64) -> Vec<Entry> {
    let generated = Generated::of_seed(1).expect("a petition");
    let statement = |issued| {
        let petition_id = generated.verified.petition_id();
        Entry::IssuanceStatement(IssuanceStatement::sign(&petition_id, issued, &generated.statement_key))
    };
    (from..from + count).map(statement).collect()
}

async fn append(database: &Database, log: &LogId, entries: &[Entry]) -> Result<u64, StorageError> {
    let mut tx = database.begin("test").await?;
    let first = tx.append(log, entries).await?;
    tx.commit().await?;
    Ok(first)
}

async fn head(database: &Database, log: &LogId) -> Option<Head> {
    database.begin_read("test").await.expect("begun").head(log).await.expect("no failure")
}

#[tokio::test]
async fn entries_are_read_as_they_were_appended_under_the_root_of_their_hashes() {
    on_both(Side::Anonymous, async |database| {
        let (log, other) = (LogId::of_petition(&[1; 32].into()), LogId::of_petition(&[2; 32].into()));
        assert!(head(&database, &log).await.is_none());
        let all = entries(0, 600);
        assert_eq!(append(&database, &log, &all[..1]).await.expect("appended"), 0);
        assert_eq!(append(&database, &log, &all[1..257]).await.expect("appended"), 1);
        assert_eq!(append(&database, &log, &all[257..]).await.expect("appended"), 257);
        assert_eq!(append(&database, &other, &all[..3]).await.expect("appended"), 0);

        let encoded: Vec<Vec<u8>> = all.iter().map(Entry::encode).collect();
        let leaves: Vec<Hash> = encoded.iter().map(|entry| Hash::of_leaf(entry)).collect();
        let found = head(&database, &log).await.expect("a head");
        assert_eq!((found.tree_size, found.root), (600, tree_root(&leaves)));
        assert_eq!((found.tally.issued, found.ended), (599, false));
        let mut tx = database.begin_read("test").await.expect("begun");
        assert_eq!(tx.entries(&log, 250, 20).await.expect("entries"), encoded[250..270]);
        assert_eq!(tx.entry(&log, 599).await.expect("an entry"), encoded[599]);
        assert!(matches!(tx.entry(&log, 600).await, Err(StorageError::Row(_))));
        assert_eq!(tx.hashes(&log, 0, 256, 256).await.expect("hashes"), leaves[256..512]);
        assert_eq!(tx.hashes(&log, 1, 0, 256).await.expect("hashes").len(), 2, "two full tiles");
    })
    .await;
}

#[tokio::test]
async fn of_several_that_append_at_once_each_appends_after_the_others() {
    on_both(Side::Anonymous, async |database| {
        let log = LogId::of_petition(&[1; 32].into());
        let tasks: Vec<_> = (0..10)
            .map(|number| {
                let database = database.clone();
                tokio::spawn(async move { append(&database, &log, &entries(number * 5, 5)).await.expect("appended") })
            })
            .collect();
        let mut firsts = Vec::new();
        for task in tasks {
            firsts.push(task.await.expect("a place"));
        }
        firsts.sort_unstable();
        assert_eq!(firsts, (0..10).map(|number| number * 5).collect::<Vec<_>>());
        let found = head(&database, &log).await.expect("a head");
        let mut tx = database.begin_read("test").await.expect("begun");
        let leaves: Vec<_> =
            tx.entries(&log, 0, 50).await.expect("entries").iter().map(|entry| Hash::of_leaf(entry)).collect();
        assert_eq!((found.tree_size, found.root), (50, tree_root(&leaves)));
    })
    .await;
}

#[tokio::test]
async fn a_log_that_has_ended_says_so_and_another_has_not() {
    on_both(Side::Anonymous, async |database| {
        let log = LogId::of_petition(&[1; 32].into());
        append(&database, &log, &entries(0, 1)).await.expect("appended");
        let mut tx = database.begin("test").await.expect("begun");
        assert!(!tx.log_has_ended(&log).await.expect("no failure"));
        tx.end_log(&log).await.expect("ended");
        assert!(tx.log_has_ended(&log).await.expect("no failure"));
        assert!(!tx.log_has_ended(&LogId::HOST).await.expect("no failure"));
        tx.append(&log, &entries(1, 1)).await.expect("a notice after the end");
        assert!(tx.log_has_ended(&log).await.expect("no failure"), "appending does not begin it again");
        tx.commit().await.expect("committed");
    })
    .await;
}

#[tokio::test]
async fn announcements_at_once_stand_in_the_host_s_log_one_after_the_other() {
    on_both(Side::Anonymous, async |database| {
        let announcement = Announcement::of(&Generated::of_seed(1).expect("a petition").verified);
        let announce = || {
            let (database, entry) = (database.clone(), HostEntry::Announcement(announcement.clone()));
            tokio::spawn(async move {
                let mut tx = database.begin("test").await.expect("begun");
                tx.append_host_entry(&entry).await.expect("appended");
                tx.commit().await.expect("committed");
            })
        };
        let tasks: Vec<_> = (0..6).map(|_| announce()).collect();
        for task in tasks {
            task.await.expect("appended");
        }
        assert_eq!(head(&database, &LogId::HOST).await.expect("a head").tree_size, 6);
    })
    .await;
}
