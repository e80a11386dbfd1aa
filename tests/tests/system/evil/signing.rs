use tempfile::TempDir;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::public_log::Hash;
use undersign_protocol::redemption::{Evidence, Promise};
use undersign_tests::cli::{Ended, Person};
use undersign_tests::evil::lies::histories::fork;
use undersign_tests::evil::lies::signing;
use undersign_tests::evil::{Evil, undersign};

use super::{World, assert_caught, world};

/// Signs at this server, keeps a receipt and waits for the log.
async fn sign(world: &World, evil: &Evil, email: &str) -> (Ended, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let receipt = receipt(&folder);
    let states = folder.path().join("states");
    let person = Person::new(&world.server, &states, email);
    let link = evil.link(&world.pinned());
    let words = ["sign", &link, "--email", email, "--when", "now", "--wait-published", "--receipt", &receipt];
    (person.run(&words, &[]).await, folder)
}

fn receipt(folder: &TempDir) -> String {
    folder.path().join("receipt.json").display().to_string()
}

#[tokio::test]
async fn a_signing_without_a_lie_is_published_and_its_receipt_says_so() {
    let world = world().await;
    let evil = Evil::honest(&world.server).await;
    let (ended, folder) = sign(&world, &evil, "honest@example.org").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.event("published").is_some());
    let verified = undersign(&["receipt", "verify", &receipt(&folder)]).await;
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert_eq!(verified.event("receipt").expect("a finding")["standing"], "included");
}

#[tokio::test]
async fn a_wrong_blind_signature_is_refused_and_nothing_is_handed_in() {
    let world = world().await;
    for (place, email) in [(10, "first@example.org"), (200, "second@example.org")] {
        let evil = Evil::start(&world.server, signing::wrong_blind_signature(place)).await;
        let (ended, _folder) = sign(&world, &evil, email).await;
        assert_caught(&ended, "The server's answer was not a valid signature for trees. Nothing was signed.");
        assert!(ended.event("redeemed").is_none());
    }
}

#[tokio::test]
async fn a_promise_that_is_never_kept_is_found_and_its_evidence_convicts_the_log() {
    let world = world().await;
    let evil = Evil::start(&world.server, signing::broken_promise(&world)).await;
    let (ended, folder) = sign(&world, &evil, "waiting@example.org").await;
    assert_caught(&ended, "the log has not published it by the time that it promised");

    let path = folder.path().join("evidence.json");
    let evidence = path.display().to_string();
    let verified = undersign(&["receipt", "verify", &receipt(&folder), "--evidence", &evidence]).await;
    assert_caught(&verified, "and its newest signed head does not");
    assert_eq!(verified.event("receipt").expect("a finding")["standing"], "promise_broken");
    let link = evil.link(&world.pinned());
    let checked = undersign(&["receipt", "evidence", &evidence, &link]).await;
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert_eq!(checked.event("evidence").expect("a finding")["standing"], "promise_broken");
    let evidence = Evidence::decode(&std::fs::read(&path).expect("a file")).expect("evidence");
    assert_eq!(evidence.verify().expect("it convicts").tree_size, 1);
    assert_eq!(evidence.log_key, world.petition.manifest().log.public_key);
}

#[tokio::test]
async fn a_promise_that_the_log_has_not_signed_is_refused() {
    let world = world().await;
    let evil = Evil::start(&world.server, signing::unsigned_promise()).await;
    let (ended, _folder) = sign(&world, &evil, "unsigned@example.org").await;
    assert_caught(&ended, "the promise is not signed by the petition's log");
}

#[tokio::test]
async fn an_answer_for_another_s_signature_is_refused() {
    let world = world().await;
    let evil = Evil::start(&world.server, signing::promise_for_another()).await;
    let (ended, _folder) = sign(&world, &evil, "another@example.org").await;
    assert_caught(&ended, "the server answered for another signature");
}

/// Whoever accuses a log is not believed either: the log is read.
#[tokio::test]
async fn evidence_against_a_log_that_has_kept_its_promise_proves_nothing() {
    let world = world().await;
    let note = String::from_utf8(world.operator.log(&world.young())[&checkpoint(&world)].clone()).expect("UTF-8");
    let early = String::from_utf8(world.operator.log(&world.young()[..1])[&checkpoint(&world)].clone()).expect("UTF-8");
    let log_key = SecretKey::from_seed(&world.operator.log_key().seed());
    let past = world.server.now().minus(3_600);
    let of = |leaf: Hash, note: &str| Evidence {
        log_origin: world.petition.log_origin(),
        log_key: log_key.public_key(),
        promise: Promise::sign(&world.petition.log_origin(), leaf, past, &log_key),
        checkpoint: note.to_owned(),
        seen_at: world.server.now(),
    };
    let leaf = Hash::of_leaf(&world.young()[2]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("evidence.json").display().to_string();
    let evil = Evil::with(&world.server, world.operator.log(&world.young())).await;
    let link = evil.link(&world.pinned());
    for (evidence, expected) in [
        (of(leaf, &note), Err("the signature is entry 2 of the log")),
        (of(leaf, &early), Ok("late")),
        (of(Hash::of_leaf(b"another"), &note), Ok("promise_broken")),
    ] {
        std::fs::write(&file, evidence.encode().expect("JSON")).expect("written");
        let ended = undersign(&["receipt", "evidence", &file, &link]).await;
        match expected {
            Ok(standing) => {
                assert_eq!(ended.code, Some(0), "{ended:?}");
                assert_eq!(ended.event("evidence").expect("a finding")["standing"], standing);
            }
            Err(sentence) => assert_caught(&ended, sentence),
        }
    }
    // Of a head that is none of this log's: both are kept by who finds it.
    let fork = String::from_utf8(world.operator.log(&fork(&world))[&checkpoint(&world)].clone()).expect("UTF-8");
    std::fs::write(&file, of(leaf, &fork).encode().expect("JSON")).expect("written");
    assert_caught(&undersign(&["receipt", "evidence", &file, &link]).await, "that is evidence too");
    std::fs::write(&file, of(leaf, "no head").encode().expect("JSON")).expect("written");
    assert_caught(&undersign(&["receipt", "evidence", &file, &link]).await, "This proves nothing");
}

fn checkpoint(world: &World) -> String {
    format!("/v1/petitions/{}/log/checkpoint", world.petition.petition_id())
}
