//! Receipts: kept by who asks, and what `receipt verify` says about them.

use std::path::PathBuf;

use undersign_protocol::redemption::{Evidence, Promise, Receipt};
use undersign_protocol::timestamp::Timestamp;

use crate::front::{EMAIL, World, now};
use crate::support::petition::log_key;

pub fn receipt_file(world: &World) -> (PathBuf, String) {
    let path = world.folder.path().join("receipt.json");
    let text = path.display().to_string();
    (path, text)
}

/// Signs at once and keeps a receipt.
pub fn signed_with_receipt(world: &World) -> String {
    let (_, file) = receipt_file(world);
    world.front().confirms = true;
    let ended = world.sign(0, &["--receipt", &file]);
    assert_eq!(ended.code, 0, "{:?}", ended.events);
    assert_eq!(ended.event("receipt")["file"], file);
    file
}

#[test]
fn a_receipt_is_written_for_its_owner_alone_and_only_on_request() {
    let world = World::new(1);
    let file = signed_with_receipt(&world);
    let receipt = Receipt::decode(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(receipt.slug().as_str(), "petition-0");
    assert_eq!(world.files(), [] as [&str; 0], "the receipt is all that is kept");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    let world = World::new(1);
    world.front().confirms = true;
    assert!(!world.sign(0, &[]).names().contains(&"receipt"));
}

/// The key that takes the signature back is on the disk only where a receipt was asked for.
#[test]
fn without_a_wish_for_a_receipt_no_key_is_saved() {
    for (arguments, kept) in [(&[][..], false), (&["--receipt", "receipt.json"], true)] {
        let world = World::new(2);
        assert_eq!(world.sign(0, &[&["--timeout", "0"], arguments].concat()).code, 6);
        let state = String::from_utf8(world.kept()).unwrap();
        assert_eq!(state.contains("withdrawal_key"), kept);
        assert!(!state.contains("receipt.json"));
    }
}

#[test]
fn a_file_that_is_there_is_never_written_over_and_nothing_is_sent_before_that_is_known() {
    let world = World::new(1);
    let (path, file) = receipt_file(&world);
    std::fs::write(&path, b"mine").unwrap();
    let refused = world.sign(0, &["--receipt", &file]);
    assert_eq!(refused.code, 7);
    assert!(refused.message().contains("exists already"), "{}", refused.message());
    let nowhere = format!("{}/no/folder/receipt.json", world.folder.path().display());
    assert_eq!(world.sign(0, &["--receipt", &nowhere]).code, 7);
    assert_eq!((std::fs::read(&path).unwrap().as_slice(), world.front().posts()), (b"mine".as_slice(), 0));
}

#[test]
fn a_signing_that_is_killed_anywhere_still_ends_with_its_receipt() {
    for number in 0..3 {
        for after in [false, true] {
            let world = World::new(2);
            let (_, file) = receipt_file(&world);
            world.front().confirms = true;
            world.front().silent = Some((number, after));
            let running = world.start(&["sign", &world.link(1), "--email", EMAIL, "--receipt", &file]);
            while world.front().posts() <= number {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
            running.kill();
            world.front().silent = None;
            let forgotten = world.run(&["resume"]);
            assert_eq!(forgotten.code, 2);
            assert!(forgotten.message().contains("--receipt FILE"), "{}", forgotten.message());
            let ended = world.run(&["resume", "--email", EMAIL, "--receipt", &file]);
            assert_eq!(ended.code, 0, "post {number}, after {after}: {:?}", ended.events);
            assert_eq!((world.signatures(1), world.files().len()), (1, 0));
            assert!(Receipt::decode(&std::fs::read(&file).unwrap()).is_ok());
        }
    }
}

#[test]
fn the_wish_for_a_receipt_can_be_dropped_later_and_cannot_come_later() {
    let world = World::new(1);
    let (path, file) = receipt_file(&world);
    assert_eq!(world.sign(0, &["--timeout", "0", "--receipt", &file]).code, 6);
    world.open_link();
    assert_eq!(world.run(&["resume", "--no-receipt"]).code, 0);
    assert!(!path.exists());

    let world = World::new(1);
    assert_eq!(world.sign(0, &["--timeout", "0"]).code, 6);
    world.open_link();
    let refused = world.run(&["resume", "--receipt", &file]);
    assert_eq!(refused.code, 4);
    assert!(refused.message().contains("was forgotten then"), "{}", refused.message());
    assert_eq!(world.run(&["resume"]).code, 0);
}

#[test]
fn verify_says_pending_then_included() {
    let world = World::new(1);
    let file = signed_with_receipt(&world);
    let pending = world.run(&["receipt", "verify", &file]);
    assert_eq!((pending.code, &pending.event("receipt")["standing"]), (0, &"pending".into()));
    assert!(pending.event("receipt")["publish_by"].is_string());
    world.front().server.publish_batch(0);
    let included = world.run(&["receipt", "verify", &file]);
    let event = included.event("receipt");
    assert_eq!((included.code, &event["standing"]), (0, &"included".into()));
    assert_eq!((&event["leaf_index"], &event["tree_size"]), (&2.into(), &3.into()));
}

/// The promised time has passed, and the log has gone on without the signature.
fn broken(world: &World) -> (String, Receipt) {
    let file = signed_with_receipt(world);
    world.front().server.petitions[0].pool.clear();
    let receipt = Receipt::decode(&std::fs::read(&file).unwrap()).unwrap();
    let past = Timestamp::from_seconds(now().seconds() - 3_600).unwrap();
    let promise = Promise::sign(&receipt.log_origin(), receipt.leaf_hash(), past, &log_key(0));
    let mut value: serde_json::Value = serde_json::from_slice(&receipt.encode()).unwrap();
    value["promise"] = serde_json::json!({ "publish_by": past, "signature": promise.signature });
    std::fs::write(&file, serde_json_canonicalizer::to_vec(&value).unwrap()).unwrap();
    (file, receipt)
}

#[test]
fn verify_says_when_a_promise_is_broken_and_writes_the_evidence_on_request() {
    let world = World::new(1);
    let (file, receipt) = broken(&world);
    let told = world.run(&["receipt", "verify", &file]);
    assert_eq!((told.code, &told.event("receipt")["standing"]), (5, &"promise_broken".into()));
    assert!(told.message().contains("--evidence FILE"), "{}", told.message());

    let path = world.folder.path().join("evidence.json");
    let told = world.run(&["receipt", "verify", &file, "--evidence", &path.display().to_string()]);
    assert_eq!(told.code, 5);
    let written = std::fs::read(&path).unwrap();
    let evidence = Evidence::decode(&written).unwrap();
    assert_eq!(evidence.promise.leaf_hash, receipt.leaf_hash());
    let key = receipt.withdrawal_code().withdrawal_key.to_text();
    assert!(!String::from_utf8(written).unwrap().contains(key.as_str()), "it takes nothing back");
    let again = world.run(&["receipt", "verify", &file, "--evidence", &path.display().to_string()]);
    assert_eq!(again.code, 7, "it is not written over");
}

#[test]
fn verify_does_not_tell_the_server_which_signature_is_looked_for() {
    let world = World::new(1);
    let file = signed_with_receipt(&world);
    world.front().server.publish_batch(0);
    world.front().server.seen.clear();
    assert_eq!(world.run(&["receipt", "verify", &file]).code, 0);
    let log = format!("GET /v1/petitions/{}/log", world.front().server.petitions[0].petition.petition_id());
    assert_eq!(world.front().server.seen, [format!("{log}/checkpoint"), format!("{log}/tile/0/000.p/3")]);
}

#[test]
fn a_proof_is_written_on_request_and_checked_offline() {
    let world = World::new(1);
    let file = signed_with_receipt(&world);
    let proof = world.folder.path().join("counted.tlog-proof").display().to_string();
    assert_eq!(world.run(&["receipt", "verify", &file, "--write-proof", &proof]).code, 0);
    assert_eq!(
        world.run(&["receipt", "verify", &file, "--proof", &proof]).code,
        7,
        "pending: there is nothing to prove"
    );
    world.front().server.publish_batch(0);
    assert_eq!(world.run(&["receipt", "verify", &file, "--write-proof", &proof]).code, 0);
    assert_eq!(world.run(&["receipt", "verify", &file, "--write-proof", &proof]).code, 7, "it is not written over");

    world.front().server.seen.clear();
    let offline = world.run(&["receipt", "verify", &file, "--proof", &proof]);
    assert_eq!((offline.code, &offline.event("receipt")["standing"]), (0, &"included".into()));
    assert_eq!(offline.event("receipt")["leaf_index"], 2);
    assert_eq!(world.front().server.seen, [] as [&str; 0], "nothing is sent");
    let text = std::fs::read_to_string(&proof).unwrap();
    std::fs::write(&proof, text.replace("index 2", "index 1")).unwrap();
    assert_eq!(world.run(&["receipt", "verify", &file, "--proof", &proof]).code, 5);
}

#[test]
fn what_is_no_receipt_is_said_so() {
    let world = World::new(1);
    let file = signed_with_receipt(&world);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.pop();
    std::fs::write(&file, &bytes).unwrap();
    let cut = world.run(&["receipt", "verify", &file]);
    assert_eq!(cut.code, 7);
    assert!(cut.message().contains("cut off"), "{}", cut.message());
    assert_eq!(world.run(&["receipt", "verify", "/nowhere/receipt.json"]).code, 7);
}
