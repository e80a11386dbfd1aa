//! `undersign withdraw`: once, for good, and only when it is meant.

use std::fs::File;

use undersign_protocol::redemption::Receipt;

use crate::front::World;
use crate::receipts::signed_with_receipt;
use crate::support::server::problem;

fn code(file: &str) -> String {
    let receipt = Receipt::decode(&std::fs::read(file).unwrap()).unwrap();
    receipt.withdrawal_code().to_text().to_string()
}

#[test]
fn a_signature_is_taken_back_with_the_file_and_twice_is_once() {
    let world = World::new(1);
    world.front().publishes = true;
    let file = signed_with_receipt(&world);
    let ended = world.run(&["withdraw", &file, "--yes", "--wait-published"]);
    assert_eq!(ended.code, 0, "{:?}", ended.events);
    assert_eq!(ended.names(), ["petition", "withdrawn", "published"]);
    assert!(ended.event("withdrawn")["publish_by"].is_string());
    assert_eq!(ended.event("published")["leaf_index"], 4);

    let again = world.run(&["withdraw", &file, "--yes"]);
    assert_eq!((again.code, &again.event("withdrawn")["leaf_index"]), (0, &4.into()));
    assert_eq!((world.signatures(0), world.withdrawals(0)), (1, 1));
    let verified = world.run(&["receipt", "verify", &file]);
    assert_eq!((verified.code, &verified.event("receipt")["standing"]), (0, &"withdrawn".into()));
}

#[test]
fn a_signature_is_taken_back_with_the_code_as_an_argument_or_on_standard_input() {
    for by_input in [false, true] {
        let world = World::new(1);
        let code = code(&signed_with_receipt(&world));
        let ended = if by_input {
            let path = world.folder.path().join("code.txt");
            std::fs::write(&path, format!("{}\n{}\n", &code[..60], &code[60..])).unwrap();
            world.start_with(&["withdraw", "-", "--yes"], File::open(path).unwrap().into()).end()
        } else {
            world.run(&["withdraw", &code, "--yes"])
        };
        assert_eq!(ended.code, 0, "{:?}", ended.events);
        assert_eq!(world.withdrawals(0), 1);
        assert!(!format!("{:?}", ended.events).contains(code.split('.').nth(2).unwrap()), "no line holds the key");
    }
}

#[test]
fn without_a_word_nothing_is_taken_back() {
    let world = World::new(1);
    let file = signed_with_receipt(&world);
    let posts = world.front().posts();
    let ended = world.run(&["withdraw", &file]);
    assert_eq!(ended.code, 2);
    assert!(ended.message().contains("--yes"), "{}", ended.message());
    let posted = world.front().posts();
    assert_eq!((posted, world.withdrawals(0)), (posts, 0));
}

#[test]
fn what_is_no_code_is_not_sent() {
    let world = World::new(1);
    let code = code(&signed_with_receipt(&world));
    world.front().server.seen.clear();
    for wrong in [&code[..90], "undersign1.", "/nowhere/receipt.json", "hello"] {
        let ended = world.run(&["withdraw", wrong, "--yes"]);
        assert_eq!(ended.code, 7, "{wrong}");
        assert!(!ended.message().contains(&code[60..90]), "the code is not repeated: {}", ended.message());
    }
    assert_eq!(world.front().server.seen, [] as [&str; 0]);
}

#[test]
fn refusals_say_what_they_mean() {
    use undersign_protocol::problem::Problem;
    let world = World::new(1);
    let code = code(&signed_with_receipt(&world));
    let mut parts: Vec<&str> = code.splitn(4, '.').collect();
    let another = "A".repeat(43);
    parts[2] = &another;
    let unknown = world.run(&["withdraw", &parts.join("."), "--yes"]);
    assert_eq!((unknown.code, &unknown.event("error")["problem"]), (4, &"withdrawal-not-valid".into()));
    world.front().lie = Some(|path, response| {
        if path.ends_with("/withdrawals") {
            *response = problem(Problem::Closed);
        }
    });
    let closed = world.run(&["withdraw", &code, "--yes"]);
    assert_eq!((closed.code, &closed.event("error")["problem"]), (4, &"closed".into()));
    assert_eq!(world.withdrawals(0), 1, "the server of the test has taken it; only its answer was changed");
}
