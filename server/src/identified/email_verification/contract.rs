//! What this stage's tables guarantee, on both engines.

use undersign_protocol::email_verification::RequestDigest;

use super::rules::VerificationId;
use super::store::{ConfirmationRow, SealedMail};
use crate::storage::testing::on_both;
use crate::storage::{Database, Side, Transaction};

#[tokio::test]
async fn the_first_check_value_stays() {
    on_both(Side::Identified, async |database| {
        let write = async |value: u8| {
            let mut tx = database.begin("test").await.expect("begun");
            let kept = tx.tag_key_check(&[value; 32]).await.expect("no failure");
            tx.commit().await.expect("committed");
            kept
        };
        let (left, right) = tokio::join!(write(1), write(2));
        assert!(left == right && (left == [1; 32] || left == [2; 32]), "two servers that start at once");
        assert_eq!(write(3).await, left);
    })
    .await;
}

#[tokio::test]
async fn a_mail_is_in_the_outbox_from_its_commit_to_its_removal() {
    on_both(Side::Identified, async |database| {
        let mut tx = database.begin("test").await.expect("begun");
        let (first, second) = ([1; 16], [2; 16]);
        let third = [3; 16];
        let mails = [(second, vec![7; 1_100]), (first, b"sealed".to_vec()), (third, b"other".to_vec())];
        let mails = mails.map(|(id, sealed)| SealedMail { id, sealed, day: 10 });
        tx.insert_mails(&mails).await.expect("kept");
        tx.commit().await.expect("committed");
        let mut tx = database.begin("test").await.expect("begun");
        assert_eq!(tx.mail_ids(None, 10).await.expect("ids"), [first, second, third]);
        assert_eq!(tx.mail_ids(None, 2).await.expect("ids"), [first, second]);
        assert_eq!(tx.mail_ids(Some(first), 10).await.expect("ids"), [second, third]);
        let mails = tx.mails(&[second, [4; 16], first]).await.expect("mails");
        assert_eq!(mails.iter().map(|mail| mail.id).collect::<Vec<_>>(), [first, second]);
        assert_eq!((mails[0].sealed.as_slice(), mails[1].sealed.len()), (&b"sealed"[..], 1_100));
        tx.delete_mails(&[first, third, [4; 16]]).await.expect("removed");
        tx.delete_mails(&[first]).await.expect("nothing to remove");
        assert_eq!(tx.mail_ids(None, 10).await.expect("ids"), [[2; 16]]);
        let mails = async |tx: &mut Transaction, ids: &[[u8; 16]]| tx.mails(ids).await.expect("no failure").len();
        assert_eq!(
            (mails(&mut tx, &[[1; 16]]).await, mails(&mut tx, &[[2; 16]]).await, mails(&mut tx, &[]).await),
            (0, 1, 0)
        );
    })
    .await;
}

async fn try_once(database: Database, id: u8) -> u64 {
    let mut tx = database.begin("test").await.expect("begun");
    let tries = tx.count_tries(&[VerificationId([id; 16])], 10).await.expect("counted");
    tx.commit().await.expect("committed");
    tries[&VerificationId([id; 16])]
}

#[tokio::test]
async fn of_tries_at_once_each_is_counted() {
    on_both(Side::Identified, async |database| {
        let tries: Vec<_> = (0..20).map(|_| tokio::spawn(try_once(database.clone(), 1))).collect();
        let mut counts = Vec::new();
        for one in tries {
            counts.push(one.await.expect("a count"));
        }
        counts.sort_unstable();
        assert_eq!(counts, (1..=20).collect::<Vec<_>>());
        assert_eq!(try_once(database.clone(), 2).await, 1, "another mail's are its own");
        let mut tx = database.begin("test").await.expect("begun");
        let ids = [1, 2, 3].map(|id| VerificationId([id; 16]));
        let counts = tx.count_tries(&ids, 10).await.expect("counted");
        assert_eq!(ids.map(|id| counts[&id]), [21, 2, 1], "several in one statement");
        tx.uncount_try(&ids[1]).await.expect("taken back");
        tx.uncount_try(&ids[2]).await.expect("taken back");
        let counts = tx.count_tries(&ids, 10).await.expect("counted");
        assert_eq!(ids.map(|id| counts[&id]), [22, 2, 1]);
        tx.delete_tries(&ids[..1]).await.expect("forgotten");
        tx.commit().await.expect("committed");
        assert_eq!(try_once(database, 1).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_confirmation_is_read_as_it_was_written_and_a_later_one_takes_its_place() {
    on_both(Side::Identified, async |database| {
        let digest = RequestDigest::of(b"a body");
        let mut tx = database.begin("test").await.expect("begun");
        assert!(tx.confirmations(&[digest]).await.expect("no failure").is_empty());
        let others = [b"b", b"c"].map(|body| RequestDigest::of(body));
        for (sealed, day) in [(&b"one"[..], 10), (&b"two"[..], 12)] {
            let rows = [digest, others[0], others[1]];
            let rows = rows.map(|digest| ConfirmationRow { digest, sealed_tag: sealed.to_vec(), day });
            tx.put_confirmations(&rows).await.expect("kept");
            let kept = tx.confirmations(&[digest, others[1], RequestDigest::of(b"no")]).await.expect("rows");
            assert_eq!(kept.len(), 2);
            assert!(kept.iter().all(|row| (row.sealed_tag.as_slice(), row.day) == (sealed, day)));
        }
        tx.commit().await.expect("committed");
    })
    .await;
}

#[tokio::test]
async fn what_is_older_than_a_day_is_forgotten_and_nothing_else() {
    on_both(Side::Identified, async |database| {
        let (old, new) = (RequestDigest::of(b"old"), RequestDigest::of(b"new"));
        let mut tx = database.begin("test").await.expect("begun");
        for (digest, id, day) in [(&old, 1, 9), (&new, 2, 10)] {
            let row = ConfirmationRow { digest: *digest, sealed_tag: b"tag".to_vec(), day };
            tx.put_confirmations(&[row]).await.expect("kept");
            tx.insert_mails(&[SealedMail { id: [id; 16], sealed: b"mail".to_vec(), day }]).await.expect("kept");
            tx.count_tries(&[VerificationId([id; 16])], day).await.expect("counted");
        }
        tx.delete_verifications_before(10).await.expect("forgotten");
        let kept = tx.confirmations(&[old, new]).await.expect("rows");
        assert!(kept.len() == 1 && kept[0].digest == new);
        assert_eq!(tx.mail_ids(None, 10).await.expect("ids"), [[2; 16]]);
        let mails = async |tx: &mut Transaction, ids: &[[u8; 16]]| tx.mails(ids).await.expect("no failure").len();
        assert_eq!(
            (mails(&mut tx, &[[1; 16]]).await, mails(&mut tx, &[[2; 16]]).await, mails(&mut tx, &[]).await),
            (0, 1, 0)
        );
        let ids = [1, 2].map(|id| VerificationId([id; 16]));
        let counts = tx.count_tries(&ids, 10).await.expect("counted");
        assert_eq!(ids.map(|id| counts[&id]), [1, 2]);
        tx.commit().await.expect("committed");
    })
    .await;
}

#[tokio::test]
async fn tags_are_forgotten_with_everything_that_has_one() {
    on_both(Side::Identified, async |database| {
        let (id, digest) = (VerificationId([5; 16]), RequestDigest::from([5; 32]));
        let mut tx = database.begin("test").await.expect("begun");
        assert_eq!(tx.tag_key_check(&[1; 32]).await.expect("kept"), [1; 32]);
        tx.insert_mails(&[SealedMail { id: id.0, sealed: b"sealed".to_vec(), day: 10 }]).await.expect("kept");
        tx.count_tries(&[id], 10).await.expect("counted");
        tx.put_confirmations(&[ConfirmationRow { digest, sealed_tag: b"tag".to_vec(), day: 10 }]).await.expect("kept");
        tx.commit().await.expect("committed");

        let mut tx = database.begin("test").await.expect("begun");
        assert_eq!(tx.count_not_closed().await.expect("a count"), 0);
        tx.forget_tags().await.expect("forgotten");
        tx.commit().await.expect("committed");

        let mut tx = database.begin("test").await.expect("begun");
        assert!(tx.mail_ids(None, 10).await.expect("no failure").is_empty());
        assert!(tx.confirmations(&[digest]).await.expect("no failure").is_empty());
        assert_eq!(tx.count_tries(&[id], 10).await.expect("counted")[&id], 1);
        assert_eq!(tx.tag_key_check(&[2; 32]).await.expect("kept"), [2; 32]);
    })
    .await;
}
