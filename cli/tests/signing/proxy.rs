//! `--proxy`, as a person says it.

use std::net::TcpListener;

use crate::front::{EMAIL, World};
use crate::support::socks::{Door, SocksProxy};

fn through(world: &World, door: Door) -> SocksProxy {
    SocksProxy::start(door, world.authority().parse().unwrap())
}

#[test]
fn the_environment_can_name_the_proxy_for_every_command() {
    let world = World::new(1);
    let proxy = through(&world, Door::AnyName);
    let show = world.run_with(&["show", &world.link(0)], &[("UNDERSIGN_PROXY", &proxy.url())]);
    assert_eq!(show.code, 0);
    let seen = proxy.seen().len();
    assert!(seen > 0);
    // Others' variables name no proxy of ours.
    let others = [("ALL_PROXY", "socks5://127.0.0.1:1"), ("http_proxy", "http://127.0.0.1:1")];
    assert_eq!(world.run_with(&["show", &world.link(0)], &others).code, 0);
    assert_eq!(proxy.seen().len(), seen);
}

/// A name that was mistyped is not "no proxy".
#[test]
fn a_proxy_that_is_none_is_refused_before_anything_is_sent() {
    let world = World::new(1);
    for (value, words) in [("", "form"), ("127.0.0.1:9050", "form"), ("socks5://127.0.0.1:9050", "use socks5h")] {
        let environment = world.run_with(&["show", &world.link(0)], &[("UNDERSIGN_PROXY", value)]);
        assert_eq!(environment.code, 2, "{value}");
        let argument = world.run(&["sign", &world.link(0), "--email", EMAIL, "--proxy", value]);
        assert_eq!(argument.code, 2, "{value}");
        assert!(argument.message().contains(words), "{}", argument.message());
    }
    assert_eq!(world.front().posts(), 0);
}

#[test]
fn what_cannot_pass_by_itself_ends_the_command_at_once() {
    let world = World::new(1);
    let onion = "http://abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwx.onion/p/petition-0";
    let refused = world.run(&["show", onion]);
    assert_eq!(refused.code, 3);
    assert!(refused.message().contains("reached through Tor alone"), "{}", refused.message());

    let no_names = through(&world, Door::NoName);
    let refused = world.run(&["show", &world.link(0), "--proxy", &no_names.url()]);
    assert_eq!(refused.code, 3);
    assert!(refused.message().contains("--proxy-without-names"), "{}", refused.message());
    let shown = world.run(&["show", &world.link(0), "--proxy", &no_names.url(), "--proxy-without-names"]);
    assert_eq!(shown.code, 0);
}

/// The proxy goes away in the middle: the address is not sent past it.
#[test]
fn a_signing_that_was_begun_through_a_proxy_does_not_go_on_without_it() {
    let world = World::new(1);
    let proxy = through(&world, Door::AnyName);
    assert_eq!(world.sign(0, &["--timeout", "0", "--proxy", &proxy.url()]).code, 6);
    // What the program had sent when it ended may still be read.
    std::thread::sleep(std::time::Duration::from_millis(300));
    let posts = world.front().posts();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    world.open_link();
    let away = world.run(&["resume", "--timeout", "1", "--proxy", &format!("socks5h://{nobody}")]);
    assert_eq!(away.code, 6);
    assert_eq!(world.front().posts(), posts);
    assert_eq!(world.run(&["resume", "--proxy", &proxy.url()]).code, 0);
    assert_eq!(world.signatures(0), 1);
}
