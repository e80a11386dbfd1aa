use std::time::Duration;

use undersign_protocol::issuance::IssuanceStatement;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::{CloseStatement, Entry, TILE_WIDTH, TilePath, decode_entries};
use undersign_protocol::tally::TotalDocument;

use crate::server::TestServer;
use crate::tables::Tables;
use crate::wire::Wire;

/// The issuer's close statement, verified; `None` while it gives none, or does not answer.
pub async fn close_statement(server: &TestServer, petition: &VerifiedManifest) -> Option<CloseStatement> {
    let wire = Wire::new(server);
    let url = wire.issuer(&format!("/v1/petitions/{}/close", petition.petition_id()));
    let answer = wire.client().get(url).send().await.ok()?;
    if answer.status() != 200 {
        return None;
    }
    let statement: CloseStatement = serde_json::from_slice(&answer.bytes().await.ok()?).expect("a close statement");
    let key = &petition.manifest().issuer.statement_key;
    assert!(statement.verify(&petition.petition_id(), key).is_ok(), "the statement is signed by the issuer");
    Some(statement)
}

/// How many close statements stand in a petition's log. `None` where the server does not answer, for it may be killed at any moment.
pub async fn ends(server: &TestServer, petition: &VerifiedManifest) -> Option<usize> {
    let wire = Wire::new(server);
    let get = async |path: &str| {
        let url = wire.origin(&format!("/v1/petitions/{}/{path}", petition.petition_id()));
        wire.client().get(url).send().await.ok()?.bytes().await.ok()
    };
    let total: TotalDocument = serde_json::from_slice(&get("total").await?).ok()?;
    let mut ends = 0;
    for index in 0..total.tree_size.div_ceil(TILE_WIDTH) {
        let width = (total.tree_size - index * TILE_WIDTH).min(TILE_WIDTH);
        let bundle = get(&format!("log/tile/{}", TilePath { level: None, index, width })).await?;
        let entries = decode_entries(&bundle, width).ok()?;
        ends += entries.iter().filter(|entry| matches!(Entry::decode(entry), Ok(Entry::CloseStatement(_)))).count();
    }
    Some(ends)
}

/// Waits until the issuer has closed a petition and its log has ended, and gives back the statement, which must stand in the log once.
pub async fn wait_until_ended(server: &TestServer, petition: &VerifiedManifest) -> CloseStatement {
    for _ in 0..600 {
        if let (Some(statement), Some(1..)) = (close_statement(server, petition).await, ends(server, petition).await) {
            assert_eq!(ends(server, petition).await, Some(1));
            return statement;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the log did not end within a minute: {}", server.output());
}

/// What the issuer says how many tokens were issued, verified.
pub async fn final_count(server: &TestServer, petition: &VerifiedManifest) -> u64 {
    let wire = Wire::new(server);
    let answer = wire.get(&wire.issuer(&format!("/v1/petitions/{}/issued", petition.petition_id()))).await;
    let statement: IssuanceStatement = serde_json::from_slice(&answer.body).expect("a statement");
    assert!(statement.verify(&petition.petition_id(), &petition.manifest().issuer.statement_key).is_ok());
    statement.issued
}

/// Nothing of a petition is left on the identified side: no row, no key.
pub async fn assert_destroyed(server: &TestServer, petition: &VerifiedManifest) {
    assert_eq!(Tables::open(&server.database_url("identified")).await.count_issued(&petition.petition_id()).await, 0);
    let id = petition.manifest().issuer.token_key.id();
    let name = id.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for directory in ["wrapping", "petitions"] {
        let keys = server.path().join("identified-keys").join(directory);
        let left =
            std::fs::read_dir(keys).expect("a directory of keys").map(|entry| entry.expect("an entry").file_name());
        let left: Vec<_> = left.filter(|file| file.to_string_lossy().contains(&name)).collect();
        assert!(left.is_empty(), "{directory}: {left:?}");
    }
}
