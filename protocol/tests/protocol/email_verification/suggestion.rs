//! Suggestions for mistyped domains: offered for slips, never for what is correct.

use proptest::prelude::*;
use undersign_protocol::email_verification::{Address, suggest};

use crate::common::laws::check;

fn suggestion(text: &str) -> Option<String> {
    suggest(&Address::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")))
}

#[test]
fn one_slip_is_suggested_with_the_name_as_typed() {
    for (typed, meant) in [
        ("Jane.Doe+x@gmial.com", "Jane.Doe+x@gmail.com"),
        ("a@gmal.com", "a@gmail.com"),
        ("a@gmaill.com", "a@gmail.com"),
        ("a@gnail.com", "a@gmail.com"),
        ("a@GMAIL.CO", "a@gmail.com"),
        ("a@gmail.cm", "a@gmail.com"),
        ("a@hotmial.com", "a@hotmail.com"),
        ("a@outlok.com", "a@outlook.com"),
        ("a@yaho.com", "a@yahoo.com"),
        ("a@yandx.ru", "a@yandex.ru"),
        ("a@amil.ru", "a@mail.ru"),
        ("a@ramble.ru", "a@rambler.ru"),
        ("a@prton.me", "a@proton.me"),
        ("a@riseup.nt", "a@riseup.net"),
    ] {
        assert_eq!(suggestion(typed).as_deref(), Some(meant), "{typed}");
    }
}

#[test]
fn correct_domains_are_left_alone() {
    let list = [
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "yahoo.de",
        "yahoo.co.uk",
        "hotmail.com",
        "hotmail.fr",
        "outlook.com",
        "outlook.de",
        "live.com",
        "live.ru",
        "msn.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "aol.com",
        "proton.me",
        "protonmail.com",
        "protonmail.ch",
        "pm.me",
        "riseup.net",
        "tuta.com",
        "tuta.io",
        "tutanota.com",
        "posteo.de",
        "posteo.net",
        "mailbox.org",
        "fastmail.com",
        "fastmail.fm",
        "gmx.de",
        "gmx.net",
        "gmx.com",
        "gmx.at",
        "gmx.ch",
        "web.de",
        "t-online.de",
        "freenet.de",
        "mail.com",
        "email.com",
        "ymail.com",
        "mail.de",
        "mail.ru",
        "inbox.ru",
        "inbox.lv",
        "inbox.eu",
        "list.ru",
        "bk.ru",
        "internet.ru",
        "vk.com",
        "yandex.ru",
        "yandex.com",
        "yandex.by",
        "yandex.kz",
        "yandex.ua",
        "ya.ru",
        "rambler.ru",
        "ro.ru",
        "lenta.ru",
        "qip.ru",
        "pochta.ru",
        "ukr.net",
        "i.ua",
        "meta.ua",
        "mail.ua",
        "mail.by",
        "mail.kz",
        "tut.by",
        "bigmir.net",
        "seznam.cz",
        "wp.pl",
        "o2.pl",
        "abv.bg",
        "libero.it",
        "laposte.net",
        "orange.fr",
        "free.fr",
        "qq.com",
        "163.com",
        "126.com",
        "naver.com",
        "zoho.com",
        "hey.com",
        "disroot.org",
        "example.org",
        "msu.ru",
        "hse.ru",
        "spbu.ru",
        "student.spbu.ru",
        "mail.gmail.com",
    ];
    for domain in list {
        assert_eq!(suggestion(&format!("a@{domain}")), None, "{domain}");
    }
}

#[test]
fn two_slips_are_not_guessed_at() {
    for domain in ["gmil.co", "hotnail.co", "yndx.ru", "outlooook.com", "gmail.org"] {
        assert_eq!(suggestion(&format!("a@{domain}")), None, "{domain}");
    }
}

/// A suggestion is an address that is itself left alone, with the same name before the @.
#[test]
fn a_suggestion_needs_no_other() {
    check(("[a-z]{1,9}", "(g?mai?l|hot?mail|out?look|ya?ndex|y?ahoo)\\.(com?|r?u)"), |(local, domain)| {
        let Ok(address) = Address::parse(&format!("{local}@{domain}")) else { return Ok(()) };
        if let Some(meant) = suggest(&address) {
            let same_name = meant.starts_with(&format!("{local}@"));
            prop_assert!(same_name && meant != address.mailbox());
            prop_assert_eq!(suggestion(&meant), None);
        }
        Ok(())
    });
}
