//! What the table of cosignatures guarantees, on both engines.

use undersign_protocol::issuance::IssuanceStatement;
use undersign_protocol::public_log::{Checkpoint, Entry};

use crate::anonymous::public_log::LogId;
use crate::storage::Side;
use crate::storage::testing::on_both;
use undersign_log_generator::petition::Petition as Generated;

#[tokio::test]
async fn of_each_witness_the_newest_line_is_kept_and_an_older_one_takes_no_place() {
    on_both(Side::Anonymous, async |database| {
        let log = LogId::of_petition(&[1; 32].into());
        let mut tx = database.begin("test").await.expect("begun");
        assert!(tx.cosignature(&log, "w1").await.expect("no failure").is_none());
        let lines = [("w1", 5, "five\n"), ("w1", 9, "nine\n"), ("w1", 7, "seven\n"), ("w0", 9, "other\n")];
        for (witness, size, line) in lines.into_iter().chain([("w1", 9, "nine again\n")]) {
            tx.keep_cosignature(&log, witness, size, line).await.expect("kept");
        }
        assert_eq!(tx.cosignature(&log, "w1").await.expect("no failure"), Some((9, "nine again\n".to_owned())));
        assert!(tx.cosignature(&LogId::HOST, "w1").await.expect("no failure").is_none());
        assert_eq!(tx.cosignature_lines(&log, 9).await.expect("lines"), ["other\n", "nine again\n"]);
        assert!(tx.cosignature_lines(&log, 5).await.expect("lines").is_empty());
        tx.commit().await.expect("committed");
    })
    .await;
}

#[tokio::test]
async fn stored_hashes_prove_that_a_tree_begins_with_a_smaller_one() {
    on_both(Side::Anonymous, async |database| {
        let generated = Generated::of_seed(1).expect("a petition");
        let petition_id = generated.verified.petition_id();
        let log = LogId::of_petition(&petition_id);
        let statement =
            |issued| Entry::IssuanceStatement(IssuanceStatement::sign(&petition_id, issued, &generated.statement_key));
        let mut tx = database.begin("test").await.expect("begun");
        tx.append(&log, &(0..300).map(statement).collect::<Vec<_>>()).await.expect("appended");
        let old = tx.head(&log).await.expect("no failure").expect("a head");
        tx.append(&log, &(300..420).map(statement).collect::<Vec<_>>()).await.expect("appended");
        let new = tx.head(&log).await.expect("no failure").expect("a head");
        let proof = tx.consistency_proof(&log, 300, &new).await.expect("no failure").expect("a proof");
        let tree = Checkpoint { origin: "a log".to_owned(), tree_size: new.tree_size, root: new.root };
        proof.verify(old.tree_size, &old.root, &tree).expect("it holds");
        assert!(proof.verify(old.tree_size, &new.root, &tree).is_err(), "the control");
        assert!(tx.consistency_proof(&log, 421, &new).await.expect("no failure").is_none());
    })
    .await;
}
