//! Which texts are addresses, and where mail to them goes.

use proptest::prelude::*;
use undersign_protocol::email_verification::{Address, AddressError};

use crate::common::laws::check;

fn mailbox(text: &str) -> Result<String, AddressError> {
    Address::parse(text).map(|address| address.mailbox())
}

#[test]
fn any_text_is_read_without_panic_and_what_parses_stays() {
    let text = prop_oneof![
        ".{0,80}",
        "[ -~]{0,80}",
        "[a-zA-Z0-9.+-]{0,70}@[a-zA-Z0-9äß。.-]{0,70}",
        "[!-~]{1,64}@([a-z0-9-]{1,63}\\.){1,5}[a-z]{2,9}",
        "[a-z]{1,9}@\\PC{1,9}\\.\\PC{1,9}",
    ];
    check(text, |text| {
        let Ok(address) = Address::parse(&text) else { return Ok(()) };
        let mailbox = address.mailbox();
        prop_assert!(mailbox.is_ascii() && mailbox.len() <= 254 && !mailbox.contains(char::is_whitespace));
        prop_assert_eq!(address.as_typed(), text.trim());
        let again = Address::parse(&mailbox).unwrap();
        prop_assert_eq!(again.mailbox(), &*mailbox);
        prop_assert_eq!(again.domain(), address.domain());
        prop_assert!(again.canonical() == address.canonical());
        prop_assert!(address.domain().ends_with(address.registrable_domain()));
        Ok(())
    });
}

#[test]
fn mail_goes_where_the_owner_typed() {
    for (typed, expected) in [
        ("Jane.Doe+news@Example.ORG", "Jane.Doe+news@example.org"),
        ("  a@example.org\n", "a@example.org"),
        ("o'brien&co=100%@sub.example.org", "o'brien&co=100%@sub.example.org"),
        ("{a|b}~`^_!#$*/?-@example.org", "{a|b}~`^_!#$*/?-@example.org"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("иван@почта.рф", "иван@почта.рф"),
        ("ivan@почта.рф", "ivan@xn--80a1acny.xn--p1ai"),
        ("a@ｅｘａｍｐｌｅ．ｏｒｇ", "a@example.org"),
        ("a@example。org", "a@example.org"),
        ("1@1.example", "1@1.example"),
    ] {
        let expected = if expected.is_ascii() { Ok(expected.to_owned()) } else { Err(AddressError::LocalPart) };
        assert_eq!(mailbox(typed), expected, "{typed}");
    }
}

/// IDNA's older, transitional mapping sends mail for one owner's domain to another's.
#[test]
fn sharp_s_and_final_sigma_are_letters_of_their_own() {
    for (typed, domain) in [
        ("a@faß.de", "xn--fa-hia.de"),
        ("a@fass.de", "fass.de"),
        ("a@βόλος.com", "xn--nxasmm1c.com"),
        ("a@βόλοσ.com", "xn--nxasmq6b.com"),
    ] {
        assert_eq!(Address::parse(typed).map(|address| address.domain().to_owned()), Ok(domain.to_owned()));
    }
}

#[test]
fn form_is_name_at_domain() {
    for text in ["", " ", "@", "a", "a@", "@example.org", "example.org", "a(at)example.org"] {
        assert_eq!(mailbox(text), Err(AddressError::Form), "{text:?}");
    }
}

#[test]
fn local_parts_that_are_refused() {
    let long = "a".repeat(65);
    let list = [
        ".a",
        "a.",
        "a..b",
        "a b",
        "\"a b\"",
        "\"a\"",
        "a@b",
        "a,b",
        "a;b",
        "a:b",
        "<a",
        "a>",
        "(a)",
        "[a]",
        "a\\",
        "ü",
        "а",
        "a\u{200b}",
        "a\0",
        "a\r\nBcc: b",
        &long,
    ];
    for local in list {
        assert_eq!(mailbox(&format!("{local}@example.org")), Err(AddressError::LocalPart), "{local:?}");
    }
}

#[test]
fn domains_that_are_refused() {
    let long = format!("{}.org", "a".repeat(64));
    let list = [
        "localhost",
        "example",
        ".org",
        "example.",
        "example.org.",
        "example..org",
        "-a.org",
        "a-.org",
        "a_b.org",
        "a b.org",
        " example.org",
        "[127.0.0.1]",
        "127.0.0.1",
        "1.2",
        "[::1]",
        "example.org:25",
        "example.org/x",
        "example.org\r\nBcc: b",
        "exa\0mple.org",
        "xn--a.org",
        "xn--0.example",
        "a\u{202e}b.org",
        "✉",
        &long,
    ];
    for domain in list {
        assert_eq!(mailbox(&format!("a@{domain}")), Err(AddressError::Domain), "{domain:?}");
    }
}

#[test]
fn sizes_are_those_of_rfc_5321() {
    let domain = |size: usize| format!("{}.{}.{}.org", "a".repeat(61), "b".repeat(61), "c".repeat(size - 2 * 62 - 4));
    let local = "l".repeat(64);
    assert_eq!(mailbox(&format!("{local}@{}", domain(189))).map(|mailbox| mailbox.len()), Ok(254));
    assert_eq!(mailbox(&format!("{local}@{}", domain(189).replace(".org", ".info"))), Err(AddressError::TooLong));
}

#[test]
fn a_registrable_domain_is_what_one_owner_has() {
    for (typed, expected) in [
        ("a@gmail.com", "gmail.com"),
        ("a@mail.example.org", "example.org"),
        ("a@a.b.c.example.co.uk", "example.co.uk"),
        ("a@student.msu.ru", "msu.ru"),
        ("a@one.github.io", "one.github.io"),
        ("a@x.one.github.io", "one.github.io"),
        ("a@mail.bücher.example", "xn--bcher-kva.example"),
        ("a@co.uk", "co.uk"),
        ("a@no.such.suffix", "such.suffix"),
    ] {
        let address = Address::parse(typed);
        assert_eq!(address.as_ref().map(Address::registrable_domain).ok(), Some(expected), "{typed}");
    }
}

/// What an error says may reach a page or a log; the address must not.
#[test]
fn an_error_does_not_repeat_the_text() {
    for text in ["secret", "se cret@example.org", "a@secret", &format!("{}@example.org", "secret".repeat(20))] {
        let error = mailbox(text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
}
