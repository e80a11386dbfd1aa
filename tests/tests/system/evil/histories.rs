use std::path::Path;

use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::public_log::{AddCheckpoint, Checkpoint, ConsistencyProof, WitnessKey};
use undersign_protocol::timestamp::{DAY, Timestamp};
use undersign_tests::cli::Ended;
use undersign_tests::evil::lies::histories;
use undersign_tests::evil::{Answers, no_notices};
use undersign_tests::server::TestServer;
use undersign_tests::witness::{TestWitness, policy};

use super::{World, assert_caught, assert_defect, world};

/// An audit that remembers.
async fn audit(world: &World, state: &Path, entries: &[Vec<u8>]) -> Ended {
    world.audit(world.operator.log(entries), &["--state", state.to_str().expect("a path")]).await
}

/// The log was audited young; now these entries are signed in its place. Each of the logs is without fault; that there are two is found
/// only by who remembers, and both signed heads are kept.
async fn assert_rewritten(edit: impl FnOnce(&World) -> Vec<Vec<u8>>, defect: &str, sentence: &str) {
    let world = world().await;
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    assert_eq!(audit(&world, &state, &world.young()).await.code, Some(0));
    let entries = edit(&world);
    let alone = world.audit(world.operator.log(&entries), &[]).await;
    assert_eq!(alone.code, Some(0), "without a memory nothing is wrong: {alone:?}");
    let ended = audit(&world, &state, &entries).await;
    assert_defect(&ended, defect, sentence);
    assert!(folder.path().join("state.evidence-1").exists(), "both heads are kept");
}

const REWRITTEN: &str = "the first 5 entries are not those that the log has signed before: it was rewritten";

#[tokio::test]
async fn a_log_that_only_grew_is_confirmed_as_grown() {
    let world = world().await;
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    assert_eq!(audit(&world, &state, &world.young()).await.code, Some(0));
    let ended = audit(&world, &state, &world.grown()).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.event("verdict").expect("a verdict")["grown_from"], 5);
}

#[tokio::test]
async fn an_entry_that_was_dropped_since_an_earlier_audit_is_found() {
    assert_rewritten(histories::dropped, "rewritten", REWRITTEN).await;
}

#[tokio::test]
async fn an_entry_that_was_replaced_since_an_earlier_audit_is_found() {
    assert_rewritten(histories::replaced, "rewritten", REWRITTEN).await;
}

#[tokio::test]
async fn entries_that_were_reordered_since_an_earlier_audit_are_found() {
    assert_rewritten(histories::reordered, "rewritten", REWRITTEN).await;
}

#[tokio::test]
async fn an_old_checkpoint_that_is_replayed_is_found() {
    assert_rewritten(
        histories::replayed,
        "shrunk",
        "the log has 1 entries, fewer than the 5 that it has signed before",
    )
    .await;
}

#[tokio::test]
async fn a_fork_that_is_shown_to_two_people_is_found_when_they_compare() {
    assert_rewritten(histories::fork, "forked", "the log has signed two different trees of 5 entries").await;
}

/// The paths of both notes that a policy is about.
fn notes(world: &World) -> [String; 2] {
    let petition_id = world.petition.petition_id();
    ["/v1/log/checkpoint".to_owned(), format!("/v1/petitions/{petition_id}/log/checkpoint")]
}

/// Both logs, with the petition's as it is given.
fn both_logs(world: &World, entries: &[Vec<u8>]) -> Answers {
    let mut answers = world.operator.host_log(&[&world.petition]);
    answers.extend(world.operator.log(entries));
    answers
}

/// Appends a line to a note, also where it stands beside the notices.
fn append(world: &World, answers: &mut Answers, path: &str, line: &str) {
    let note = answers.get_mut(path).expect("a note");
    note.extend_from_slice(line.as_bytes());
    let note = String::from_utf8(note.clone()).expect("UTF-8");
    if path.contains("/petitions/") {
        answers.insert(format!("/v1/petitions/{}/notices", world.petition.petition_id()), no_notices(&note));
    }
}

/// Asks a witness for both notes, as an operator would, and appends its lines where it gives them. Says how it answered to the second.
async fn cosign(world: &World, witness: &TestWitness, answers: &mut Answers) -> u16 {
    let mut status = 0;
    for path in notes(world) {
        let checkpoint = String::from_utf8(answers[&path].clone()).expect("UTF-8");
        let size = checkpoint.lines().nth(1).expect("a size").to_owned();
        let mut request = AddCheckpoint { old_size: 0, proof: ConsistencyProof { hashes: Vec::new() }, checkpoint };
        let mut answer = witness.add_checkpoint(&request).await;
        // It has seen this size before, perhaps with this root.
        if answer.status == 409 && answer.text.trim_end() == size {
            request.old_size = size.parse().expect("a number");
            answer = witness.add_checkpoint(&request).await;
        }
        status = answer.status;
        if status == 200 {
            append(world, answers, &path, &answer.text);
        }
    }
    status
}

async fn witness_and_policy(server: &TestServer, folder: &Path) -> (TestWitness, String) {
    let witness = TestWitness::start("one.example/w", server).await;
    let file = folder.join("policy");
    std::fs::write(&file, policy(server, 1, &[&witness]).await).expect("the policy is written");
    (witness, file.display().to_string())
}

const NOT_COSIGNED: &str = "newest checkpoint is not cosigned by as many witnesses as the policy demands";

/// Nobody need compare: the witness has seen one of the two, and cosigns no other.
#[tokio::test]
async fn a_fork_is_refused_by_whoever_has_a_witness_policy() {
    let world = world().await;
    let folder = tempfile::tempdir().expect("a folder");
    let (witness, policy) = witness_and_policy(&world.server, folder.path()).await;
    let mut first = both_logs(&world, &world.young());
    let mut second = both_logs(&world, &histories::fork(&world));
    assert_eq!(cosign(&world, &witness, &mut first).await, 200);
    assert_eq!(cosign(&world, &witness, &mut second).await, 409, "the witness refuses the fork");

    let ended = world.audit(first, &["--policy", &policy]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let ended = world.audit(second, &["--policy", &policy]).await;
    assert_caught(&ended, NOT_COSIGNED);
}

/// It has the name of a witness of the policy, and not its key.
#[tokio::test]
async fn the_cosignature_of_an_unknown_witness_is_worth_nothing() {
    let world = world().await;
    let folder = tempfile::tempdir().expect("a folder");
    let (witness, policy) = witness_and_policy(&world.server, folder.path()).await;
    let stranger = SecretKey::from_seed(&[9; 32]);
    let key = WitnessKey::new("one.example/w", stranger.public_key()).expect("a name");
    let honest = both_logs(&world, &world.young());
    let mut forged = honest.clone();
    for path in notes(&world) {
        let body = String::from_utf8(forged[&path].clone()).expect("UTF-8");
        let text = body.split_once("\n\n").expect("a body").0;
        let checkpoint = Checkpoint::parse_text(&format!("{text}\n")).expect("a checkpoint");
        append(&world, &mut forged, &path, &key.cosign(&checkpoint, world.server.now(), &stranger));
    }
    let ended = world.audit(forged, &["--policy", &policy]).await;
    assert_caught(&ended, NOT_COSIGNED);
    let mut cosigned = honest;
    assert_eq!(cosign(&world, &witness, &mut cosigned).await, 200);
    let ended = world.audit(cosigned, &["--policy", &policy]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

/// The witness's own line, of another time: what it has signed then, and the operator has kept.
fn cosign_at(world: &World, witness: &TestWitness, key: &WitnessKey, at: Timestamp, answers: &mut Answers) {
    let seed = std::fs::read(witness.data().join("witness.key")).expect("the witness's key");
    let secret = SecretKey::from_seed(&seed.try_into().expect("a seed"));
    for path in notes(world) {
        let body = String::from_utf8(answers[&path].clone()).expect("UTF-8");
        let text = body.split_once("\n\n").expect("a body").0;
        let checkpoint = Checkpoint::parse_text(&format!("{text}\n")).expect("a checkpoint");
        append(world, answers, &path, &key.cosign(&checkpoint, at, &secret));
    }
}

#[tokio::test]
async fn an_old_head_with_the_cosignatures_of_its_time_is_refused_by_whoever_has_a_witness_policy() {
    let world = world().await;
    let folder = tempfile::tempdir().expect("a folder");
    let (witness, policy) = witness_and_policy(&world.server, folder.path()).await;
    let key = witness.key().await;
    let at = world.server.now().minus(2 * DAY);
    let mut old = both_logs(&world, &world.young());
    cosign_at(&world, &witness, &key, at, &mut old);
    let ended = world.audit(old.clone(), &["--policy", &policy]).await;
    assert_caught(&ended, &format!("was cosigned by as many witnesses as the policy demands at {at} and not since"));
    assert_caught(&ended, "it may be an old one that is shown again");
    let ended = world.audit(old, &["--policy", &policy, "--max-age", "3d"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

/// Within the age that is allowed, a policy cannot tell: this is a limit, and SECURITY.md says so.
#[tokio::test]
async fn a_head_of_an_hour_ago_with_its_cosignatures_is_told_from_the_newest_by_a_memory_alone() {
    let world = world().await;
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let (witness, policy) = witness_and_policy(&world.server, folder.path()).await;
    let key = witness.key().await;
    let mut old = both_logs(&world, &world.young());
    cosign_at(&world, &witness, &key, world.server.now().minus(3_600), &mut old);
    assert_eq!(audit(&world, &state, &world.grown()).await.code, Some(0));

    let forgetful = world.audit(old.clone(), &["--policy", &policy]).await;
    assert_eq!(forgetful.code, Some(0), "{forgetful:?}");
    let state = state.to_str().expect("a path");
    let ended = world.audit(old.clone(), &["--policy", &policy, "--state", state]).await;
    assert_defect(&ended, "shrunk", "the log has 5 entries, fewer than the 9 that it has signed before");
    let ended = world.audit(old, &["--policy", &policy, "--max-age", "30m"]).await;
    assert_caught(&ended, "and not since");
}
