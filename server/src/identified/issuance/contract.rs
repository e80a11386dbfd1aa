//! What this stage's tables guarantee, on both engines.

use std::time::Duration;

use undersign_protocol::issuance::TokenRequestHash;
use undersign_protocol::petition::PetitionId;

use super::close::{end_issuance, ending};
use super::keys::PetitionTag;
use super::store::Reserved;
use crate::storage::testing::on_both;
use crate::storage::{Database, Side};

fn petition(number: u8) -> PetitionId {
    [number; 32].into()
}

fn request(number: u8) -> TokenRequestHash {
    TokenRequestHash::from([number; 32])
}

/// What one server does for one request: inserts if nothing is there, reads back, commits.
async fn reserve(database: Database, petition_id: PetitionId, tag: u8, hash: TokenRequestHash) -> bool {
    let tag = PetitionTag([tag; 32]);
    let mut tx = database.begin("test").await.expect("begun");
    if ending(&mut tx, &petition_id).await.expect("no failure").0 {
        return false;
    }
    tx.insert_issuances(&[Reserved { petition_id, petition_tag: tag, hash }]).await.expect("no failure");
    let stored = tx.issuances(&petition_id, &[tag]).await.expect("no failure");
    tx.commit().await.expect("committed");
    stored.get(&tag) == Some(&hash)
}

async fn count(database: &Database, petition_id: &PetitionId) -> u64 {
    let mut tx = database.begin_read("test").await.expect("begun");
    tx.count_issued(petition_id).await.expect("a count")
}

#[tokio::test]
async fn of_requests_for_one_tag_at_once_one_is_stored_and_all_read_it_back() {
    on_both(Side::Identified, async |database| {
        let tasks: Vec<_> =
            (0..20).map(|number| tokio::spawn(reserve(database.clone(), petition(1), 9, request(number)))).collect();
        let mut stored = 0;
        for task in tasks {
            stored += u64::from(task.await.expect("an answer"));
        }
        assert_eq!((stored, count(&database, &petition(1)).await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn tags_and_petitions_do_not_touch_each_other() {
    on_both(Side::Identified, async |database| {
        for (number, tag, hash) in [(1, 1, 1), (1, 2, 2), (2, 1, 3)] {
            assert!(reserve(database.clone(), petition(number), tag, request(hash)).await);
        }
        assert!(!reserve(database.clone(), petition(1), 1, request(4)).await);
        assert!(reserve(database.clone(), petition(1), 1, request(1)).await, "a repeat");
        assert_eq!((count(&database, &petition(1)).await, count(&database, &petition(2)).await), (2, 1));
        let mut tx = database.begin("test").await.expect("begun");
        assert!(tx.issuances(&petition(3), &[PetitionTag([1; 32])]).await.expect("no failure").is_empty());
    })
    .await;
}

#[tokio::test]
async fn of_several_for_one_tag_in_one_statement_the_first_is_stored() {
    on_both(Side::Identified, async |database| {
        let rows = [(1, 1), (1, 2), (2, 3), (3, 4), (3, 5)];
        let row = |(tag, hash)| Reserved {
            petition_id: petition(1),
            petition_tag: PetitionTag([tag; 32]),
            hash: request(hash),
        };
        let mut tx = database.begin("test").await.expect("begun");
        tx.insert_issuances(&rows.map(row)).await.expect("no failure");
        let stored = tx.issuances(&petition(1), &[3, 1, 2].map(|tag| PetitionTag([tag; 32]))).await.expect("rows");
        let mut hashes: Vec<_> = stored.into_values().collect();
        hashes.sort();
        assert_eq!(hashes, [1, 3, 4].map(request));
    })
    .await;
}

async fn close(database: Database, petition_id: PetitionId) -> u64 {
    let mut tx = database.begin("test").await.expect("begun");
    let issued = end_issuance(&mut tx, &petition_id).await.expect("ended");
    tx.commit().await.expect("committed");
    issued
}

#[tokio::test]
async fn a_close_waits_for_a_request_that_is_being_taken() {
    on_both(Side::Identified, async |database| {
        let row = Reserved { petition_id: petition(1), petition_tag: PetitionTag([1; 32]), hash: request(1) };
        let mut taking = database.begin("test").await.expect("begun");
        assert!(!ending(&mut taking, &petition(1)).await.expect("no failure").0);
        let closing = tokio::spawn(close(database.clone(), petition(1)));
        // Long enough for a close that does not wait.
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!closing.is_finished());
        taking.insert_issuances(&[row]).await.expect("no failure");
        taking.commit().await.expect("committed");
        assert_eq!(closing.await.expect("a count"), 1);
    })
    .await;
}

#[tokio::test]
async fn a_close_counts_every_request_that_was_taken_and_none_is_taken_after_it() {
    on_both(Side::Identified, async |database| {
        let take = |number| tokio::spawn(reserve(database.clone(), petition(1), number, request(number)));
        let mut tasks: Vec<_> = (0..20).map(take).collect();
        let closing = tokio::spawn(close(database.clone(), petition(1)));
        tasks.extend((20..40).map(take));
        let mut taken = 0;
        for task in tasks {
            taken += u64::from(task.await.expect("an answer"));
        }
        assert_eq!(closing.await.expect("a count"), taken);
        assert_eq!(count(&database, &petition(1)).await, taken, "the final count stands");
        let mut tx = database.begin_read("test").await.expect("begun");
        for number in 0..40 {
            let rows = tx.issuances(&petition(1), &[PetitionTag([number; 32])]).await.expect("no failure");
            assert!(rows.is_empty(), "a row that the close has not seen");
        }
        assert_eq!(tx.final_count(&petition(1)).await.expect("no failure"), Some(taken));
    })
    .await;
}

#[tokio::test]
async fn accepted_losses_add_up_and_move_a_final_count_along() {
    on_both(Side::Identified, async |database| {
        reserve(database.clone(), petition(1), 1, request(1)).await;
        for expected in [4, 7] {
            let mut tx = database.begin("test").await.expect("begun");
            tx.add_loss(&petition(1), 3).await.expect("added");
            tx.commit().await.expect("committed");
            assert_eq!(count(&database, &petition(1)).await, expected);
        }
        assert_eq!(close(database.clone(), petition(1)).await, 7);
        let mut tx = database.begin("test").await.expect("begun");
        tx.add_loss(&petition(1), 5).await.expect("added");
        tx.commit().await.expect("committed");
        assert_eq!(count(&database, &petition(1)).await, 12);
        assert_eq!(count(&database, &petition(2)).await, 0);
    })
    .await;
}
