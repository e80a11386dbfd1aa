use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use undersign_log_generator::{Batch, Plan, Site, generate, generate_edited};
use undersign_protocol::public_log::encode_entries;
use undersign_tests::auditor::{python_audit, undersign_audit};
use undersign_tests::programs::is_proving;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::side_by_side;
use undersign_tests::wire::Wire;

/// Most memory of an audit, whatever the log's size up to a million signatures.
const MEMORY: u64 = 150_000;

/// Numbers that every auditor gives, under the same names.
const NUMBERS: [&str; 7] = ["petition_id", "total", "signatures", "withdrawals", "issued", "tree_size", "root"];

fn numbers(said: &Value) -> Vec<&Value> {
    NUMBERS.iter().map(|name| &said[name]).collect()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

/// Whoever audits a server's petition, again and again.
struct Journalist {
    folder: TempDir,
    link: String,
    petition_id: String,
}

impl Journalist {
    /// Audits with both auditors, which must give the same numbers.
    async fn audit(&self) -> Value {
        let (state, copy) = (self.folder.path().join("state"), self.folder.path().join("copy"));
        let arguments = [&self.link, "--state", text(&state), "--export", text(&copy)].map(str::to_owned);
        let ours = tokio::task::spawn_blocking(move || undersign_audit(&arguments.each_ref().map(String::as_str)));
        let ours = ours.await.expect("it ends");
        assert_eq!(ours.code, Some(0), "{:?}", ours.said);
        let theirs = python_audit(&copy, &self.petition_id);
        assert_eq!(numbers(&theirs.said), numbers(&ours.said));
        ours.said
    }
}

#[tokio::test]
async fn a_running_server_s_count_is_confirmed_by_two_auditors_and_remembered() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let petition_id = petition.petition_id();
    let wire = Wire::new(&server);
    let link = format!("{}#{petition_id}", server.link_to("trees").split('#').next().unwrap_or_default());
    let folder = tempfile::tempdir().expect("a folder");
    let journalist = Journalist { folder, link, petition_id: petition_id.to_string() };
    let tokens = side_by_side::tokens(&server, &petition, 12).await;
    let (early, late) = tokens.split_at(5);
    for (count, part) in [(5, early), (12, late)] {
        side_by_side::redeem(&server, &petition, part).await;
        wire.wait_for_total(&petition_id, count).await;
        let said = journalist.audit().await;
        assert_eq!((&said["total"], &said["pinned"]), (&json!(count), &json!(true)));
        assert_eq!(said["grown_from"].is_null(), count == 5);
    }

    // One more signs, and takes it back: both stand in the log.
    let (token, key) = wire.token_and_key("late@example.org", &petition).await;
    assert_eq!(wire.redeem(&petition_id, &token).await.status, 200);
    assert_eq!(wire.withdraw(&petition_id, &key).await.status, 200);
    wire.wait_for_counts(&petition_id, (12, 13, 1)).await;
    let said = journalist.audit().await;
    assert_eq!([&said["signatures"], &said["withdrawals"], &said["total"]], [&json!(13), &json!(1), &json!(12)]);
}

/// So many signatures, audited from local files.
fn generated(signatures: u64) -> (TempDir, Site) {
    let folder = tempfile::tempdir().expect("a folder");
    let site = generate(&Plan::of(signatures), folder.path()).expect("a log");
    (folder, site)
}

#[test]
fn a_generated_log_is_counted_by_both_auditors_alike() {
    let (_folder, site) = generated(if is_proving() { 100_000 } else { 2_000 });
    let ours = undersign_audit(&[text(&site.copy)]);
    assert_eq!(ours.code, Some(0), "{:?}", ours.said);
    assert!((1..MEMORY).contains(&ours.memory), "{} kB", ours.memory);
    let theirs = python_audit(&site.copy, &site.petition.verified.petition_id().to_string());
    assert_eq!(theirs.code, Some(0), "{:?}", theirs.said);
    assert_eq!(numbers(&ours.said), numbers(&theirs.said));
    assert_eq!(ours.said["total"], site.tally.total());
}

/// In the long tier: a million signatures.
#[test]
fn the_memory_of_an_audit_does_not_depend_on_the_log_s_size() {
    let (_folder, site) = generated(if is_proving() { 1_000_000 } else { 5_000 });
    let ours = undersign_audit(&[text(&site.copy)]);
    assert_eq!((ours.code, &ours.said["total"]), (Some(0), &json!(site.tally.total())), "{:?}", ours.said);
    assert!((1..MEMORY).contains(&ours.memory), "{} kB", ours.memory);
}

#[test]
fn both_auditors_name_the_same_defect_at_the_same_entry() {
    let edits: [fn(&mut Batch); 4] = [
        |batch| batch.swap(10, 11),
        |batch| {
            let last = batch[20].len() - 1;
            batch[20][last] ^= 1;
            batch[1..].sort_by_key(|entry| undersign_protocol::public_log::Hash::of_leaf(entry));
        },
        |batch| drop(batch.remove(0)),
        |batch| batch.push(batch[1].clone()),
    ];
    for edit in edits {
        let folder = tempfile::tempdir().expect("a folder");
        let plan = Plan { batch: 300, ..Plan::of(700) };
        let in_second = |number: u64, batch: &mut Batch| {
            if number == 2 {
                edit(batch);
            }
        };
        let site = generate_edited(&plan, folder.path(), in_second).expect("a log");
        let ours = undersign_audit(&[text(&site.copy)]);
        let theirs = python_audit(&site.copy, &site.petition.verified.petition_id().to_string());
        assert_eq!((ours.code, theirs.code), (Some(5), Some(5)));
        let told = |said: &Value| (said["defect"].clone(), said["entry"].clone());
        assert_eq!(told(&ours.said), told(&theirs.said));
        assert!(ours.said["entry"].is_u64());
    }
}

/// The vectors are read by our auditor in `client-lib`'s tests; here by the one that was written from the specifications alone.
#[test]
fn the_auditor_in_python_finds_every_defect_of_the_vectors() {
    let vectors: Value = serde_json::from_str(include_str!("../../../specs/vectors/audit.json")).expect("JSON");
    let id = vectors["petition_id"].as_str().expect("an id");
    let honest = vectors["entries"].as_array().expect("entries");
    let folder = tempfile::tempdir().expect("a folder");
    write_copy(folder.path(), &vectors, honest);
    assert_eq!(python_audit(folder.path(), id).said["total"], 4);
    for case in vectors["cases"].as_array().expect("cases") {
        let folder = tempfile::tempdir().expect("a folder");
        write_copy(folder.path(), case, honest);
        let theirs = python_audit(folder.path(), id);
        assert_eq!(theirs.said, json!({ "entry": case["entry"], "defect": case["defect"] }));
    }
}

fn write_copy(folder: &Path, case: &Value, honest: &[Value]) {
    let entries = case["entries"].as_array().expect("entries").iter().map(|entry| {
        let entry = entry.as_u64().map_or(entry, |index| &honest[index as usize]);
        let text = entry.as_str().expect("hexadecimal");
        let byte = |place: usize| u8::from_str_radix(&text[place..place + 2], 16).expect("hexadecimal");
        (0..text.len()).step_by(2).map(byte).collect::<Vec<u8>>()
    });
    let entries: Vec<Vec<u8>> = entries.collect();
    let bundles = folder.join("log/tile/entries/000.p");
    fs::create_dir_all(&bundles).expect("a folder");
    let bundle = encode_entries(entries.iter().map(Vec::as_slice));
    fs::write(bundles.join(entries.len().to_string()), bundle).expect("a bundle");
    fs::write(folder.join("log/checkpoint"), case["checkpoint"].as_str().expect("a note")).expect("a checkpoint");
    fs::write(folder.join("total"), case["total"].to_string()).expect("a total");
}
