//! What redeeming and sealing a batch cost, in rows that the database touches and not in time. PostgreSQL counts them.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use undersign_log_generator::petition::Petition as Generated;
use undersign_protocol::petition::PetitionId;
use undersign_protocol::public_log::Entry;
use undersign_protocol::redemption::{Nonce, Token, TokenInput};
use undersign_test_clusters::TestDatabase;

use crate::anonymous::public_log::LogId;
use crate::petition::Petition;
use crate::storage::{Database, Side};

/// Rows that were read, by whichever way, and rows that were written.
const TOUCHED: &str = "SELECT SUM(seq_tup_read + COALESCE(idx_tup_fetch, 0) + n_tup_ins + n_tup_upd + n_tup_del) \
     FROM pg_stat_user_tables";

fn token(generated: &Generated, number: u32) -> (Nonce, Token) {
    let nonce = Nonce::from(<[u8; 32]>::from(Sha256::digest(number.to_be_bytes())));
    let (manifest, petition_id) = (generated.verified.manifest(), generated.verified.petition_id());
    (nonce, Token { input: TokenInput::of_petition(manifest, &petition_id, nonce), authenticator: [7; 256] })
}

/// Rows that are touched when a batch of so many is sealed.
async fn touched(count: u32) -> u64 {
    let place = TestDatabase::new("anonymous");
    let generated = Generated::of_seed(1).expect("a petition");
    let petition_id = generated.verified.petition_id();
    let tokens: BTreeMap<Nonce, Token> = (0..count).map(|number| token(&generated, number)).collect();

    let database = Database::open(&place.url(), Side::Anonymous).await.expect("it opens");
    let mut tx = database.begin("test").await.expect("begun");
    for part in tokens.values().collect::<Vec<_>>().chunks(256) {
        let part = part.iter().map(|token| (token.input.nonce, *token)).collect();
        assert_eq!(tx.insert_nonces(&petition_id, &part).await.expect("kept").len(), part.len());
    }
    tx.commit().await.expect("committed");
    // A connection tells what it has done when it ends.
    database.close().await;
    let before: u64 = place.execute(TOUCHED).parse().expect("a number");

    let database = Database::open(&place.url(), Side::Anonymous).await.expect("it opens");
    let entries: Vec<Entry> = tokens.values().cloned().map(Entry::Signature).collect();
    let mut tx = database.begin("test").await.expect("begun");
    let first = tx.append(&LogId::of_petition(&petition_id), &entries).await.expect("appended");
    let places: Vec<_> = tokens.keys().copied().zip(first..).collect();
    tx.publish_nonces(&petition_id, &places).await.expect("published");
    tx.commit().await.expect("committed");
    assert_eq!(database.begin_read("test").await.expect("begun").pool_size(&petition_id).await.expect("a size"), 0);
    database.close().await;
    place.execute(TOUCHED).parse::<u64>().expect("a number") - before
}

#[tokio::test]
async fn a_batch_of_four_times_as_many_touches_four_times_as_many_rows() {
    let (few, many) = (touched(2_048).await, touched(8_192).await);
    assert!(few >= 2_048 * 3, "the count is one: {few}");
    assert!(many < few * 5, "{few} rows for 2,048 signatures, {many} for 8,192");
}

/// A database with so many nonces of a petition that stand in the log.
async fn beside(nonces: u32, petition_id: &PetitionId) -> TestDatabase {
    let place = TestDatabase::new("anonymous");
    Database::open(&place.url(), Side::Anonymous).await.expect("it opens").close().await;
    place.execute(&format!(
        "INSERT INTO nonce (petition_id, nonce, leaf_index) \
         SELECT '\\x{}', sha256(int8send(n)), n FROM generate_series(1, {nonces}) AS n",
        hex::encode(petition_id.as_bytes())
    ));
    place
}

#[tokio::test]
async fn neither_a_redemption_nor_a_batch_reads_a_hundred_thousand_nonces_that_stand_in_the_log() {
    let generated = Generated::of_seed(1).expect("a petition");
    let petition = Petition { verified: generated.verified.clone(), position: None, notices: Vec::new() };
    let petition_id = petition.verified.petition_id();
    let place = beside(100_000, &petition_id).await;
    let before: u64 = place.execute(TOUCHED).parse().expect("a number");

    let database = Database::open(&place.url(), Side::Anonymous).await.expect("it opens");
    // Ten times: after a few PostgreSQL keeps a plan for all that come.
    for time in 0..10 {
        let tokens: BTreeMap<Nonce, Token> = (0..32).map(|number| token(&generated, time * 32 + number)).collect();
        let nonces: Vec<Nonce> = tokens.keys().copied().collect();
        let mut tx = database.begin("test").await.expect("begun");
        assert!(tx.taken(&petition, &nonces).await.expect("read").is_empty());
        let by_nonce = tokens.iter().map(|(nonce, token)| (*nonce, token)).collect();
        assert_eq!(tx.insert_nonces(&petition_id, &by_nonce).await.expect("kept").len(), tokens.len());
        assert_eq!(tx.taken(&petition, &nonces).await.expect("read").len(), tokens.len());
        tx.commit().await.expect("committed");
        let mut tx = database.begin("test").await.expect("begun");
        let places: Vec<_> = nonces.into_iter().zip(100_000..).collect();
        tx.publish_nonces(&petition_id, &places).await.expect("published");
        tx.commit().await.expect("committed");
    }
    database.close().await;
    let touched = place.execute(TOUCHED).parse::<u64>().expect("a number") - before;
    assert!(touched >= 320 * 4, "rows are written, changed and deleted: {touched}");
    assert!(touched < 320 * 20, "{touched} rows for 320 redemptions");
}
