use std::path::Path;

use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::issuance::IssuanceStatement;
use undersign_protocol::petition::{NoticeList, VerifiedManifest};
use undersign_protocol::public_log::{
    Announcement, Checkpoint, CloseStatement, Entry, Hash, HostEntry, TILE_WIDTH, TilePath, decode_entries,
    encode_entries, host_log_origin, tree_root,
};
use undersign_protocol::tally::{Tally, TotalDocument};

use super::Answers;
use crate::server::TestServer;

/// Whoever has the server's keys, and signs with them what suits him.
pub struct Operator {
    petition: VerifiedManifest,
    host: String,
    log_key: SecretKey,
    host_log_key: SecretKey,
    statement_key: SecretKey,
}

impl Operator {
    /// Reads the keys of a server with this one petition from its folder.
    pub fn of(server: &TestServer, petition: &VerifiedManifest) -> Self {
        let anonymous = server.path().join("anonymous-keys");
        let keys = std::fs::read_dir(anonymous.join("logs")).expect("the keys of logs");
        let log_key = keys
            .map(|file| seed(&file.expect("a file").path()))
            .find(|key| key.public_key() == petition.manifest().log.public_key);
        Self {
            petition: petition.clone(),
            host: petition.manifest().origin.host.clone(),
            log_key: log_key.expect("the key of the petition's log"),
            host_log_key: seed(&anonymous.join("host-log.key")),
            statement_key: seed(&server.path().join("identified-keys/statement.key")),
        }
    }

    /// The key of the petition's log.
    pub fn log_key(&self) -> &SecretKey {
        &self.log_key
    }

    /// A statement of the issuer, of any count.
    pub fn statement(&self, issued: u64) -> Vec<u8> {
        let statement = IssuanceStatement::sign(&self.petition.petition_id(), issued, &self.statement_key);
        Entry::IssuanceStatement(statement).encode()
    }

    /// The issuer's last word, of any count.
    pub fn close(&self, issued: u64) -> Vec<u8> {
        Entry::CloseStatement(CloseStatement::sign(&self.petition.petition_id(), issued, &self.statement_key)).encode()
    }

    /// The petition's log with these entries: its head and tiles, signed with its key, and a total that fits them.
    pub fn log(&self, entries: &[Vec<u8>]) -> Answers {
        self.log_of(&self.petition, entries)
    }

    /// The same for another petition whose log has the same key.
    pub fn log_of(&self, petition: &VerifiedManifest, entries: &[Vec<u8>]) -> Answers {
        let folder = format!("/v1/petitions/{}", petition.petition_id());
        let (checkpoint, note) = head(&petition.log_origin(), entries, &self.log_key);
        let mut tally = Tally::default();
        entries.iter().filter_map(|entry| Entry::decode(entry).ok()).for_each(|entry| tally.add(&entry));
        let total = TotalDocument {
            total: tally.total(),
            signatures: tally.signatures,
            withdrawals: tally.withdrawals,
            // A client sees at once when it is smaller.
            issued: tally.issued.max(tally.signatures),
            tree_size: checkpoint.tree_size,
            root: checkpoint.root,
            checkpoint: note.clone(),
        };
        let mut answers = tiles(&format!("{folder}/log"), entries);
        answers.insert(format!("{folder}/notices"), no_notices(&note));
        answers.insert(format!("{folder}/log/checkpoint"), note.into_bytes());
        answers.insert(format!("{folder}/total"), serde_json::to_vec(&total).expect("JSON"));
        answers
    }

    /// The host's log, which announces these petitions, signed with its key.
    pub fn host_log(&self, announced: &[&VerifiedManifest]) -> Answers {
        let entry = |petition: &&VerifiedManifest| HostEntry::Announcement(Announcement::of(petition)).encode();
        let entries: Vec<Vec<u8>> = announced.iter().map(entry).collect();
        let mut answers = tiles("/v1/log", &entries);
        let (_, note) = head(&host_log_origin(&self.host), &entries, &self.host_log_key);
        answers.insert("/v1/log/checkpoint".to_owned(), note.into_bytes());
        answers
    }
}

/// The list of a petition without notices, beside a signed head of its log.
pub fn no_notices(note: &str) -> Vec<u8> {
    let list = NoticeList { checkpoint: note.to_owned(), notices: Vec::new() };
    serde_json::to_vec(&list).expect("JSON")
}

/// All entries of a petition's log, as the server publishes them.
pub async fn entries(server: &TestServer, petition: &VerifiedManifest) -> Vec<Vec<u8>> {
    let folder = format!("{}/v1/petitions/{}/log", server.origin(), petition.petition_id());
    let get = async |path: &str| {
        let answer = reqwest::get(format!("{folder}/{path}")).await.expect("an answer");
        answer.bytes().await.expect("a body")
    };
    let note = String::from_utf8(get("checkpoint").await.to_vec()).expect("a note");
    let width = note.lines().nth(1).and_then(|line| line.parse().ok()).expect("a size");
    let bundle = get(&format!("tile/{}", TilePath { level: None, index: 0, width })).await;
    decode_entries(&bundle, width).expect("a bundle").into_iter().map(<[u8]>::to_vec).collect()
}

fn seed(file: &Path) -> SecretKey {
    SecretKey::from_seed(&std::fs::read(file).expect("a key").try_into().expect("a seed"))
}

fn leaves(entries: &[Vec<u8>]) -> Vec<Hash> {
    entries.iter().map(|entry| Hash::of_leaf(entry)).collect()
}

fn head(origin: &str, entries: &[Vec<u8>], key: &SecretKey) -> (Checkpoint, String) {
    let root = tree_root(&leaves(entries));
    let checkpoint = Checkpoint { origin: origin.to_owned(), tree_size: entries.len() as u64, root };
    let note = checkpoint.sign(key).expect("a note");
    (checkpoint, note)
}

/// Small logs have one tile of each sort.
fn tiles(folder: &str, entries: &[Vec<u8>]) -> Answers {
    let width = entries.len() as u64;
    assert!(width < TILE_WIDTH, "a small log");
    let path = |level| format!("{folder}/tile/{}", TilePath { level, index: 0, width });
    let hashes = leaves(entries).iter().flat_map(|hash| *hash.as_bytes()).collect();
    [(path(None), encode_entries(entries.iter().map(Vec::as_slice))), (path(Some(0)), hashes)].into()
}
