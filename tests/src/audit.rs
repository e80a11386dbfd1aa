use std::collections::HashSet;

use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::{
    Checkpoint, CheckpointKey, Entry, Hash, TILE_WIDTH, TilePath, decode_entries, tree_root,
};
use undersign_protocol::tally::{Tally, TotalDocument};

use crate::server::TestServer;
use crate::signer::Sender;

/// Reads a petition's whole log and recounts it. The checkpoint must be the log's, the entries must give its root, every nonce must
/// stand in it once, every withdrawal must be that of one signature and stand in it once, every batch must begin with a statement and
/// be sorted, signatures and withdrawals together, nothing but notices may follow the close statement, and the published total must be
/// the recount.
///
/// # Returns
/// The counts, and the leaf hashes of the signatures and withdrawals in their order.
pub async fn audit(server: &TestServer, petition: &VerifiedManifest) -> (Tally, Vec<Hash>) {
    let total: TotalDocument =
        serde_json::from_slice(&get(server, petition, "total").await).expect("the document of a total");
    let key = CheckpointKey::new(petition.log_origin(), petition.manifest().log.public_key);
    let checkpoint = Checkpoint::open(&total.checkpoint, &key).expect("a checkpoint of this log");
    let entries = entries(server, petition, checkpoint.tree_size).await;
    let leaves: Vec<Hash> = entries.iter().map(Entry::leaf_hash).collect();
    assert_eq!(tree_root(&leaves), checkpoint.root);

    let mut tally = Tally::default();
    let (mut nonces, mut withdrawn, mut counted) = (HashSet::new(), HashSet::new(), Vec::new());
    let mut last: Option<Hash> = None;
    let (petition_id, statement_key) = (petition.petition_id(), &petition.manifest().issuer.statement_key);
    let mut ended = false;
    for (index, (entry, leaf)) in entries.iter().zip(leaves).enumerate() {
        assert!(!ended || matches!(entry, Entry::Notice(_)), "only notices follow the close statement");
        match entry {
            Entry::IssuanceStatement(statement) => assert!(statement.verify(&petition_id, statement_key).is_ok()),
            Entry::CloseStatement(statement) => {
                assert!(statement.verify(&petition_id, statement_key).is_ok());
                assert!(statement.issued >= tally.signatures, "more signatures than were issued");
                ended = true;
            }
            _ => {}
        }
        assert_eq!(index == 0, matches!(entry, Entry::Manifest { .. }), "the manifest is entry 0");
        let issued_before = tally.issued;
        tally.add(entry);
        let is_counted = match entry {
            Entry::Signature(token) => {
                assert!(nonces.insert(token.input.nonce), "a nonce stands in the log twice");
                true
            }
            Entry::Withdrawal(withdrawal) => {
                assert!(withdrawn.insert(*withdrawal.nonce()), "a withdrawal stands in the log twice");
                true
            }
            _ => false,
        };
        if is_counted {
            assert!(last.is_none_or(|last| last.as_bytes() < leaf.as_bytes()), "a batch is not sorted");
            assert!(tally.signatures <= tally.issued, "more signatures than were issued");
            counted.push(leaf);
            last = Some(leaf);
        } else {
            assert!(tally.issued >= issued_before, "the issued count fell");
            last = None;
        }
    }
    assert!(withdrawn.is_subset(&nonces), "a withdrawal without its signature");
    assert_eq!(total.total, tally.total());
    assert_eq!(
        (total.signatures, total.withdrawals, total.issued),
        (tally.signatures, tally.withdrawals, tally.issued)
    );
    assert_eq!((total.tree_size, total.root), (checkpoint.tree_size, checkpoint.root));
    (tally, counted)
}

async fn entries(server: &TestServer, petition: &VerifiedManifest, tree_size: u64) -> Vec<Entry> {
    let mut entries = Vec::new();
    for index in 0..tree_size.div_ceil(TILE_WIDTH) {
        let width = (tree_size - index * TILE_WIDTH).min(TILE_WIDTH);
        let path = TilePath { level: None, index, width };
        let bundle = get(server, petition, &format!("log/tile/{path}")).await;
        let bundle = decode_entries(&bundle, width).expect("a bundle of entries");
        entries.extend(bundle.into_iter().map(|entry| Entry::decode(entry).expect("an entry")));
    }
    entries
}

async fn get(server: &TestServer, petition: &VerifiedManifest, path: &str) -> Vec<u8> {
    let url = format!("{}/v1/petitions/{}/{path}", server.origin(), petition.petition_id());
    let answer = Sender::new(None).client().get(url).send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{path}");
    answer.bytes().await.expect("a body").to_vec()
}
