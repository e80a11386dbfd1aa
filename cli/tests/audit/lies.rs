//! A log whose key has signed what it holds, with one thing wrong in it: each has its own name, and the entry is told.

use std::fs;

use undersign_log_generator::{Batch, Plan};
use undersign_protocol::public_log::Hash;

use crate::world::{PLAN, World, text};

/// Whatever an edit of the second batch makes of it.
fn assert_found(defect: &str, edit: fn(&mut Batch)) {
    let world = World::edited(&PLAN, |number, entries| {
        if number == 2 {
            edit(entries);
        }
    });
    for source in [&world.link(), text(&world.site.copy)] {
        let ended = world.audit(&[source]);
        let message = ended.defect(defect);
        assert!(message.contains("do not trust this count"), "{message}");
        assert!(ended.event("defect")["entry"].as_u64().is_some_and(|entry| entry > 250), "{:?}", ended.events);
    }
}

/// As an honest log would have them.
fn sort(entries: &mut Batch) {
    entries[1..].sort_by_key(|entry| Hash::of_leaf(entry));
}

#[test]
fn a_batch_that_is_not_sorted() {
    assert_found("unsorted", |entries| entries.swap(3, 4));
}

#[test]
fn a_batch_without_its_statement() {
    assert_found("outside-batch", |entries| {
        entries.remove(0);
    });
}

#[test]
fn a_token_that_is_not_signed() {
    assert_found("signature", |entries| {
        let token = entries.iter_mut().find(|entry| entry[0] == 1).unwrap();
        token[300] ^= 1;
        sort(entries);
    });
}

#[test]
fn a_token_that_is_counted_twice() {
    assert_found("nonce-twice", |entries| {
        let token = entries.iter().position(|entry| entry[0] == 1).unwrap();
        entries.push(entries[token].clone());
        sort(entries);
    });
}

#[test]
fn a_withdrawal_without_its_key() {
    assert_found("withdrawal-key", |entries| {
        let withdrawal = entries.iter_mut().find(|entry| entry[0] == 2).unwrap();
        withdrawal[64] ^= 1;
        sort(entries);
    });
}

#[test]
fn an_entry_of_an_unknown_kind() {
    assert_found("entry", |entries| entries[5][0] = 77);
}

#[test]
fn signatures_after_the_close() {
    let world = World::edited(&PLAN, |number, entries| {
        if number == PLAN.batches() {
            // The close's place is taken by the next batch; it stands at the head of the last one instead.
            entries.insert(0, close());
        }
    });
    world.audit(&[&world.link()]).defect("after-close");
}

fn close() -> Vec<u8> {
    let plan = Plan { signatures: 1, ..PLAN };
    let petition = undersign_log_generator::petition::Petition::of_seed(PLAN.seed).unwrap();
    undersign_log_generator::entries::last(&Plan { signatures: 600, ..plan }, &petition, 0).unwrap().remove(0)
}

#[test]
fn a_total_that_is_larger_than_the_log() {
    let world = World::new();
    let path = world.site.copy.join("total");
    let honest = fs::read_to_string(&path).unwrap();
    let lie = honest.replace("\"signatures\":600", "\"signatures\":601").replace("\"total\":580", "\"total\":581");
    fs::write(&path, &lie).unwrap();
    world.audit(&[&world.link()]).defect("total");
    world.audit(&[text(&world.site.copy)]).defect("total");

    // Numbers that contradict each other are not worth a recount.
    fs::write(&path, honest.replace("\"total\":580", "\"total\":581")).unwrap();
    let ended = world.audit(&[&world.link()]);
    assert_eq!((ended.code, ended.events.len()), (5, 1));
}

/// Each entry is valid where it stands: a notice was moved from the end of a batch to its beginning.
#[test]
fn entries_that_were_reordered_under_the_same_head() {
    let world = World::new();
    let moved = World::edited(&PLAN, |number, entries| {
        if number == 1 {
            entries.rotate_right(1);
        }
    });
    let bundle = "log/tile/entries/000";
    fs::copy(moved.site.copy.join(bundle), world.site.copy.join(bundle)).unwrap();
    world.audit(&[&world.link()]).defect("root");
    world.audit(&[text(&world.site.copy)]).defect("root");
}

#[test]
fn a_checkpoint_that_another_key_has_signed() {
    let world = World::new();
    let path = world.site.copy.join("log/checkpoint");
    let note = fs::read_to_string(&path).unwrap();
    let size = world.site.checkpoint.tree_size;
    fs::write(&path, note.replace(&format!("\n{size}\n"), &format!("\n{}\n", size - 1))).unwrap();
    assert_eq!(world.audit(&[&world.link()]).code, 5);
    assert_eq!(world.audit(&[text(&world.site.copy)]).code, 5);
}
