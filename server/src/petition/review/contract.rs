//! What the tables of the moderator guarantee, on both engines and on both sides.

use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{PetitionId, VerifiedManifest, manifest_signing_text, to_canonical};

use super::rules::{MAX_OF_A_STRANGER, MAX_OF_STRANGERS};
use super::{Admission, Decided, Listed, Place, Review, Reviewed};
use crate::petition::{Organisers, PetitionError};
use crate::storage::testing::on_both;
use crate::storage::{Database, Side};
use undersign_log_generator::petition::Petition as Generated;

/// A petition with this slug and so many signatures for its first goal.
fn petition(slug: &str, goal: u64) -> VerifiedManifest {
    let generated = Generated::of_seed(1).expect("a petition");
    let mut manifest = generated.verified.manifest().clone();
    (manifest.slug, manifest.goals) = (slug.parse().expect("a slug"), vec![goal]);
    let canonical = to_canonical(&manifest).expect("JSON");
    let signing_text = manifest_signing_text(&PetitionId::of_manifest(&canonical));
    VerifiedManifest::verify(&canonical, generated.organiser_key.sign(&signing_text)).expect("valid")
}

/// Hands one in as a handler does, with its keys prepared or not.
async fn place(
    database: &Database,
    petition: &VerifiedManifest,
    admission: Admission,
    is_prepared: bool,
) -> Result<Place, PetitionError> {
    let mut tx = database.begin("test").await?;
    let place = tx.place(petition, admission, is_prepared, 100).await?;
    tx.commit().await?;
    Ok(place)
}

async fn reviewed(database: &Database, petition: &VerifiedManifest) -> Option<Reviewed> {
    let mut tx = database.begin_read("test").await.expect("begun");
    tx.reviewed(&petition.petition_id()).await.expect("no failure")
}

#[tokio::test]
async fn what_is_handed_in_waits_once_and_is_read_as_it_was_written() {
    on_both(Side::Identified, async |database| {
        let trees = petition("trees", 10);
        let unprepared = place(&database, &trees, Admission::AfterReview, false).await.expect("no failure");
        assert!(matches!(unprepared, Place::NotPrepared) && reviewed(&database, &trees).await.is_none());
        // The second time nothing is prepared any more, and it waits all the same.
        for is_prepared in [true, false] {
            let place = place(&database, &trees, Admission::AfterReview, is_prepared).await.expect("no failure");
            assert!(matches!(place, Place::Queue(_)));
        }
        let waiting = Reviewed { petition: trees.clone(), decided: None, reason: None, day: 100 };
        assert_eq!(reviewed(&database, &trees).await, Some(waiting));
        let other = place(&database, &petition("trees", 11), Admission::AfterReview, true).await;
        assert!(matches!(other, Err(PetitionError::SlugTaken)));
        let at_once = place(&database, &petition("trees", 12), Admission::AtOnce, true).await;
        assert!(matches!(at_once, Err(PetitionError::SlugTaken)), "not past one that waits either");
        let now_listed = place(&database, &trees, Admission::AtOnce, false).await.expect("no failure");
        assert!(matches!(now_listed, Place::Public));
    })
    .await;
}

#[tokio::test]
async fn a_slug_that_is_public_is_not_handed_in() {
    on_both(Side::Anonymous, async |database| {
        let mut tx = database.begin("test").await.expect("begun");
        assert!(tx.insert_petition(&petition("trees", 10)).await.expect("inserted"));
        tx.commit().await.expect("committed");
        let other = place(&database, &petition("trees", 11), Admission::AfterReview, true).await;
        assert!(matches!(other, Err(PetitionError::SlugTaken)));
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_gives_its_slug_back_and_is_refused_for_good() {
    on_both(Side::Anonymous, async |database| {
        let trees = petition("trees", 10);
        place(&database, &trees, Admission::AfterReview, true).await.expect("handed in");
        let mut tx = database.begin("test").await.expect("begun");
        assert!(tx.accept_review(&trees.petition_id()).await.expect("accepted"));
        assert!(!tx.accept_review(&trees.petition_id()).await.expect("no failure"), "once");
        assert!(tx.refuse_review(&trees.petition_id(), "No.", 120).await.expect("refused"), "it is not public yet");
        assert!(!tx.refuse_review(&trees.petition_id(), "Never.", 121).await.expect("no failure"), "once");
        assert!(!tx.accept_review(&trees.petition_id()).await.expect("no failure"), "it stays refused");
        assert_eq!(tx.reviews_with_keys().await.expect("manifests").len(), 1);
        tx.commit().await.expect("committed");
        let found = reviewed(&database, &trees).await.expect("kept");
        assert_eq!((found.decided, found.reason.as_deref(), found.day), (Some(Decided::Refused), Some("No."), 120));
        for admission in [Admission::AfterReview, Admission::AtOnce] {
            let again = place(&database, &trees, admission, true).await;
            assert!(matches!(again, Err(PetitionError::Refused)));
        }
        let other = place(&database, &petition("trees", 11), Admission::AfterReview, true).await.expect("no failure");
        assert!(matches!(other, Place::Queue(_)), "the slug is free");

        let mut tx = database.begin("test").await.expect("begun");
        assert_eq!(tx.decided_reviews().await.expect("rows").len(), 1);
        tx.forget_review(&trees.petition_id()).await.expect("no failure");
        assert_eq!(tx.decided_reviews().await.expect("rows").len(), 0);
        let with_keys = tx.reviews_with_keys().await.expect("manifests");
        assert!(with_keys.iter().all(|petition| petition.petition_id() != trees.petition_id()));
        tx.commit().await.expect("committed");
    })
    .await;
}

#[tokio::test]
async fn what_is_old_is_refused_and_what_was_refused_long_ago_is_gone() {
    on_both(Side::Identified, async |database| {
        let (trees, rivers) = (petition("trees", 10), petition("rivers", 10));
        for petition in [&trees, &rivers] {
            place(&database, petition, Admission::AfterReview, true).await.expect("handed in");
        }
        let mut tx = database.begin("test").await.expect("begun");
        tx.refuse_review(&trees.petition_id(), "No.", 100).await.expect("refused");
        assert!(!tx.has_old_reviews(100, 101).await.expect("no failure"), "its keys are still there");
        tx.forget_review(&trees.petition_id()).await.expect("no failure");
        assert!(!tx.has_old_reviews(100, 100).await.expect("no failure"), "nothing is old yet");
        tx.clear_reviews(100, 100, 150, "late").await.expect("no failure");
        assert!(tx.reviewed(&trees.petition_id()).await.expect("no failure").is_some());
        assert!(tx.has_old_reviews(101, 101).await.expect("no failure"));
        tx.clear_reviews(101, 101, 150, "late").await.expect("no failure");
        assert!(tx.reviewed(&trees.petition_id()).await.expect("no failure").is_none());
        tx.commit().await.expect("committed");
        let found = reviewed(&database, &rivers).await.expect("kept");
        assert_eq!((found.decided, found.reason.as_deref(), found.day), (Some(Decided::Refused), Some("late"), 150));
    })
    .await;
}

#[tokio::test]
async fn a_question_is_answered_once_and_forgotten_after_the_next_day() {
    on_both(Side::Anonymous, async |database| {
        let mut tx = database.begin("test").await.expect("begun");
        let (one, other) = ([1; 16].into(), [2; 16].into());
        assert!(tx.insert_question(&one, 100).await.expect("no failure"));
        assert!(!tx.insert_question(&one, 101).await.expect("no failure"));
        assert!(tx.insert_question(&other, 102).await.expect("no failure"));
        assert!(tx.insert_question(&one, 102).await.expect("no failure"), "it is too old to be repeated");
        tx.commit().await.expect("committed");
    })
    .await;
}

#[tokio::test]
async fn organisers_are_listed_once_and_renamed_and_taken_off() {
    on_both(Side::Anonymous, async |database| {
        let key = SecretKey::from_seed(&[1; 32]).public_key();
        let organisers = Organisers::Listed { keys: Vec::new(), review: Review::Nobody };
        let admission = async || organisers.admission(&database, &key, true).await;
        assert!(matches!(admission().await, Err(PetitionError::NotAllowed)));
        let mut tx = database.begin("test").await.expect("begun");
        for name in ["Trees", "Friends of trees"] {
            tx.list_organiser(&Listed { public_key: key, name: name.to_owned() }).await.expect("listed");
        }
        tx.commit().await.expect("committed");
        assert!(matches!(admission().await, Ok(Admission::AtOnce)));
        let mut tx = database.begin("test").await.expect("begun");
        let listed = tx.listed_organisers().await.expect("organisers");
        assert_eq!(listed, [Listed { public_key: key, name: "Friends of trees".to_owned() }]);
        assert!(tx.unlist_organiser(&key).await.expect("no failure"));
        assert!(!tx.unlist_organiser(&key).await.expect("no failure"));
        tx.commit().await.expect("committed");
        assert!(matches!(admission().await, Err(PetitionError::NotAllowed)));
    })
    .await;
}

#[tokio::test]
async fn strangers_have_two_places_each_and_32_together_and_listed_organisers_are_not_counted() {
    on_both(Side::Identified, async |database| {
        let key = |number: u8| SecretKey::from_seed(&[number; 32]).public_key();
        let organisers = Organisers::Listed { keys: vec![key(200)], review: Review::Others };
        let mut tx = database.begin("test").await.expect("begun");
        let mut prepared = 0;
        for number in 0.. {
            for turn in 0..=MAX_OF_A_STRANGER {
                let room = organisers.check_room(&mut tx, &key(number)).await;
                let is_full = turn == MAX_OF_A_STRANGER || prepared == MAX_OF_STRANGERS;
                assert_eq!(matches!(room, Err(PetitionError::ReviewFull)), is_full, "{number}, {turn}");
                if !is_full {
                    let slug = format!("petition-{number}-{turn}").parse().expect("a slug");
                    assert!(tx.insert_prepared(&slug, &key(number), b"key", 100).await.expect("kept"));
                    prepared += 1;
                }
            }
            if prepared == MAX_OF_STRANGERS && organisers.check_room(&mut tx, &key(number)).await.is_err() {
                break;
            }
        }
        assert!(organisers.check_room(&mut tx, &key(200)).await.is_ok(), "a listed organiser");
        tx.list_organiser(&Listed { public_key: key(0), name: "now listed".to_owned() }).await.expect("listed");
        assert!(organisers.check_room(&mut tx, &key(0)).await.is_ok());
        assert!(organisers.check_room(&mut tx, &key(100)).await.is_ok(), "its two places are free for others");
    })
    .await;
}

/// Who publishes at once, who waits, who is refused: the whole table of the setting.
#[test]
fn the_setting_decides_for_listed_organisers_and_for_others() {
    use Admission::{AfterReview, AtOnce};
    for (review, listed, other) in [
        (Review::Nobody, Some(AtOnce), None),
        (Review::Listed, Some(AfterReview), None),
        (Review::Others, Some(AtOnce), Some(AfterReview)),
        (Review::All, Some(AfterReview), Some(AfterReview)),
    ] {
        assert_eq!((review.admission(true), review.admission(false)), (listed, other), "{review:?}");
    }
}
