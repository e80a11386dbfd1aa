/// Version of the table below. It is frozen in each manifest: another table is another version, so that no address becomes new
/// under an open petition.
pub const ADDRESS_RULES_VERSION: u64 = 1;

/// What a provider documents about its own addresses. A wrong merge would let a stranger use up a person's place, so a row stands
/// here only where the provider says so itself.
struct Rule {
    domains: &'static [&'static str],
    /// What the domains are spelled as; `None` where each is a mailbox of its own.
    one_domain: Option<&'static str>,
    /// What follows the first `+` is ignored.
    plus: bool,
    dots: Dots,
}

enum Dots {
    Kept,
    Ignored,
    /// A dot and a dash are the same character.
    Dashes,
}

const RULES: [Rule; 5] = [
    Rule { domains: &["gmail.com", "googlemail.com"], one_domain: Some("gmail.com"), plus: true, dots: Dots::Ignored },
    Rule {
        domains: &["yandex.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "ya.ru"],
        one_domain: Some("yandex.ru"),
        plus: true,
        dots: Dots::Dashes,
    },
    Rule { domains: &["outlook.com", "hotmail.com", "live.com"], one_domain: None, plus: true, dots: Dots::Kept },
    Rule { domains: &["icloud.com", "me.com", "mac.com"], one_domain: None, plus: true, dots: Dots::Kept },
    Rule {
        domains: &["proton.me", "protonmail.com", "pm.me", "fastmail.com"],
        one_domain: None,
        plus: true,
        dots: Dots::Kept,
    },
];

/// Applies the table to a local part in small letters and an ASCII domain.
pub(super) fn apply(local: &str, domain: &str) -> String {
    let Some(rule) = RULES.iter().find(|rule| rule.domains.contains(&domain)) else {
        return format!("{local}@{domain}");
    };
    let base = match local.split_once('+') {
        Some((base, _)) if rule.plus && !base.is_empty() => base,
        _ => local,
    };
    let base = match rule.dots {
        Dots::Kept => base.to_owned(),
        Dots::Ignored => base.replace('.', ""),
        Dots::Dashes => base.replace('.', "-"),
    };
    format!("{base}@{}", rule.one_domain.unwrap_or(domain))
}
