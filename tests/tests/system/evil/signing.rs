use tempfile::TempDir;
use undersign_protocol::redemption::Evidence;
use undersign_tests::cli::{Ended, Person};
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
    let evidence = Evidence::decode(&std::fs::read(path).expect("a file")).expect("evidence");
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
