use std::fs;
use std::process::Command;

use crate::world::{World, text};

#[test]
fn a_copy_is_audited_without_a_network_as_a_folder_and_as_a_file() {
    let world = World::new();
    let served = world.audit(&[&world.link()]).verdict().clone();
    for name in ["copy", "copy.tar"] {
        let copy = world.path(name);
        world.audit(&[&world.link(), "--export", text(&copy)]).verdict();
        let _ = world.server.take_served();
        let verdict = world.audit(&[text(&copy)]).verdict().clone();
        assert_eq!(verdict, served, "{name}");
        assert_eq!(world.server.take_served(), Vec::<String>::new(), "nothing was fetched");
        assert_eq!(world.audit(&[text(&copy), "--pin", &world.id()]).verdict()["pinned"], true);
    }
    assert!(!world.path("copy.tar.unfinished").exists());
}

/// A copy is nothing but what a server has under the petition's address, so every tool can make one.
#[test]
fn a_copy_that_tar_packed_is_audited() {
    let world = World::new();
    let file = world.path("by-tar.tar");
    let packed = Command::new("tar").arg("-cf").arg(&file).arg("-C").arg(&world.site.copy).arg(".").status().unwrap();
    assert!(packed.success());
    assert_eq!(world.audit(&[text(&file)]).verdict()["total"], 580);
}

#[test]
fn a_copy_without_a_total_is_recounted_and_says_so() {
    let world = World::new();
    fs::remove_file(world.site.copy.join("total")).unwrap();
    let ended = world.audit(&[text(&world.site.copy)]);
    assert_eq!((&ended.verdict()["total"], &ended.verdict()["total_shown"]), (&580.into(), &false.into()));
}

#[test]
fn an_interrupted_download_goes_on_where_it_stopped() {
    for name in ["copy", "copy.tar"] {
        let world = World::new();
        let copy = world.path(name);
        world.server.break_after(2);
        let ended = world.audit(&[&world.link(), "--export", text(&copy)]);
        assert_ne!(ended.code, 0);
        assert!(!world.path("copy.tar").exists());

        world.server.break_after(usize::MAX);
        let _ = world.server.take_served();
        world.audit(&[&world.link(), "--export", text(&copy)]).verdict();
        let bundles = |path: &&String| path.contains("/petitions/") && path.contains("/tile/entries/");
        assert_eq!(world.server.take_served().iter().filter(bundles).count(), 1, "two of three were there");
        world.audit(&[text(&copy)]).verdict();
    }
}

#[test]
fn a_copy_that_is_not_whole_is_no_reason_for_an_accusation() {
    let world = World::new();
    let bundle = world.site.copy.join("log/tile/entries/001");
    fs::remove_file(&bundle).unwrap();
    let ended = world.audit(&[text(&world.site.copy)]);
    assert_eq!(ended.code, 7);
    assert!(ended.message().contains(text(&bundle)), "{}", ended.message());
}

#[test]
fn a_bundle_that_was_changed_in_the_folder_is_found_and_the_folder_is_named() {
    let world = World::new();
    let copy = world.path("copy");
    world.audit(&[&world.link(), "--export", text(&copy)]).verdict();
    let bundle = copy.join("log/tile/entries/001");
    let mut content = fs::read(&bundle).unwrap();
    content[300] ^= 1;
    fs::write(&bundle, content).unwrap();
    let message = world.audit(&[&world.link(), "--export", text(&copy)]).message();
    assert!(message.contains(text(&copy)) && message.contains("remove it"), "{message}");
}
