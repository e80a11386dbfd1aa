//! What the command does where a mail needs work.

use crate::front::{EMAIL, World};

#[test]
fn the_work_is_done_without_being_asked_for_and_again_while_it_gets_harder() {
    let world = World::new(1);
    world.front().confirms = true;
    world.front().server.proofs.are_needed = true;
    world.front().server.proofs.too_easy = 2;
    let ended = world.sign(0, &[]);
    assert_eq!(ended.code, 0, "{:?}", ended.events);
    assert_eq!(world.signatures(0), 1);
    assert_eq!(world.front().server.proofs.seen.len(), 3);
    assert!(ended.events.iter().any(|event| event["text"].as_str().is_some_and(|text| text.contains("Please wait"))));
}

#[test]
fn a_server_that_takes_no_proof_is_given_up_with_nothing_lost() {
    let world = World::new(1);
    world.front().server.proofs.are_needed = true;
    world.front().server.proofs.too_easy = usize::MAX;
    let ended = world.sign(0, &[]);
    assert_eq!((ended.code, &ended.event("error")["problem"]), (4, &"proof-required".into()));
    assert_eq!(world.front().server.proofs.seen.len(), 8);
    world.front().server.proofs.too_easy = 0;
    world.front().confirms = true;
    assert_eq!(world.run(&["resume", "--email", EMAIL]).code, 0);
    assert_eq!(world.signatures(0), 1);
}

#[test]
fn a_mail_that_is_asked_for_again_comes_with_work_where_the_server_knows_of_it() {
    let world = World::new(1);
    assert_eq!(world.sign(0, &["--timeout", "0"]).code, 6);
    assert_eq!(world.front().server.proofs.seen.len(), 0, "nobody works without need");
    assert_eq!(world.run(&["resume", "--email", EMAIL, "--timeout", "0"]).code, 6);
    assert_eq!(world.front().server.proofs.seen.len(), 1);
    world.front().server.proofs.are_unknown = true;
    assert_eq!(world.run(&["resume", "--email", EMAIL, "--timeout", "0"]).code, 6);
    let front = world.front();
    assert_eq!((front.server.proofs.seen.len(), front.server.asked.len()), (1, 3));
}
