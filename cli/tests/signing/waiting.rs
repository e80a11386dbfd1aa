use undersign_client_lib::response::Response;
use undersign_protocol::petition::{Manifest, NoticeContent, Redemption};
use undersign_protocol::problem::Problem;
use undersign_protocol::timestamp::Timestamp;

use crate::front::{EMAIL, World, now, open_now};
use crate::support::server::{CODE, problem};

#[test]
fn a_code_confirms() {
    let world = World::new(1);
    let stopped = world.sign(0, &["--timeout", "0"]);
    assert_eq!(stopped.code, 6);
    assert!(stopped.message().contains("undersign resume petition-0"), "{}", stopped.message());

    let wrong = world.run(&["resume", "--code", "0000-0000"]);
    assert_eq!((wrong.code, &wrong.event("error")["problem"]), (4, &"wrong-code".into()));
    assert_eq!(world.run(&["resume", "--code", "12"]).code, 2);
    let ended = world.run(&["resume", "petition-0", "--code", CODE]);
    assert_eq!(ended.code, 0);
    assert_eq!(ended.names(), ["waiting", "confirmed", "token", "redeemed"]);
    assert_eq!(world.signatures(0), 1);
}

#[test]
fn a_new_mail_is_for_the_same_request() {
    let world = World::new(1);
    assert_eq!(world.sign(0, &["--timeout", "0"]).code, 6);
    assert_eq!(world.run(&["resume", "--email", EMAIL, "--timeout", "0"]).code, 6);
    let asked: Vec<_> = world.front().server.asked.values().copied().collect();
    assert_eq!((asked.len(), asked[0]), (2, asked[1]));
    world.open_link();
    assert_eq!(world.run(&["resume"]).code, 0);
}

#[test]
fn several_that_were_begun_are_told_apart() {
    let world = World::new(2);
    assert_eq!(world.sign(0, &["--timeout", "0"]).code, 6);
    assert_eq!(world.sign(1, &["--timeout", "0", "--only-this"]).code, 6);
    let which = world.run(&["resume"]);
    assert_eq!(which.code, 2);
    assert!(which.message().contains("petition-0 (") && which.message().contains("petition-1 ("));
    assert_eq!(world.run(&["resume", "petition-7"]).code, 4);
    let id = world.front().server.petitions[1].petition.petition_id().to_string();
    assert_eq!(world.run(&["resume", &id, "--code", CODE]).code, 0);
    assert_eq!((world.signatures(0), world.signatures(1)), (0, 1));
}

#[test]
fn a_signature_is_awaited_and_verified_in_the_log() {
    let world = World::new(1);
    world.front().confirms = true;
    world.front().publishes = true;
    let ended = world.sign(0, &["--wait-published"]);
    assert_eq!(ended.code, 0, "{:?}", ended.events);
    let published = ended.event("published");
    let index = published["leaf_index"].as_u64().unwrap() as usize;
    assert_eq!(world.front().server.petitions[0].log.entries[index][0], 1);
    assert_eq!(world.files(), [] as [&str; 0]);
}

#[test]
fn waiting_for_the_log_can_be_stopped_and_taken_up_again() {
    let world = World::new(1);
    world.front().confirms = true;
    // However slow the machine is, one is long enough to come so far; the log is never.
    let mut stopped = world.sign(0, &["--wait-published", "--timeout", "1"]);
    for seconds in ["5", "30", "120"] {
        if !stopped.names().contains(&"redeemed") {
            stopped = world.run(&["resume", "--wait-published", "--timeout", seconds]);
        }
    }
    assert_eq!(stopped.code, 6);
    assert!(stopped.names().contains(&"redeemed"));
    world.front().server.publish_batch(0);
    let ended = world.run(&["resume", "--wait-published"]);
    assert_eq!(ended.code, 0);
    assert_eq!(ended.event("redeemed")["leaf_index"], ended.event("published")["leaf_index"]);
    assert_eq!(world.signatures(0), 1);
}

/// The petition closes while its signature is held back: who comes back is told when, not only refused.
#[test]
fn a_signature_that_was_held_back_beyond_an_earlier_close_is_told_of_it() {
    let world = held_back_beyond_the_close();
    world.front().lie = Some(too_late);
    let ended = world.run(&["resume", "--when", "now"]);
    assert_eq!((ended.code, &ended.event("error")["problem"]), (4, &"closed".into()));
    assert!(ended.message().contains("has ended: by its public log it closed at"), "{}", ended.message());
    assert_eq!(world.files(), Vec::<String>::new(), "nothing of it is kept");
}

#[test]
fn an_earlier_close_that_is_not_in_the_log_is_not_told_as_if_it_were() {
    let world = held_back_beyond_the_close();
    world.front().lie = Some(|path, response| {
        too_late(path, response);
        if path.ends_with("/notices") {
            let text = String::from_utf8(response.body.clone()).unwrap();
            response.body = text.replace("\"leaf_index\":1", "\"leaf_index\":0").into_bytes();
        }
    });
    let ended = world.run(&["resume", "--when", "now"]);
    assert_eq!((ended.code, &ended.event("error")["problem"]), (4, &"closed".into()));
    assert!(ended.message().contains("The petition is closed"), "{}", ended.message());
}

/// A token can have been taken by a command that was killed before it heard so, and this machine's clock can be wrong.
#[test]
fn whether_a_signature_is_too_late_is_the_server_s_to_say() {
    let world = held_back_beyond_the_close();
    let ended = world.run(&["resume", "--when", "now"]);
    assert_eq!(ended.code, 0, "{}", ended.message());
    assert_eq!(world.signatures(0), 1);
}

/// A signature that waits for another time, and a close in the log whose grace is over. The server goes on taking signatures.
fn held_back_beyond_the_close() -> World {
    let world = World::of(vec![Manifest { grace: 1, ..open_now(0) }]);
    world.front().confirms = true;
    let mut running = world.start(&["sign", &world.link(0), "--email", EMAIL, "--when", "1h"]);
    running.until("holding");
    running.kill();
    {
        let mut front = world.front();
        front.server.now = now();
        let closes_at = front.server.now;
        front.server.publish_notice(0, NoticeContent::Close { closes_at });
    }
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    world
}

fn too_late(path: &str, response: &mut Response) {
    if path.ends_with("/signatures") {
        *response = problem(Problem::Closed);
    }
}

#[test]
fn a_log_that_lies_about_the_signature_is_told_of() {
    let world = World::new(1);
    world.front().confirms = true;
    world.front().publishes = true;
    world.front().lie = Some(|path, response| {
        if path.contains("/log/tile/0/") {
            *response.body.last_mut().unwrap() ^= 1;
        }
    });
    let ended = world.sign(0, &["--wait-published"]);
    assert_eq!(ended.code, 5);
    assert!(ended.message().contains("do not add up"), "{}", ended.message());
}

/// A petition whose next epoch begins in some seconds.
pub fn next_epoch(seconds: u64) -> World {
    let mut manifest = open_now(0);
    manifest.opens_at = Timestamp::from_seconds(now().seconds() + seconds - 3_600).unwrap();
    manifest.redemption = Redemption::NextEpoch { epoch: 60 };
    let world = World::of(vec![manifest]);
    world.front().confirms = true;
    world
}

#[test]
fn next_epoch_is_waited_for() {
    let world = next_epoch(8);
    let ended = world.sign(0, &["--when", "now"]);
    assert_eq!(ended.code, 0, "{:?}", ended.events);
    assert_eq!(ended.names(), ["petition", "bundle", "mail", "waiting", "confirmed", "token", "holding", "redeemed"]);
    let until: Timestamp = ended.event("holding")["until"].as_str().unwrap().parse().unwrap();
    assert!(until <= now());
    assert_eq!(world.signatures(0), 1);
}

#[test]
fn a_wait_outlives_the_program() {
    let world = next_epoch(9);
    let mut waiting = world.start(&["sign", &world.link(0), "--email", EMAIL, "--when", "now"]);
    let until = waiting.until("holding")["until"].clone();
    waiting.kill();
    assert_eq!(world.signatures(0), 0, "not a moment before its time");
    let ended = world.run(&["resume"]);
    assert_eq!(ended.code, 0);
    assert_eq!(ended.events[0]["until"], until);
    assert_eq!(world.signatures(0), 1);
}
