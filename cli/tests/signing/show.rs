use undersign_protocol::petition::NoticeContent;
use undersign_protocol::public_log::{HostEntry, Service};

use crate::front::{EMAIL, World};

#[test]
fn a_petition_is_shown_with_what_was_checked() {
    let world = World::new(2);
    let ended = world.run(&["show", &world.link(0)]);
    assert_eq!(ended.code, 0, "{:?}", ended.events);
    let petition = ended.event("petition");
    let id = world.front().server.petitions[0].petition.petition_id().to_string();
    assert_eq!(petition["petition_id"], id);
    assert_eq!(petition["title"], "Petition 0");
    assert_eq!(petition["organiser"], "An organiser");
    assert_eq!(petition["state"], "open");
    assert_eq!(petition["demands"], serde_json::json!(["One demand."]));
    assert_eq!((&petition["total"], &petition["pinned"]), (&0.into(), &false.into()));

    // The link that it gives pins the petition.
    let pinned = world.run(&["show", petition["link"].as_str().unwrap()]);
    assert_eq!(pinned.event("petition")["pinned"], true);
}

#[test]
fn the_onion_service_that_the_host_s_log_has_announced_last_is_shown() {
    let world = World::new(1);
    let onion = || world.run(&["show", &world.link(0)]).event("petition")["onion"].clone();
    assert!(onion().is_null());
    for name in [Some("http://abcdefghij234567.onion"), Some("http://zyxwvutsrqp76543.onion"), None] {
        let service = Service::new(name.map(|name| name.parse().unwrap()), Vec::new()).unwrap();
        world.front().server.host_log.entries.push(HostEntry::Service(service).encode());
        assert_eq!(onion().as_str(), name);
        // Of a later version than this program's: passed over, as other kinds are.
        let later = br#"{"onion":"http://other.onion","relays":[],"version":2}"#;
        world.front().server.host_log.entries.push([[17].as_slice(), later].concat());
        world.front().server.host_log.entries.push(b"\x63{}".to_vec());
        assert_eq!(onion().as_str(), name);
    }
}

#[test]
fn people_read_sentences() {
    let world = World::new(1);
    let output =
        std::process::Command::new(env!("CARGO_BIN_EXE_undersign")).args(["show", &world.link(0)]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["Petition 0\nby An organiser", "- One demand.", "To: A minister", "Signatures: 0 of 100", "not pinned"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_host_lists_its_petitions() {
    let world = World::new(3);
    let ended = world.run(&["show", &world.host()]);
    assert_eq!(ended.code, 0);
    assert_eq!(ended.names(), ["listed", "listed", "listed", "note"]);
    assert_eq!(ended.events[2]["link"], world.link(2));
}

#[test]
fn a_count_that_its_log_has_not_signed_is_not_shown() {
    let world = World::new(1);
    world.front().lie = Some(|path, response| {
        if path.ends_with("/total") {
            let text = String::from_utf8(response.body.clone()).unwrap();
            response.body = text.replace("\"tree_size\":1", "\"tree_size\":7").into_bytes();
        }
    });
    let ended = world.run(&["show", &world.link(0)]);
    assert_eq!(ended.code, 5);
    assert!(ended.message().contains("Do not trust this count"), "{}", ended.message());
    assert_eq!(ended.names(), ["error"]);
}

#[test]
fn notices_are_shown_and_a_text_that_was_taken_down_is_not() {
    let world = World::new(1);
    world.front().server.publish_notice(0, NoticeContent::Update {});
    let text = |world: &World| {
        let program =
            std::process::Command::new(env!("CARGO_BIN_EXE_undersign")).args(["show", &world.link(0)]).output();
        String::from_utf8(program.unwrap().stdout).unwrap()
    };
    let shown = text(&world);
    assert!(shown.contains("(news; from the organiser)\nSome news\nGood ones.") && shown.contains("- One demand."));
    world.front().server.publish_notice(0, NoticeContent::TakeDown {});
    let shown = text(&world);
    assert!(shown.contains("was taken down") && !shown.contains("One demand.") && !shown.contains("Petition 0"));
    let ended = world.run(&["show", &world.link(0)]);
    let petition = ended.event("petition");
    assert_eq!(petition["taken_down"], true);
    assert_eq!(petition["notices"][1]["content"]["kind"], "take_down");
    let ended = world.run(&["sign", &world.link(0), "--email", EMAIL]);
    assert_eq!(ended.code, 4, "{:?}", ended.events);
}
