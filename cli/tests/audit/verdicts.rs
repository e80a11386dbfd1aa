use serde_json::json;

use crate::world::{PLAN, World, text, undersign};

#[test]
fn a_served_log_is_recounted() {
    let world = World::new();
    let ended = world.audit(&[&format!("{}#{}", world.link(), world.id())]);
    let verdict = ended.verdict();
    assert_eq!(verdict["petition_id"], world.id());
    assert_eq!(verdict["title"], "A generated petition");
    assert_eq!(
        [&verdict["signatures"], &verdict["withdrawals"], &verdict["total"], &verdict["issued"]],
        [&json!(600), &json!(20), &json!(580), &json!(631)]
    );
    assert_eq!(verdict["tree_size"], world.site.checkpoint.tree_size);
    assert_eq!(verdict["root"], world.site.checkpoint.root.to_string());
    assert_eq!(
        (&verdict["closed"], &verdict["notices"], &verdict["witnesses"]),
        (&json!(true), &json!(2), &json!(null))
    );
    assert_eq!((&verdict["pinned"], &verdict["total_shown"]), (&json!(true), &json!(true)));
    assert_eq!(ended.events.len(), 1);
}

#[test]
fn an_open_log_is_recounted_without_a_pin() {
    let world = World::edited(&undersign_log_generator::Plan { close: false, ..PLAN }, |_, _| {});
    let ended = world.audit(&[&world.link()]);
    assert_eq!((&ended.verdict()["closed"], &ended.verdict()["pinned"]), (&json!(false), &json!(false)));
}

#[test]
fn people_read_sentences() {
    let world = World::new();
    let output = undersign(&["audit", &world.link()]);
    let said = String::from_utf8(output.stdout).unwrap();
    let entry = world.site.checkpoint.tree_size - 2;
    for part in [
        "CONFIRMED: 580 signatures count for this petition.",
        &format!("Petition id  {} (not pinned", world.id()),
        &format!("root {}", world.site.checkpoint.root),
        "Signatures   600: each a valid token",
        "Withdrawals  20: each of a signature in this log",
        "Total        580, as it is shown",
        "Open         from 2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z; closed",
        &format!("in entry {entry}"),
        "no witness policy given",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(String::from_utf8(output.stderr).unwrap().contains("Verifying signatures"));
}

#[test]
fn what_cannot_be_audited_is_said() {
    let world = World::new();
    for (arguments, code) in [
        (vec![world.server.origin().to_owned() + "/"], 2),
        (vec![text(&world.path("nothing")).to_owned()], 7),
        (vec![text(world.folder.path()).to_owned()], 7),
        (vec!["http://127.0.0.1:9/p/generated".to_owned()], 3),
        (vec![world.link(), "--pin".to_owned(), "A".repeat(43)], 5),
        (vec![format!("{}#{}", world.link(), world.id()), "--pin".to_owned(), "A".repeat(43)], 2),
        (vec![text(&world.site.copy).to_owned(), "--pin".to_owned(), "A".repeat(43)], 5),
        (vec![text(&world.site.copy).to_owned(), "--export".to_owned(), "copy".to_owned()], 2),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = undersign(&[&["audit"], arguments.as_slice()].concat());
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
