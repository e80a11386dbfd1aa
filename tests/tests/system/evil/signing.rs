use serde_json::{Value, json};
use tempfile::TempDir;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::public_log::Hash;
use undersign_protocol::redemption::{Evidence, Promise};
use undersign_protocol::timestamp::Timestamp;
use undersign_tests::cli::{Ended, Person};
use undersign_tests::evil::{Asked, Evil, Told, undersign};

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

fn is_redemption(asked: &Asked, told: &Told) -> bool {
    asked.method == "POST" && asked.path.ends_with("/signatures") && told.status == 200
}

/// Changes the answer to a redemption.
fn edit_promise(told: &mut Told, edit: impl FnOnce(&mut Value)) {
    let mut answer = serde_json::from_slice(&told.body).expect("JSON");
    edit(&mut answer);
    told.body = answer.to_string().into_bytes();
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
        let lie = move |asked: &Asked, told: &mut Told| {
            if asked.path.starts_with("/v1/token-requests") && told.status == 200 {
                told.body[place] ^= 1;
            }
        };
        let evil = Evil::start(&world.server, lie).await;
        let (ended, _folder) = sign(&world, &evil, email).await;
        assert_caught(&ended, "The server's answer was not a valid signature for trees. Nothing was signed.");
        assert!(ended.event("redeemed").is_none());
    }
}

/// The promise is of an hour ago, so that nobody need wait for it to be broken; the log stays as it was at its beginning.
#[tokio::test]
async fn a_promise_that_is_never_kept_is_found_and_its_evidence_convicts_the_log() {
    let world = world().await;
    let origin = world.petition.log_origin();
    let frozen = world.operator.log(std::slice::from_ref(&world.manifest));
    let key = SecretKey::from_seed(&world.operator.log_key().seed());
    let past = world.server.now().seconds() - 3_600;
    let lie = move |asked: &Asked, told: &mut Told| {
        if let Some(body) = frozen.get(&asked.path) {
            *told = Told { status: 200, body: body.clone() };
        } else if is_redemption(asked, told) {
            edit_promise(told, |answer| {
                let leaf: Hash = serde_json::from_value(answer["leaf_hash"].clone()).expect("a hash");
                let until = Timestamp::from_seconds(past).expect("a time");
                let promise = Promise::sign(&origin, leaf, until, &key);
                *answer = json!({ "leaf_hash": leaf, "promise": promise.signature, "publish_by": until });
            });
        }
    };
    let evil = Evil::start(&world.server, lie).await;
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
    let lie = |asked: &Asked, told: &mut Told| {
        if is_redemption(asked, told) {
            edit_promise(told, |answer| answer["publish_by"] = "2020-01-01T00:00:00Z".into());
        }
    };
    let evil = Evil::start(&world.server, lie).await;
    let (ended, _folder) = sign(&world, &evil, "unsigned@example.org").await;
    assert_caught(&ended, "the promise is not signed by the petition's log");
}

#[tokio::test]
async fn an_answer_for_another_s_signature_is_refused() {
    let world = world().await;
    let lie = |asked: &Asked, told: &mut Told| {
        if is_redemption(asked, told) {
            edit_promise(told, |answer| answer["leaf_hash"] = json!(Hash::of_leaf(b"another's")));
        }
    };
    let evil = Evil::start(&world.server, lie).await;
    let (ended, _folder) = sign(&world, &evil, "another@example.org").await;
    assert_caught(&ended, "the server answered for another signature");
}
