//! Whether somebody else notices when a log is shown in two versions.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::{
    AddCheckpoint, Checkpoint, CheckpointKey, ConsistencyProof, Hash, Policy, SIZE_MEDIA_TYPE, WitnessKey,
    host_log_origin,
};
use undersign_tests::audit::audit;
use undersign_tests::cli::Person;
use undersign_tests::evil::undersign;
use undersign_tests::petitions::petition;
use undersign_tests::programs::program;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::side_by_side;
use undersign_tests::tables::Tables;
use undersign_tests::wire::Wire;
use undersign_tests::witness::{TestWitness, policy};

/// A server with one petition and two witnesses, each a process of its own.
async fn witnessed() -> (TestServer, VerifiedManifest, [TestWitness; 2]) {
    witnessed_with(Options::default()).await
}

async fn witnessed_with(options: Options) -> (TestServer, VerifiedManifest, [TestWitness; 2]) {
    let (mut server, petition) = TestServer::with_petition(options).await;
    let witnesses =
        [TestWitness::start("one.example/w", &server).await, TestWitness::start("two.example/w", &server).await];
    server.set_witnesses(&[&witnesses[0], &witnesses[1]]).await;
    server.restart().await;
    (server, petition, witnesses)
}

fn checkpoint_url(server: &TestServer, petition: &VerifiedManifest) -> String {
    format!("{}/v1/petitions/{}/log/checkpoint", server.origin(), petition.petition_id())
}

/// Waits for a checkpoint of at least this size that all these witnesses have cosigned.
async fn cosigned(url: &str, least: u64, witnesses: &[WitnessKey]) -> String {
    for _ in 0..1_200 {
        let note = reqwest::get(url).await.expect("an answer").text().await.expect("a note");
        let size: u64 = note.lines().nth(1).and_then(|line| line.parse().ok()).expect("a size");
        if size >= least && witnesses.iter().all(|witness| witness.cosigned_at(&note).is_some()) {
            return note;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not cosigned: {url}");
}

/// `undersign show --json`: exit code and the last object.
async fn show(link: &str, policy: &str) -> (Option<i32>, Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let file: PathBuf = folder.path().join("policy");
    std::fs::write(&file, policy).expect("the policy is written");
    let words = ["show", link, "--json", "--policy"].map(str::to_owned);
    let output = tokio::task::spawn_blocking(move || {
        Command::new(program("undersign")).args(words).arg(&file).output().expect("the command runs")
    });
    let output = output.await.expect("it ends");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let last = text.lines().last().map(|line| serde_json::from_str(line).expect("an object"));
    (output.status.code(), last.unwrap_or_default())
}

/// A log of two entries that a witness can be asked about, with the host log's real key: what a dishonest operator could do.
struct Forger {
    key: SecretKey,
    origin: String,
}

impl Forger {
    fn new(server: &TestServer) -> Self {
        let seed = std::fs::read(server.path().join("anonymous-keys/host-log.key")).expect("the host log's key");
        let host = server.origin().to_string();
        let host = host.strip_prefix("http://").expect("HTTP");
        Self { key: SecretKey::from_seed(&seed.try_into().expect("a seed")), origin: host_log_origin(host) }
    }

    /// A checkpoint of any size and root, signed as the log signs.
    fn request(&self, old_size: u64, proof: &[Hash], tree_size: u64, root: Hash) -> AddCheckpoint {
        let checkpoint = Checkpoint { origin: self.origin.clone(), tree_size, root };
        let proof = ConsistencyProof { hashes: proof.to_vec() };
        AddCheckpoint { old_size, proof, checkpoint: checkpoint.sign(&self.key).expect("a note") }
    }
}

#[tokio::test]
async fn two_witnesses_cosign_and_a_policy_of_both_is_kept_until_one_is_missing() {
    let (mut server, petition, mut witnesses) = witnessed().await;
    let keys = [witnesses[0].key().await, witnesses[1].key().await];
    let url = checkpoint_url(&server, &petition);
    cosigned(&url, 1, &keys).await;
    let both = policy(&server, 2, &[&witnesses[0], &witnesses[1]]).await;

    let tokens = side_by_side::tokens(&server, &petition, 4).await;
    side_by_side::redeem(&server, &petition, &tokens[..3]).await;
    Wire::new(&server).wait_for_total(&petition.petition_id(), 3).await;
    // The manifest, three signatures, and a statement for each batch.
    let note = cosigned(&url, 5, &keys).await;
    assert!(Policy::parse(&both).expect("a policy").is_witnessed(&note));
    let (code, shown) = show(&server.link_to("trees"), &both).await;
    assert_eq!((code, &shown["witnessed"], &shown["total"]), (Some(0), &true.into(), &3.into()), "{shown}");
    audit(&server, &petition).await;

    // The same log without the second witness's line, which is what a client gets while one of two is away.
    witnesses[1].kill();
    side_by_side::redeem(&server, &petition, &tokens[3..]).await;
    Wire::new(&server).wait_for_total(&petition.petition_id(), 4).await;
    let note = cosigned(&url, 7, &keys[..1]).await;
    assert!(keys[1].cosigned_at(&note).is_none(), "the second witness is away");
    assert!(!Policy::parse(&both).expect("a policy").is_witnessed(&note));
    let one = policy(&server, 1, &[&witnesses[0]]).await;
    let (code, shown) = show(&server.link_to("trees"), &one).await;
    assert_eq!((code, &shown["witnessed"]), (Some(0), &true.into()), "{shown}");

    // Back again it catches up, though its answers of before are lost to the log with its database's rows.
    witnesses[1].restart().await;
    server.restart().await;
    cosigned(&url, 7, &keys).await;
    let (code, shown) = show(&server.link_to("trees"), &both).await;
    assert_eq!((code, &shown["witnessed"], &shown["total"]), (Some(0), &true.into(), &4.into()), "{shown}");
}

#[tokio::test]
async fn a_client_with_a_policy_refuses_a_log_that_its_witnesses_have_not_seen() {
    let (server, _, witnesses) = witnessed().await;
    let stranger = WitnessKey::new("three.example/w", SecretKey::from_seed(&[3; 32]).public_key()).expect("a name");
    let with_stranger = policy(&server, 2, &[&witnesses[0], &witnesses[1]])
        .await
        .replace("group witnesses 2 w0 w1", &format!("witness s {stranger}\ngroup witnesses 3 w0 w1 s"));
    let (code, shown) = show(&server.link_to("trees"), &with_stranger).await;
    assert_eq!(code, Some(5), "{shown}");
    assert!(shown["message"].as_str().expect("a message").contains("cosigned by as many witnesses"), "{shown}");

    // Another host log's key than the policy's.
    let origin = undersign_tests::witness::host_log_key(&server).await.origin().to_owned();
    let other = CheckpointKey::new(origin, SecretKey::from_seed(&[4; 32]).public_key());
    let (code, shown) = show(&server.link_to("trees"), &format!("log {other}\nquorum none\n")).await;
    assert_eq!(code, Some(5), "{shown}");
    assert!(shown["message"].as_str().expect("a message").contains("another key"), "{shown}");

    // A broken policy is named with its line, and nothing is asked.
    let (code, shown) = show(&server.link_to("trees"), "quorum w1\n").await;
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown["message"].as_str().expect("a message").contains("line 1"), "{shown}");
}

#[tokio::test]
async fn a_witness_cosigns_one_history_across_restarts_and_refuses_every_other() {
    let (server, _) = TestServer::with_petition(Options::default()).await;
    let mut witness = TestWitness::start("one.example/w", &server).await;
    let key = witness.key().await;
    let forger = Forger::new(&server);
    let leaves = [Hash::of_leaf(b"a"), Hash::of_leaf(b"b"), Hash::of_leaf(b"c")];
    let two = Hash::of_children(&leaves[0], &leaves[1]);
    let three = Hash::of_children(&two, &leaves[2]);

    // What is not of the form, not signed, of another log, or larger before than after.
    assert_eq!(witness.post("").await.status, 400);
    assert_eq!(witness.post(vec![0xff; 8]).await.status, 400);
    assert_eq!(witness.post("x".repeat(70_000)).await.status, 413);
    assert_eq!(witness.add_checkpoint(&forger.request(3, &[], 2, two)).await.status, 400);
    let stranger = Forger { key: SecretKey::from_seed(&[9; 32]), origin: forger.origin.clone() };
    assert_eq!(witness.add_checkpoint(&stranger.request(0, &[], 2, two)).await.status, 403);
    let elsewhere = Forger { key: SecretKey::from_seed(&[9; 32]), origin: "elsewhere.example/v1/log".to_owned() };
    assert_eq!(witness.add_checkpoint(&elsewhere.request(0, &[], 2, two)).await.status, 404);

    // The first tree, and the same again after a lost answer.
    let request = forger.request(0, &[], 2, two);
    let answer = witness.add_checkpoint(&request).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(key.cosigned_at(&format!("{}{}", request.checkpoint, answer.text)).is_some());
    let repeat = witness.add_checkpoint(&request).await;
    assert_eq!((repeat.status, repeat.text.as_str(), repeat.media_type.as_str()), (409, "2\n", SIZE_MEDIA_TYPE));
    assert_eq!(witness.add_checkpoint(&forger.request(2, &[], 2, two)).await.status, 200);

    // Another tree of the same size, a tree that does not contain it, and one that claims to without showing it.
    for _ in 0..2 {
        assert_eq!(witness.add_checkpoint(&forger.request(2, &[], 2, leaves[0])).await.status, 409);
        assert_eq!(witness.add_checkpoint(&forger.request(0, &[], 3, three)).await.status, 409);
        assert_eq!(witness.add_checkpoint(&forger.request(2, &[], 3, three)).await.status, 422);
        assert_eq!(witness.add_checkpoint(&forger.request(2, &[leaves[1]], 3, three)).await.status, 422);
        witness.restart().await;
    }
    assert_eq!(witness.key().await, key, "the key stays");
    assert_eq!(witness.add_checkpoint(&forger.request(2, &[leaves[2]], 3, three)).await.status, 200);
    let back = witness.add_checkpoint(&forger.request(2, &[], 2, two)).await;
    assert_eq!((back.status, back.text.as_str()), (409, "3\n"), "never a smaller tree after a larger one");
}

#[tokio::test]
async fn of_two_histories_at_once_one_is_cosigned() {
    let (server, _) = TestServer::with_petition(Options::default()).await;
    let witness = TestWitness::start("one.example/w", &server).await;
    let forger = Forger::new(&server);
    for round in 0..10u64 {
        // From the tree of before to two different ones of the next size; each proof holds.
        let before: Vec<Hash> = (0..=round).map(|leaf| Hash::of_leaf(&leaf.to_be_bytes())).collect();
        let root = undersign_protocol::public_log::tree_root(&before);
        let forks = [b"left", b"more"].map(|name| {
            let mut leaves = before.clone();
            leaves.push(Hash::of_leaf(name));
            let hashes = fork_proof(&before, &leaves);
            forger.request(
                before.len() as u64,
                &hashes,
                leaves.len() as u64,
                undersign_protocol::public_log::tree_root(&leaves),
            )
        });
        let size = if round == 0 { 0 } else { round + 1 };
        let _ = witness.add_checkpoint(&forger.request(size, &[], round + 1, root)).await;
        let (left, right) = tokio::join!(witness.add_checkpoint(&forks[0]), witness.add_checkpoint(&forks[1]));
        let statuses = [left.status, right.status];
        if round == 0 {
            assert!(statuses == [200, 409] || statuses == [409, 200], "{statuses:?}");
        } else {
            // The witness has signed one of the forks in the first round: none of the others contains it.
            assert!(statuses.iter().all(|status| matches!(status, 409 | 422)), "{statuses:?}");
        }
    }
}

/// That a tree of one more leaf contains the one before.
fn fork_proof(before: &[Hash], leaves: &[Hash]) -> Vec<Hash> {
    let plan = ConsistencyProof::plan(before.len() as u64, leaves.len() as u64).expect("it grows");
    plan.hashes(|range| {
        let start = range.start as usize;
        (range.level == 0).then(|| leaves[start..start + range.count as usize].to_vec())
    })
    .expect("small trees have one level of tiles")
}

#[tokio::test]
async fn a_witness_that_has_lost_its_memory_or_has_a_twin_does_not_start() {
    let (server, _) = TestServer::with_petition(Options::default()).await;
    let mut witness = TestWitness::start("one.example/w", &server).await;
    assert!(witness.start_second().contains("another process uses"));
    witness.kill();
    std::fs::remove_dir_all(witness.data().join("tree-heads")).expect("its tree heads are removed");
    assert!(witness.start_second().contains("has a key but no tree-heads"));
}

#[tokio::test]
async fn a_petition_s_log_is_cosigned_only_after_the_host_s_log_has_announced_it() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let witness = TestWitness::start("one.example/w", &server).await;
    // The server does not ask this witness: what follows asks in its place.
    let note = reqwest::get(checkpoint_url(&server, &petition)).await.expect("an answer").text().await.expect("a note");
    let request = AddCheckpoint { old_size: 0, proof: ConsistencyProof { hashes: Vec::new() }, checkpoint: note };
    assert_eq!(witness.add_checkpoint(&request).await.status, 404, "it has seen no host log yet");

    let host = reqwest::get(format!("{}/v1/log/checkpoint", server.origin())).await.expect("an answer");
    let checkpoint = host.text().await.expect("a note");
    let host = AddCheckpoint { checkpoint, ..request.clone() };
    assert_eq!(witness.add_checkpoint(&host).await.status, 200);
    let answer = witness.add_checkpoint(&request).await;
    assert_eq!(answer.status, 200, "{answer:?}");

    // A log of a petition that nobody has announced.
    let unknown = request.checkpoint.replace(&petition.petition_id().to_string(), &"A".repeat(43));
    let unknown = AddCheckpoint { checkpoint: unknown, ..request };
    assert_eq!(witness.add_checkpoint(&unknown).await.status, 404);
}

#[tokio::test]
async fn a_database_that_is_older_than_the_witnessed_log_is_not_appended_to() {
    let (mut server, petition, witnesses) = witnessed().await;
    let keys = [witnesses[0].key().await, witnesses[1].key().await];
    let url = checkpoint_url(&server, &petition);
    cosigned(&url, 1, &keys).await;
    server.kill();
    let database = server.database("anonymous");
    let old = database.with_extension("old");
    // What was written last may be in the write-ahead log alone; whoever closes the database as the last one puts it into the file.
    let mut tables = Tables::open_file(&database).await;
    assert_eq!(tables.count("petition").await, 1);
    tables.close().await;
    std::fs::copy(&database, &old).expect("a copy of the database");
    server.restart().await;

    let tokens = side_by_side::tokens(&server, &petition, 2).await;
    side_by_side::redeem(&server, &petition, &tokens).await;
    Wire::new(&server).wait_for_total(&petition.petition_id(), 2).await;
    cosigned(&url, 4, &keys).await;
    server.kill();
    std::fs::copy(&old, &database).expect("the old database is put back");
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(database.with_extension(format!("db{suffix}")));
    }
    server.restart().await;

    // Redeemed again they would stand in the log at other places; the witnesses have seen the first ones.
    side_by_side::redeem(&server, &petition, &tokens).await;
    for _ in 0..1_200 {
        if server.output().contains("older than the public log") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(server.output().contains("older than the public log"), "{}", server.output());
    // Ticks go by: another petition's batch is published, this one's is not.
    let rivers = server.publish(undersign_tests::petitions::petition("rivers", server.now(), 1)).await;
    let wire = Wire::new(&server);
    for total in 1..=2 {
        let token = wire.token(&format!("signer{total}@rivers.example"), &rivers).await;
        assert_eq!(wire.redeem(&rivers.petition_id(), &token).await.status, 200);
        wire.wait_for_total(&rivers.petition_id(), total).await;
    }
    assert_eq!(wire.total(&petition.petition_id()).await, 0, "nothing was appended");
}

/// A log that does not grow has its head cosigned again and again, so that an old one can be told by its cosignatures' time. That of a
/// petition that is over is left as it is.
#[tokio::test]
async fn heads_are_cosigned_again_though_nothing_has_grown_until_the_petition_is_over() {
    let (server, trees, witnesses) =
        witnessed_with(Options { cosign_again_after: Some(1), ..Options::default() }).await;
    let keys = [witnesses[0].key().await, witnesses[1].key().await];
    let (of_trees, of_host) = (checkpoint_url(&server, &trees), format!("{}/v1/log/checkpoint", server.origin()));
    for url in [&of_trees, &of_host] {
        let before = cosigned(url, 1, &keys).await;
        let later = cosigned_after(url, &before, &keys).await;
        assert_eq!(
            later.split_once("\n\n").expect("a note").0,
            before.split_once("\n\n").expect("a note").0,
            "nothing has grown"
        );
    }

    let closed = closing(&server).await;
    let url = checkpoint_url(&server, &closed);
    // The manifest and the statement of the end.
    let last = cosigned(&url, 2, &keys).await;
    // Meanwhile the other log was cosigned twice more by each of them.
    let meanwhile = cosigned(&of_trees, 1, &keys).await;
    let meanwhile = cosigned_after(&of_trees, &meanwhile, &keys).await;
    cosigned_after(&of_trees, &meanwhile, &keys).await;
    let still = reqwest::get(&url).await.expect("an answer").text().await.expect("a note");
    assert_eq!(still, last);
}

/// A petition that ends in a few seconds.
async fn closing(server: &TestServer) -> VerifiedManifest {
    let mut folder = petition("rivers", server.now(), 1);
    folder.settings.closes_at = server.now().plus(3);
    folder.settings.grace = 2;
    server.publish(folder).await
}

/// Waits until each of these witnesses has cosigned the log later than in this note.
async fn cosigned_after(url: &str, before: &str, witnesses: &[WitnessKey]) -> String {
    for _ in 0..1_200 {
        let note = cosigned(url, 1, witnesses).await;
        if witnesses.iter().all(|witness| witness.cosigned_at(&note) > witness.cosigned_at(before)) {
            return note;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not cosigned again: {url}");
}

/// A receipt is believed under a policy only where its witnesses have seen the log that says so.
#[tokio::test]
async fn a_receipt_is_verified_under_a_policy() {
    let (server, trees, witnesses) = witnessed().await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let person = Person::new(&server, folder.path(), "anna@example.org");
    let (link, receipt) = (server.link(&trees), path("receipt"));
    let words =
        ["sign", &link, "--email", "anna@example.org", "--when", "now", "--wait-published", "--receipt", &receipt];
    let signed = person.run(&words, &[]).await;
    assert_eq!(signed.code, Some(0), "{signed:?}");

    let (both, stranger, proof) = (path("both"), path("stranger"), path("proof"));
    std::fs::write(&both, policy(&server, 2, &[&witnesses[0], &witnesses[1]]).await).expect("written");
    let unknown = WitnessKey::new("three.example/w", SecretKey::from_seed(&[3; 32]).public_key()).expect("a name");
    std::fs::write(&stranger, format!("witness w {unknown}\nquorum w\n")).expect("written");
    let verify = ["receipt", "verify", &receipt, "--policy"];
    let ended = undersign(&[&verify[..], &[&both, "--write-proof", &proof]].concat()).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.event("receipt").expect("a finding")["standing"], "included");
    let ended = undersign(&[&verify[..], &[&both, "--proof", &proof]].concat()).await;
    assert_eq!(ended.code, Some(0), "the proof has the cosignatures with it: {ended:?}");
    for more in [&[][..], &["--proof", &proof]] {
        let ended = undersign(&[&verify[..], &[&stranger], more].concat()).await;
        assert_eq!(ended.code, Some(5), "{ended:?}");
        let message = ended.event("error").expect("an error")["message"].as_str().expect("a message").to_owned();
        assert!(message.contains("not cosigned by as many witnesses as the policy demands"), "{message}");
    }
}
