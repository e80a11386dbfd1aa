use std::fs;

use serde_json::json;
use undersign_log_generator::{Batch, Plan, generate, generate_edited};

use crate::world::{PLAN, World, text};

fn open(signatures: u64) -> Plan {
    Plan { signatures, withdrawals: 0, close: false, ..PLAN }
}

#[test]
fn a_log_that_grew_is_told_from_one_that_did_not() {
    let world = World::edited(&open(250), |_, _| {});
    let state = world.path("state");
    let ended = world.audit(&[&world.link(), "--state", text(&state)]);
    assert_eq!(ended.verdict()["grown_from"], serde_json::Value::Null);
    let first = world.site.checkpoint.tree_size;
    assert_eq!(world.audit(&[&world.link(), "--state", text(&state)]).verdict()["grown_from"], first);

    let grown = world.path("grown");
    let site = generate(&open(600), &grown).unwrap();
    world.server.set_root(&grown);
    let ended = world.audit(&[&world.link(), "--state", text(&state)]);
    assert_eq!(ended.verdict()["grown_from"], first);
    // A copy counts as well as the server.
    let ended = world.audit(&[text(&site.copy), "--state", text(&state)]);
    assert_eq!(ended.verdict()["grown_from"], site.checkpoint.tree_size);
}

/// A server that shows an older head, or a log cut short.
#[test]
fn a_log_that_shrank_is_found_and_both_heads_are_kept() {
    let world = World::edited(&open(600), |_, _| {});
    let state = world.path("state");
    world.audit(&[&world.link(), "--state", text(&state)]).verdict();
    let remembered = fs::read(&state).unwrap();
    let smaller = world.path("smaller");
    let site = generate(&open(250), &smaller).unwrap();
    world.server.set_root(&smaller);
    for number in 1..=2 {
        let message = world.audit(&[&world.link(), "--state", text(&state)]).defect("shrunk");
        let evidence = world.path(&format!("state.evidence-{number}"));
        assert!(message.contains(text(&evidence)), "{message}");
        let kept: serde_json::Value = serde_json::from_slice(&fs::read(&evidence).unwrap()).unwrap();
        let notes = [&world.site, &site].map(|site| fs::read_to_string(site.copy.join("log/checkpoint")).unwrap());
        assert_eq!([&kept["remembered"], &kept["shown"]], [&json!(notes[0]), &json!(notes[1])]);
    }
    assert_eq!(fs::read(&state).unwrap(), remembered, "what was remembered stays");
}

/// Each of the two logs is without fault; that there are two is the fault.
#[test]
fn a_fork_is_found_where_it_is_as_large_and_where_it_is_larger() {
    for (signatures, defect) in [(250, "forked"), (600, "rewritten")] {
        let world = World::edited(&open(250), |_, _| {});
        let state = world.path("state");
        world.audit(&[&world.link(), "--state", text(&state)]).verdict();
        let forked = world.path("forked");
        let notice_first = |number: u64, entries: &mut Batch| {
            if number == 1 {
                entries.rotate_right(1);
            }
        };
        generate_edited(&open(signatures), &forked, notice_first).unwrap();
        world.server.set_root(&forked);
        world.audit(&[&world.link()]).verdict();
        let message = world.audit(&[&world.link(), "--state", text(&state)]).defect(defect);
        assert!(message.contains("state.evidence-1"), "{message}");
    }
}

#[test]
fn a_state_file_of_another_petition_or_none_at_all_is_refused() {
    let world = World::edited(&open(250), |_, _| {});
    let state = world.path("state");
    world.audit(&[&world.link(), "--state", text(&state)]).verdict();
    let other = world.path("other");
    generate(&Plan { seed: 2, ..open(3) }, &other).unwrap();
    world.server.set_root(&other);
    let ended = world.audit(&[&world.link(), "--state", text(&state)]);
    assert_eq!(ended.code, 5);
    assert!(ended.message().contains(&world.id()), "{}", ended.message());

    fs::write(&state, "something else").unwrap();
    let ended = world.audit(&[&world.link(), "--state", text(&state)]);
    assert_eq!(ended.code, 7);
}
