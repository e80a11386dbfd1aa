//! The table that gives each mailbox one spelling.

use proptest::prelude::*;
use undersign_protocol::email_verification::Address;

use crate::common::laws::check;

fn canonical(text: &str) -> String {
    let address = Address::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    String::from_utf8(address.canonical().as_bytes().to_vec()).unwrap()
}

fn expect(cases: &[(&str, &str)]) {
    for (typed, expected) in cases {
        assert_eq!(canonical(typed), *expected, "{typed}");
    }
}

#[test]
fn gmail_ignores_dots_and_suffixes_and_has_two_domains() {
    expect(&[
        ("jane.doe@gmail.com", "janedoe@gmail.com"),
        ("J.a.n.e.D.o.e@GMAIL.com", "janedoe@gmail.com"),
        ("janedoe+petition@gmail.com", "janedoe@gmail.com"),
        ("jane.doe+a+b.c@googlemail.com", "janedoe@gmail.com"),
        ("jane-doe@gmail.com", "jane-doe@gmail.com"),
        ("jane_doe@gmail.com", "jane_doe@gmail.com"),
    ]);
}

#[test]
fn yandex_has_aliases_and_takes_dots_for_dashes() {
    let same = "ivan-petrov@yandex.ru";
    for domain in ["yandex.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "ya.ru", "YA.RU"] {
        assert_eq!(canonical(&format!("ivan.petrov@{domain}")), same);
        assert_eq!(canonical(&format!("Ivan-Petrov+x@{domain}")), same);
    }
    expect(&[("ivanpetrov@yandex.ru", "ivanpetrov@yandex.ru"), ("ivan@yandex.org", "ivan@yandex.org")]);
}

#[test]
fn other_providers_ignore_suffixes_and_keep_dots_and_domain() {
    for domain in [
        "outlook.com",
        "hotmail.com",
        "live.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "proton.me",
        "protonmail.com",
        "pm.me",
        "fastmail.com",
    ] {
        assert_eq!(canonical(&format!("Jane.Doe+x@{domain}")), format!("jane.doe@{domain}"));
        assert_eq!(canonical(&format!("jane-doe@{domain}")), format!("jane-doe@{domain}"));
    }
}

/// Whoever runs the domain may give `a+b` to somebody else: a wrong merge would use up a stranger's place.
#[test]
fn unknown_domains_keep_everything_but_capitals() {
    expect(&[
        ("Jane.Doe+x@example.org", "jane.doe+x@example.org"),
        ("a+b@mail.ru", "a+b@mail.ru"),
        ("a.b@mail.ru", "a.b@mail.ru"),
        ("a+b@sub.gmail.com", "a+b@sub.gmail.com"),
        ("a.b@gmail.com.example.org", "a.b@gmail.com.example.org"),
        ("a.b@notgmail.com", "a.b@notgmail.com"),
        ("A@BÜCHER.example", "a@xn--bcher-kva.example"),
        ("a@faß.de", "a@xn--fa-hia.de"),
        ("a@fass.de", "a@fass.de"),
    ]);
}

/// Nothing before the plus is no name: the whole is kept.
#[test]
fn a_name_of_nothing_but_a_suffix_is_kept() {
    expect(&[
        ("+a@gmail.com", "+a@gmail.com"),
        ("+@outlook.com", "+@outlook.com"),
        ("+a.b@gmail.com", "+ab@gmail.com"),
    ]);
}

const DOMAINS: [&str; 8] =
    ["gmail.com", "googlemail.com", "yandex.kz", "ya.ru", "outlook.com", "proton.me", "example.org", "mail.ru"];

#[test]
fn canonical_is_idempotent() {
    check(("[A-Za-z0-9+._-]{1,64}", proptest::sample::select(&DOMAINS)), |(local, domain)| {
        let Ok(address) = Address::parse(&format!("{local}@{domain}")) else { return Ok(()) };
        let once = String::from_utf8(address.canonical().as_bytes().to_vec()).unwrap();
        prop_assert!(once.contains('@') && !once.starts_with('@'));
        prop_assert!(!once.bytes().any(|byte| byte.is_ascii_uppercase()));
        // What stands before a plus may end with a dot, and then the canonical spelling is no address.
        if Address::parse(&once).is_ok() {
            prop_assert_eq!(canonical(&once), once);
        }
        Ok(())
    });
}

/// Two spellings are one only where the table says so: on a domain without a rule, capitals alone make no difference.
#[test]
fn different_names_on_other_domains_stay_different() {
    check(("[a-zA-Z0-9+_-]{1,20}", "[a-zA-Z0-9+_-]{1,20}"), |(one, other)| {
        let same = canonical(&format!("{one}@example.org")) == canonical(&format!("{other}@example.org"));
        prop_assert_eq!(same, one.eq_ignore_ascii_case(&other));
        Ok(())
    });
}
