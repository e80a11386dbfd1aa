use super::Address;

/// Domains that many people mean when they mistype one.
const COMMON: [&str; 24] = [
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "live.com",
    "icloud.com",
    "proton.me",
    "protonmail.com",
    "riseup.net",
    "tuta.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "mail.ru",
    "inbox.ru",
    "list.ru",
    "bk.ru",
    "internet.ru",
    "yandex.ru",
    "yandex.com",
    "ya.ru",
    "rambler.ru",
    "ukr.net",
];

/// Domains of other providers, one slip away from a common one and yet correct.
const NEIGHBOURS: [&str; 4] = ["mail.com", "email.com", "ymail.com", "inbox.eu"];

/// The address that was perhaps meant: the same with a common domain that is one slip away (a letter more, less, other or swapped).
/// It is offered, never put in place: only its owner knows.
pub fn suggest(address: &Address) -> Option<String> {
    let near = suggest_domain(address.domain())?;
    let mailbox = address.mailbox();
    let (local, _) = mailbox.rsplit_once('@')?;
    Some(format!("{local}@{near}"))
}

/// The common domain that is one slip away from this one, which is in small letters.
pub fn suggest_domain(domain: &str) -> Option<&'static str> {
    if COMMON.contains(&domain) || NEIGHBOURS.contains(&domain) {
        return None;
    }
    COMMON.into_iter().find(|common| {
        // In a domain as short as ya.ru, one slip leads to many real domains.
        common.len() > 6 && strsim::osa_distance(common, domain) == 1
    })
}
