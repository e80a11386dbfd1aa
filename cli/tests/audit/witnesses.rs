use std::fs::{self, OpenOptions};
use std::io::Write as _;

use serde_json::json;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::public_log::{Checkpoint, WitnessKey};
use undersign_protocol::timestamp::{DAY, Timestamp};

use crate::world::{World, text, undersign};

fn witness(number: u8) -> (WitnessKey, SecretKey) {
    let key = SecretKey::from_seed(&[number; 32]);
    (WitnessKey::new(&format!("witness{number}.example"), key.public_key()).unwrap(), key)
}

/// When the site's petition ends: as good as now, before and after.
const END: &str = "2027-01-03T00:00:00Z";

/// Both logs of the site, cosigned by a witness.
fn cosign(world: &World, number: u8) {
    cosign_at(world, number, END.parse().unwrap());
}

fn cosign_at(world: &World, number: u8, at: Timestamp) {
    let (name, key) = witness(number);
    for path in [world.site.copy.join("log/checkpoint"), world.path("site/v1/log/checkpoint")] {
        let note = fs::read_to_string(&path).unwrap();
        let body = note.split_once("\n\n").unwrap().0;
        let checkpoint = Checkpoint::parse_text(&format!("{body}\n")).unwrap();
        let line = name.cosign(&checkpoint, at, &key);
        OpenOptions::new().append(true).open(path).unwrap().write_all(line.as_bytes()).unwrap();
    }
    // The list of notices names the same head.
    let notices = world.site.copy.join("notices");
    let mut list: serde_json::Value = serde_json::from_slice(&fs::read(&notices).unwrap()).unwrap();
    list["checkpoint"] = fs::read_to_string(world.site.copy.join("log/checkpoint")).unwrap().into();
    fs::write(notices, list.to_string()).unwrap();
}

/// Two of two.
fn policy(world: &World) -> String {
    let file = world.path("policy");
    let lines = format!("witness a {}\nwitness b {}\ngroup both all a b\nquorum both\n", witness(1).0, witness(2).0);
    fs::write(&file, lines).unwrap();
    text(&file).to_owned()
}

#[test]
fn a_head_that_the_policy_s_witnesses_have_cosigned_is_confirmed_and_they_are_named() {
    let world = World::new();
    let policy = policy(&world);
    cosign(&world, 1);
    cosign(&world, 2);
    let copy = world.path("copy.tar");
    let ended = world.audit(&[&world.link(), "--policy", &policy, "--export", text(&copy)]);
    assert_eq!(ended.verdict()["witnesses"], json!({ "cosigned": ["a", "b"], "of": 2 }));
    // The copy has the cosignatures too.
    assert_eq!(world.audit(&[text(&copy), "--policy", &policy]).verdict()["witnesses"]["of"], 2);
    let said = undersign(&["audit", text(&copy), "--policy", &policy]).stdout;
    assert!(String::from_utf8(said).unwrap().contains("a, b of its 2 have cosigned this head"));
    assert_eq!(world.audit(&[text(&copy)]).verdict()["witnesses"], json!(null));
}

#[test]
fn a_head_that_one_of_two_witnesses_has_cosigned_is_not() {
    let world = World::new();
    let policy = policy(&world);
    cosign(&world, 2);
    let ended = world.audit(&[text(&world.site.copy), "--policy", &policy]);
    assert_eq!(ended.code, 5);
    assert!(ended.message().contains("not cosigned by as many witnesses"), "{}", ended.message());
    assert_eq!(ended.events.len(), 1, "nothing was recounted");
}

/// An old head, shown again, has only old cosignatures.
#[test]
fn a_head_that_was_cosigned_long_ago_is_not_confirmed_unless_that_is_asked_for_or_it_is_a_copy() {
    let world = World::new();
    let policy = policy(&world);
    // On whatever day this runs, two days before the last moment that matters.
    #[expect(clippy::disallowed_methods, reason = "the program under test reads the real clock")]
    let passed = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let now = Timestamp::from_seconds(passed.as_secs()).unwrap();
    let old = now.min(END.parse().unwrap()).minus(2 * DAY);
    cosign_at(&world, 1, old);
    cosign_at(&world, 2, old);
    let ended = world.audit(&[&world.link(), "--policy", &policy]);
    assert_eq!(ended.code, 5);
    assert!(ended.message().starts_with("Do not trust this count: the host's log"), "{}", ended.message());
    assert!(ended.message().contains(&format!("at {old} and not since")), "{}", ended.message());
    assert_eq!(ended.events.len(), 1, "nothing was recounted");
    assert_eq!(world.audit(&[&world.link(), "--policy", &policy, "--max-age", "3d"]).verdict()["witnesses"]["of"], 2);

    let copy = text(&world.site.copy);
    assert_eq!(world.audit(&[copy, "--policy", &policy]).verdict()["witnesses"]["of"], 2);
    let ended = world.audit(&[copy, "--policy", &policy, "--max-age", "1d"]);
    assert_eq!(ended.code, 5);
    assert!(ended.message().contains("may be an old one that is shown again"), "{}", ended.message());
    assert_eq!(world.audit(&[copy, "--max-age", "1d"]).code, 2, "an age of no policy");
}

/// A total of a newer tree is one that nobody has cosigned.
#[test]
fn a_total_of_a_later_tree_than_the_cosigned_one_is_not_confirmed() {
    let world = World::new();
    let policy = policy(&world);
    let smaller = World::edited(&undersign_log_generator::Plan { close: false, ..crate::world::PLAN }, |_, _| {});
    assert_eq!(smaller.id(), world.id());
    cosign(&smaller, 1);
    cosign(&smaller, 2);
    fs::copy(smaller.site.copy.join("log/checkpoint"), world.site.copy.join("log/checkpoint")).unwrap();
    let ended = world.audit(&[text(&world.site.copy), "--policy", &policy]);
    assert_eq!(ended.code, 5);
    assert!(ended.message().contains("later tree"), "{}", ended.message());
    // Without a policy the recount goes to the larger of the two heads, and both hold.
    assert_eq!(world.audit(&[text(&world.site.copy)]).verdict()["tree_size"], world.site.checkpoint.tree_size);
}
