use undersign_protocol::email_verification::CheckNumber;

use crate::front::{EMAIL, World};
use crate::support::server::{answer, problem};

#[test]
fn a_link_opened_anywhere_ends_in_one_signature() {
    let world = World::new(2);
    let mut running = world.start(&["sign", &world.link(0), "--email", EMAIL]);
    let petition = running.next();
    assert_eq!(petition["event"], "petition");
    assert_eq!((&petition["title"], &petition["pinned"]), (&"Petition 0".into(), &false.into()));
    let bundle = running.next();
    assert_eq!(bundle["petitions"], serde_json::json!(["petition-0", "petition-1"]));
    let waiting = running.until("waiting");
    let digest = *world.front().server.asked.values().next().unwrap();
    assert_eq!(waiting["check"], CheckNumber::of(&digest).to_string());

    world.open_link();
    let ended = running.end();
    assert_eq!(ended.code, 0, "{:?}", ended.events);
    assert_eq!(ended.names(), ["confirmed", "token", "redeemed"]);
    assert!(ended.event("redeemed")["publish_by"].is_string());
    assert_eq!(world.signatures(0), 1);
    assert_eq!(world.files(), [] as [&str; 0], "nothing is left behind");
}

/// The command tells what it will do before it shows the address to anyone.
#[test]
fn people_are_told_before_the_address_is_sent() {
    let world = World::new(3);
    world.front().confirms = true;
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_undersign"))
        .args(["sign", &world.link(1), "--email", EMAIL])
        .env("UNDERSIGN_STATE_DIR", world.states())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success());
    let told = String::from_utf8(output.stdout).unwrap();
    let order = ["You sign: Petition 1", "not pinned", "cannot then sign", "check number", "Accepted. It will be in"];
    let order = order
        .map(|text| told.find(text).or_else(|| told.find("can then not sign petition-0, petition-2")).expect(text));
    assert!(order.is_sorted(), "{told}");
    assert!(!told.contains(EMAIL) && !String::from_utf8_lossy(&output.stderr).contains(EMAIL));
}

#[test]
fn only_this_asks_for_one_token() {
    let world = World::new(3);
    world.front().confirms = true;
    let ended = world.sign(2, &["--only-this"]);
    assert_eq!(ended.code, 0);
    assert_eq!(ended.event("bundle")["petitions"], serde_json::json!(["petition-2"]));
    let issued: Vec<bool> = world.front().server.petitions.iter().map(|petition| petition.issued.is_some()).collect();
    assert_eq!(issued, [false, false, true]);
}

#[test]
fn a_second_signing_of_an_address_says_what_happened() {
    let world = World::new(1);
    world.front().confirms = true;
    assert_eq!(world.sign(0, &[]).code, 0);
    let second = world.sign(0, &[]);
    assert_eq!(second.code, 4);
    assert_eq!(second.event("error")["problem"], "already-issued");
    assert!(second.message().contains("cannot get another one"), "{}", second.message());
    assert_eq!(world.signatures(0), 1);
    assert_eq!(world.files(), [] as [&str; 0]);
}

#[test]
fn what_was_begun_is_not_begun_twice_by_accident() {
    let world = World::new(2);
    assert_eq!(world.sign(0, &["--timeout", "0"]).code, 6);
    let again = world.sign(0, &["--timeout", "0"]);
    assert_eq!(again.code, 4);
    assert!(again.message().contains("undersign resume petition-0"), "{}", again.message());
    assert!(again.message().contains("nothing was used up"), "{}", again.message());

    let over = world.sign(0, &["--timeout", "0", "--start-over"]);
    assert_eq!(over.code, 6);
    assert_eq!(over.event("discarded")["slug"], "petition-0");
    assert_eq!(world.front().server.asked.values().collect::<std::collections::BTreeSet<_>>().len(), 2);
}

#[test]
fn two_at_once_do_not_get_in_each_others_way() {
    let world = World::new(1);
    let mut first = world.start(&["sign", &world.link(0), "--email", EMAIL]);
    first.until("waiting");
    let second = world.run(&["resume"]);
    assert_eq!(second.code, 4);
    assert!(second.message().contains("Another undersign"), "{}", second.message());
    world.open_link();
    assert_eq!(first.end().code, 0);
    assert_eq!(world.signatures(0), 1);
}

#[test]
fn a_typing_error_is_pointed_out_and_never_changed() {
    let world = World::new(1);
    world.front().confirms = true;
    let ended = world.run(&["sign", &world.link(0), "--email", "alice@gmial.com"]);
    assert_eq!(ended.event("did_you_mean")["domain"], "gmail.com");
    assert!(!serde_json::to_string(&ended.events).unwrap().contains("alice"));
    let wrong = world.run(&["sign", &world.link(0), "--email", "alice"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.message().contains("name@example.org") && wrong.message().contains("Nothing was sent"));
}

#[test]
fn refusals_of_the_address_begin_again_later() {
    let world = World::new(1);
    world.front().lie = Some(|path, response| {
        if path == "v1/email-verifications" {
            *response = problem(undersign_protocol::problem::Problem::AddressNotValid);
        }
    });
    let ended = world.sign(0, &[]);
    assert_eq!((ended.code, &ended.event("error")["problem"]), (4, &"address-not-valid".into()));

    world.front().lie = None;
    world.front().confirms = true;
    assert_eq!(world.run(&["resume", "--email", EMAIL]).code, 0);
    assert_eq!(world.signatures(0), 1);
}

#[test]
fn a_server_that_signs_wrongly_is_not_asked_again() {
    let world = World::new(1);
    world.front().confirms = true;
    world.front().lie = Some(|path, response| {
        if path == "v1/token-requests" && response.status == 200 {
            response.body[3] ^= 1;
        }
    });
    let ended = world.sign(0, &[]);
    assert_eq!(ended.code, 5);
    assert!(ended.message().contains("Nothing was signed"), "{}", ended.message());
    let posts = world.front().posts();

    world.front().lie = None;
    let resumed = world.run(&["resume"]);
    assert_eq!((resumed.code, resumed.message()), (5, ended.message()));
    assert_eq!(world.front().posts(), posts, "nothing is sent with what is spent");
    assert!(!String::from_utf8(world.kept()).unwrap().contains("secret"));
}

#[test]
fn a_lying_server_gets_no_address() {
    let lies: [fn(&str, &mut undersign_client_lib::response::Response); 3] = [
        |path, response| {
            if path == "v1/petitions/petition-0" {
                let text = String::from_utf8(response.body.clone()).unwrap();
                response.body = text.replace("One demand.", "Two demands.").into_bytes();
            }
        },
        |path, response| {
            if path == ".well-known/private-token-issuer-directory" {
                *response = answer(200, "application/json", br#"{"issuer-request-uri":"/x","token-keys":[]}"#.to_vec());
            }
        },
        |path, response| {
            if path == "v1/log/checkpoint" {
                *response.body.last_mut().unwrap() ^= 1;
            }
        },
    ];
    for lie in lies {
        let world = World::new(1);
        world.front().lie = Some(lie);
        let ended = world.sign(0, &[]);
        assert_eq!(ended.code, 5, "{:?}", ended.events);
        assert!(ended.message().starts_with("Do not sign"), "{}", ended.message());
        // Nobody is told not to sign who did not want to.
        for (command, words) in [("show", "Do not trust what this server shows"), ("audit", "Do not trust this count")]
        {
            let ended = world.run(&[command, &world.link(0)]);
            assert_eq!(ended.code, 5, "{:?}", ended.events);
            assert!(ended.message().starts_with(words), "{}", ended.message());
            assert!(!ended.message().contains("sign:"), "{}", ended.message());
        }
        assert_eq!(world.front().posts(), 0);
    }
}

#[test]
fn links_that_cannot_be_signed() {
    let world = World::new(1);
    let host = world.run(&["sign", &world.host(), "--email", EMAIL]);
    assert_eq!(host.code, 2);
    assert!(host.message().contains("undersign show"), "{}", host.message());
    let other = world.run(&["sign", &world.link(7), "--email", EMAIL]);
    assert_eq!((other.code, &other.event("error")["problem"]), (4, &"not-found".into()));
    let pinned = format!("{}#{}", world.link(0), "A".repeat(43));
    let ended = world.run(&["sign", &pinned, "--email", EMAIL]);
    assert_eq!(ended.code, 5);
    assert!(ended.message().contains("pins"), "{}", ended.message());
    let nowhere = world.run(&["sign", "http://127.0.0.1:9/p/a", "--email", EMAIL]);
    assert_eq!(nowhere.code, 3);
    let proxy = world.run(&["sign", &world.link(0), "--email", EMAIL, "--proxy", "socks5h://127.0.0.1:9"]);
    assert_eq!(proxy.code, 3, "never past the proxy");
    assert_eq!(world.front().posts(), 0);
}
