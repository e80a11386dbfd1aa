//! Which names issuer and origin may have: they stand in challenges and log origins.

use super::manifest_rules::{check, rule};

#[test]
fn hosts_that_are_taken() {
    for host in [
        "petitions.example",
        "localhost",
        "127.0.0.1",
        "127.0.0.1:8080",
        "petitions.example:8443",
        "a-b.c1.example",
        "[::1]",
        "[::1]:8080",
        "[2001:db8::1]:65535",
        "abcdefghij234567.onion",
        "1.example",
        "xn--80a1acny.xn--p1ai",
    ] {
        assert_eq!(check(|m| m.issuer.name = host.to_owned()), Ok(()), "{host}");
        assert_eq!(check(|m| m.origin.host = host.to_owned()), Ok(()), "{host}");
    }
}

#[test]
fn hosts_that_are_refused() {
    let long = format!("{}.example", "a".repeat(64));
    let longer = ["a".repeat(60).as_str(); 5].join(".");
    for host in [
        "",
        ".",
        ":",
        ":80",
        "Petitions.example",
        "petitions.example.",
        ".petitions.example",
        "a..b",
        "-a.example",
        "a-.example",
        "a.-b.example",
        "a_b.example",
        "петиции.example",
        "a b",
        "a,b",
        "a/b",
        "a@b",
        "a+b",
        "a\nb",
        "*.example",
        "https://a.example",
        "a.example:",
        "a.example:0",
        "a.example:080",
        "a.example:+80",
        "a.example:65536",
        "a.example:x",
        "a.example:80:80",
        "::1",
        "[::1",
        "::1]",
        "[]",
        "[localhost]",
        "[::1]x",
        "[::1]:",
        "[fe80::1%eth0]",
        &long,
        &longer,
    ] {
        let says = |field: &str| format!("{field}: must be a host, with :port where not the default");
        assert_eq!(rule(|m| m.issuer.name = host.to_owned()), says("issuer.name"), "{host:?}");
        assert_eq!(rule(|m| m.origin.host = host.to_owned()), says("origin.host"), "{host:?}");
    }
}
