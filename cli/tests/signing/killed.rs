//! Killed at every step, resumed, one signature.

use crate::front::{EMAIL, World};

/// POSTs of a signing whose link is opened at once: the mail, the tokens, the redemption.
const POSTS: usize = 3;

#[test]
fn a_signing_that_is_killed_anywhere_is_resumed_to_one_signature() {
    for number in 0..POSTS {
        for after in [false, true] {
            let world = World::new(2);
            world.front().confirms = true;
            world.front().silent = Some((number, after));
            let running = world.start(&["sign", &world.link(1), "--email", EMAIL]);
            while world.front().posts() <= number {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
            running.kill();
            world.front().silent = None;
            assert!(world.files().iter().any(|file| file.ends_with(".json")), "kept before it was sent");
            assert!(world.kept().windows(EMAIL.len()).all(|bytes| bytes != EMAIL.as_bytes()));

            // Only where no mail was asked for is the address needed once more.
            let arguments: &[&str] =
                if (number, after) == (0, false) { &["resume", "--email", EMAIL] } else { &["resume"] };
            let ended = world.run(arguments);
            assert_eq!(ended.code, 0, "post {number}, after {after}: {:?}", ended.events);
            assert_eq!((world.signatures(0), world.signatures(1)), (0, 1));
            assert_eq!(world.files(), [] as [&str; 0]);
            assert_eq!(world.run(&["resume"]).code, 4, "nothing more to do");
        }
    }
}

#[test]
fn what_is_kept_is_for_its_owner_alone() {
    let world = World::new(1);
    assert_eq!(world.sign(0, &["--timeout", "0"]).code, 6);
    let id = world.front().server.petitions[0].petition.petition_id();
    assert_eq!(world.files(), [format!("{id}.json")]);
    #[cfg(unix)]
    {
        let mode = |path: &std::path::Path| {
            std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions()) & 0o777
        };
        assert_eq!(mode(&world.states()), 0o700);
        assert_eq!(mode(&world.states().join(format!("{id}.json"))), 0o600);
    }
    assert!(String::from_utf8(world.kept()).unwrap().contains("petition-0"), "the control: it is the right file");
}

/// The state is lost after the token was issued: the address has no second one, and the person is told what that means.
#[test]
fn a_lost_state_is_explained() {
    let world = World::new(2);
    world.front().confirms = true;
    world.front().silent = Some((2, false));
    let mut running = world.start(&["sign", &world.link(0), "--email", EMAIL]);
    running.until("token");
    // The signature must have come, and been lost: what is still on its way would be counted once the front is no longer silent.
    while world.front().posts() <= 2 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    running.kill();
    world.front().silent = None;

    let refused = world.sign(0, &[]);
    assert_eq!(refused.code, 4);
    assert!(refused.message().contains("cannot sign petition-0, nor petition-1"), "{}", refused.message());
    std::fs::remove_dir_all(world.states()).unwrap();
    let ended = world.sign(0, &[]);
    assert_eq!((ended.code, &ended.event("error")["problem"]), (4, &"already-issued".into()));
    assert!(ended.message().contains("what was kept of it is lost"), "{}", ended.message());
    assert_eq!(world.signatures(0), 0);
}

#[test]
fn a_damaged_state_is_left_alone_until_its_owner_says_otherwise() {
    let world = World::new(1);
    assert_eq!(world.sign(0, &["--timeout", "0"]).code, 6);
    let file = world.states().join(&world.files()[0]);
    std::fs::write(&file, b"{\"version\":1,").unwrap();
    for ended in [world.run(&["resume"]), world.sign(0, &[])] {
        assert_eq!(ended.code, 7);
        assert!(ended.message().contains("is damaged"), "{}", ended.message());
    }
    world.front().confirms = true;
    assert_eq!(world.sign(0, &["--start-over"]).code, 0);
    assert_eq!(world.files(), [] as [&str; 0]);
}
