//! What the tables of public data guarantee, on both engines and on both sides.

use std::sync::Arc;

use undersign_protocol::petition::{
    Notice, NoticeContent, NoticeSigner, PetitionId, SignedNotice, VerifiedManifest, VerifiedNotice,
    manifest_signing_text, to_canonical,
};

use super::PublishedNotice;
use super::registry::Registry;
use crate::storage::testing::on_both;
use crate::storage::{Database, Side};
use undersign_log_generator::petition::Petition as Generated;

/// A petition with this slug that opens at this second of the year 2026.
fn petition(slug: &str, opens: u64) -> VerifiedManifest {
    let generated = Generated::of_seed(1).expect("a petition");
    let mut manifest = generated.verified.manifest().clone();
    manifest.slug = slug.parse().expect("a slug");
    manifest.opens_at = manifest.opens_at.plus(opens);
    let canonical = to_canonical(&manifest).expect("JSON");
    let signing_text = manifest_signing_text(&PetitionId::of_manifest(&canonical));
    VerifiedManifest::verify(&canonical, generated.organiser_key.sign(&signing_text)).expect("valid")
}

fn notice(petition: &VerifiedManifest, title: &str) -> VerifiedNotice {
    let generated = Generated::of_seed(1).expect("a petition");
    let signed = generated.notice(title, NoticeContent::Update {}).expect("a notice");
    let mut notice = signed.parse().expect("JSON");
    notice.petition_id = petition.petition_id();
    let signed = SignedNotice::sign(&notice, &generated.organiser_key).expect("signed");
    VerifiedNotice::verify(signed, petition).expect("valid")
}

async fn insert(database: &Database, petition: &VerifiedManifest) -> bool {
    let mut tx = database.begin("test").await.expect("begun");
    let inserted = tx.insert_petition(petition).await.expect("no failure");
    tx.commit().await.expect("committed");
    inserted
}

#[tokio::test]
async fn a_petition_and_a_slug_are_there_once_and_are_read_as_they_were_written() {
    on_both(Side::Identified, async |database| {
        let trees = petition("trees", 0);
        assert!(insert(&database, &trees).await);
        assert!(!insert(&database, &trees).await, "the same again");
        assert!(!insert(&database, &petition("trees", 60)).await, "another with its slug");
        let mut tx = database.begin_read("test").await.expect("begun");
        let rows = tx.petitions().await.expect("petitions");
        assert_eq!(rows.len(), 1);
        assert!(rows[0].petition == trees && rows[0].position.is_none());
    })
    .await;
}

#[tokio::test]
async fn of_two_publications_at_once_with_one_slug_one_is_taken() {
    on_both(Side::Anonymous, async |database| {
        let (left, right) = (petition("trees", 0), petition("trees", 60));
        let (left, right) = tokio::join!(insert(&database, &left), insert(&database, &right));
        assert!(left != right, "{left} {right}");
    })
    .await;
}

#[tokio::test]
async fn places_in_the_order_of_opening_are_given_once_also_where_many_ask_at_once() {
    on_both(Side::Identified, async |database| {
        let petitions = [petition("rivers", 60), petition("trees", 0), petition("later", 10_000)];
        for petition in &petitions {
            assert!(insert(&database, petition).await);
        }
        let open = petitions[0].manifest().opens_at;
        let registry = Registry::load(database.clone()).await.expect("loaded");
        let asked = (0..8).map(|_| {
            let (registry, database) = (registry.clone(), database.clone());
            tokio::spawn(async move {
                // Each as a process of its own would: with a list of its own.
                let own = Registry::load(database).await.expect("loaded");
                own.all(open).await.expect("a list");
                registry.all(open).await.expect("a list")
            })
        });
        for list in asked.collect::<Vec<_>>() {
            let list = list.await.expect("a list");
            let places: Vec<_> =
                list.iter().map(|petition| (petition.verified.manifest().slug.as_str(), petition.position)).collect();
            assert_eq!(places, [("trees", Some(0)), ("rivers", Some(1)), ("later", None)]);
        }
    })
    .await;
}

#[tokio::test]
async fn notices_are_kept_once_counted_by_signer_and_come_newest_first() {
    on_both(Side::Anonymous, async |database| {
        let trees = petition("trees", 0);
        insert(&database, &trees).await;
        let (first, second) = (notice(&trees, "First"), notice(&trees, "Second"));
        let mut tx = database.begin("test").await.expect("begun");
        assert!(tx.kept_notice(&trees, &first.id()).await.expect("no failure").is_none());
        for (verified, leaf_index) in [(first.clone(), Some(4)), (second.clone(), Some(7))] {
            tx.insert_notice(&PublishedNotice { verified, leaf_index }).await.expect("kept");
        }
        tx.commit().await.expect("committed");
        let mut tx = database.begin_read("test").await.expect("begun");
        let kept = tx.kept_notice(&trees, &first.id()).await.expect("no failure").expect("kept");
        assert!(kept.verified == first && kept.leaf_index == Some(4));
        let ids: Vec<_> = tx.notices(&trees).await.expect("notices").iter().map(|kept| kept.leaf_index).collect();
        assert_eq!(ids, [Some(7), Some(4)]);
        let own = first.notice();
        let operators = Notice { signer: NoticeSigner::Operator, ..own.clone() };
        let recovered = Notice { recovery_key: Some(trees.manifest().organiser.public_key), ..own.clone() };
        for (notice, count) in [(own, 2), (&operators, 0), (&recovered, 0)] {
            assert_eq!(tx.count_notices(&trees, notice).await.expect("a count"), count);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_prepared_is_kept_once_and_given_back_when_it_is_dropped() {
    on_both(Side::Identified, async |database| {
        let (slug, other) = ("trees".parse().expect("a slug"), "rivers".parse().expect("a slug"));
        let organiser = Generated::of_seed(1).expect("a petition").organiser_key.public_key();
        let mut tx = database.begin("test").await.expect("begun");
        assert!(tx.insert_prepared(&slug, &organiser, b"one", 10).await.expect("no failure"));
        assert!(!tx.insert_prepared(&slug, &organiser, b"two", 11).await.expect("no failure"));
        assert!(tx.insert_prepared(&other, &organiser, b"three", 11).await.expect("no failure"));
        assert_eq!(tx.prepared_key(&slug, &organiser).await.expect("no failure").as_deref(), Some(&b"one"[..]));
        assert_eq!(tx.count_prepared(&organiser).await.expect("a count"), 2);
        let mut keys = tx.prepared_keys().await.expect("keys");
        keys.sort();
        assert_eq!(keys, [b"one".to_vec(), b"three".to_vec()]);
        assert_eq!(tx.delete_prepared_before(11).await.expect("dropped"), [b"one".to_vec()]);
        assert!(tx.prepared_key(&slug, &organiser).await.expect("no failure").is_none());
        tx.delete_prepared(&other, &organiser).await.expect("no failure");
        assert_eq!(tx.count_prepared(&organiser).await.expect("a count"), 0);
        tx.commit().await.expect("committed");
    })
    .await;
}

#[tokio::test]
async fn a_list_that_is_read_again_has_what_another_process_has_written() {
    on_both(Side::Identified, async |database| {
        let registry = Registry::load(database.clone()).await.expect("loaded");
        let trees = petition("trees", 0);
        insert(&database, &trees).await;
        assert!(registry.by_id(&trees.petition_id()).is_none());
        registry.reload().await.expect("read");
        let found: Option<Arc<_>> = registry.by_id(&trees.petition_id());
        assert!(found.is_some_and(|found| found.verified == trees));
    })
    .await;
}
