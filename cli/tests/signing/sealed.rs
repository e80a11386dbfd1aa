//! What a machine that was taken tells of a signature that waits on it.

use std::fs;
use std::path::PathBuf;

use undersign_protocol::problem::Problem;
use undersign_protocol::timestamp::Timestamp;

use crate::front::{EMAIL, Ended, World, now};
use crate::support::server::{CODE, problem};
use crate::waiting::next_epoch;

/// A file with a passphrase, outside of the folder of states.
fn passphrase(world: &World, words: &str) -> String {
    let path: PathBuf = world.folder.path().join(words.replace(' ', "-"));
    fs::write(&path, format!("{words}\nonly the first line counts\n")).unwrap();
    path.display().to_string()
}

fn detached(world: &World, file: &str, more: &[&str]) -> Ended {
    world.sign(0, &[&["--detach", "--passphrase-file", file], more].concat())
}

#[test]
fn a_sealed_state_tells_nothing_and_is_handed_in_later() {
    let world = World::new(2);
    world.front().confirms = true;
    let file = passphrase(&world, "correct horse");
    let left = detached(&world, &file, &["--when", "1h"]);
    assert_eq!(left.code, 6, "{:?}", left.events);
    assert!(left.message().contains("undersign resume petition-0"), "{}", left.message());
    assert_eq!(world.signatures(0), 0);

    let id = world.front().server.petitions[0].petition.petition_id().to_string();
    let (names, kept) = (world.files(), world.kept());
    assert_eq!(names.len(), 2, "a key and a state: {names:?}");
    assert!(names.iter().all(|name| (name.ends_with(".sealed") || name == "key") && !name.contains(&id)), "{names:?}");
    for secret in ["petition-0", &id, EMAIL, "token_held", "127.0.0.1"] {
        assert!(kept.windows(secret.len()).all(|bytes| bytes != secret.as_bytes()), "{secret}");
    }

    let ended = world.run(&["resume", "--when", "now", "--passphrase-file", &file]);
    assert_eq!(ended.code, 0, "the control: it was the right file. {:?}", ended.events);
    assert_eq!((world.signatures(0), world.signatures(1)), (1, 0));
    assert_eq!(world.files(), ["key"]);
}

#[test]
fn nothing_opens_it_but_its_passphrase() {
    let world = World::new(1);
    world.front().confirms = true;
    let file = passphrase(&world, "correct horse");
    assert_eq!(detached(&world, &file, &["--when", "1h"]).code, 6);
    let kept = world.kept();

    let wrong = world.run(&["resume", "--passphrase-file", &passphrase(&world, "correct  horse")]);
    assert_eq!(wrong.code, 7);
    assert!(wrong.message().contains("The passphrase is not the one"), "{}", wrong.message());
    let none = world.run(&["resume"]);
    assert_eq!(none.code, 2, "a folder that was sealed once stays sealed");
    assert!(none.message().contains("--passphrase-file"), "{}", none.message());
    assert_eq!(world.sign(0, &[]).code, 2, "and is not written to without it");
    assert_eq!(world.kept(), kept);
    assert_eq!(world.signatures(0), 0);
}

#[test]
fn what_is_to_be_left_on_the_disk_is_sealed_or_not_begun() {
    let world = World::new(1);
    let refused = world.sign(0, &["--detach"]);
    assert_eq!(refused.code, 2);
    assert!(refused.message().contains("--seal"), "{}", refused.message());
    let empty = world.folder.path().join("empty");
    fs::write(&empty, "\n").unwrap();
    assert_eq!(detached(&world, &empty.display().to_string(), &[]).code, 7);
    assert_eq!((world.front().posts(), world.files()), (0, vec![]));
}

#[test]
fn what_was_begun_unsealed_is_sealed_with_the_next_step() {
    let world = World::new(1);
    assert_eq!(world.sign(0, &["--timeout", "0"]).code, 6);
    let file = passphrase(&world, "correct horse");
    let id = world.front().server.petitions[0].petition.petition_id().to_string();
    assert_eq!(world.files(), [format!("{id}.json")]);
    assert_eq!(world.run(&["resume", "--email", EMAIL, "--timeout", "0", "--passphrase-file", &file]).code, 6);
    assert!(world.files().iter().all(|name| !name.ends_with(".json")), "{:?}", world.files());
    world.open_link();
    assert_eq!(world.run(&["resume", "--passphrase-file", &file]).code, 0);
    assert_eq!(world.signatures(0), 1);
}

#[test]
fn a_timer_hands_in_what_is_due_and_nothing_before() {
    let world = next_epoch(15);
    let file = passphrase(&world, "correct horse");
    let left = detached(&world, &file, &["--when", "now"]);
    assert_eq!(left.code, 6, "{:?}", left.events);
    let until: Timestamp = left.event("holding")["until"].as_str().unwrap().parse().unwrap();

    let due = ["resume", "--due", "--passphrase-file", &file];
    let early = world.run(&due);
    assert_eq!((early.code, world.signatures(0)), (6, 0), "{:?}", early.events);
    assert_eq!(early.event("left")["reason"], "not_due");
    assert_eq!(early.event("left")["redeem_at"], left.event("holding")["until"]);
    while now() < until {
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    let ended = world.run(&due);
    assert_eq!(ended.code, 0, "{:?}", ended.events);
    assert_eq!(world.signatures(0), 1);
    let nothing = world.run(&due);
    assert_eq!((nothing.code, nothing.events.len()), (0, 0), "nothing is left to do, and that is no failure");
}

/// What a timer cannot do is told, and does not hold up what it can.
#[test]
fn a_timer_asks_nobody() {
    let world = World::new(3);
    let receipt = world.folder.path().join("receipt").display().to_string();
    let with_receipt = ["--only-this", "--code", CODE, "--when", "1h", "--receipt", &receipt, "--timeout", "0"];
    assert_eq!(world.sign(0, &with_receipt).code, 6);
    assert_eq!(world.sign(1, &["--only-this", "--timeout", "0"]).code, 6);
    world.front().lie = Some(|path, response| {
        if path.ends_with("/signatures") {
            *response = problem(Problem::Unavailable);
        }
    });
    let mut running = world.start(&["sign", &world.link(2), "--email", EMAIL, "--only-this", "--code", CODE]);
    running.until("token");
    running.kill();
    world.front().lie = None;

    let ended = world.run(&["resume", "--due"]);
    assert_eq!(ended.code, 0, "{:?}", ended.events);
    let left: Vec<_> = ended.events.iter().filter(|event| event["event"] == "left").collect();
    let left: Vec<_> =
        left.iter().map(|event| (event["slug"].as_str().unwrap(), event["reason"].as_str().unwrap())).collect();
    assert_eq!(left, [("petition-0", "receipt"), ("petition-1", "mail")]);
    assert_eq!((world.signatures(0), world.signatures(1), world.signatures(2)), (0, 0, 1));
}
