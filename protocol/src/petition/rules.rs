use super::{CanonicalError, Channel, Localized, Manifest, Redemption, Text};
use crate::timestamp::DAY;

/// Why a manifest is refused. The text of a rule names the field and says what it must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// More than [`super::MAX_MANIFEST_SIZE`] bytes.
    #[error("the manifest is larger than 60,000 bytes")]
    TooLarge,
    /// Not the canonical JSON of a manifest.
    #[error("the manifest is {0}")]
    Canonical(#[from] CanonicalError),
    /// A rule is broken.
    #[error("{0}")]
    Rule(String),
    /// The organiser's signature does not verify.
    #[error("the organiser's signature is not valid")]
    Signature,
}

/// Checks what the types leave open: lengths, languages, times, steps, hosts and links.
pub fn check(manifest: &Manifest) -> Result<(), ManifestError> {
    require(manifest.version == 1, "version: must be 1")?;
    check_texts(manifest)?;
    check_links(manifest)?;
    check_times(manifest)?;
    check_numbers(manifest)?;
    check_hosts(manifest)
}

fn check_texts(manifest: &Manifest) -> Result<(), ManifestError> {
    require(!manifest.texts.is_empty(), "texts: at least one language is needed")?;
    for (language, text) in &manifest.texts {
        let at = |field: &str| format!("texts.{language}.{field}");
        line(&at("title"), &text.title, 200)?;
        line(&at("summary"), &text.summary, 1_000)?;
        prose(&at("body"), &text.body)?;
        for demand in &text.demands {
            line(&at("demands"), demand, 1_000)?;
        }
        for item in &text.faq {
            line(&at("faq.question"), &item.question, 300)?;
            prose(&at("faq.answer"), &item.answer)?;
        }
        if !text.help.is_empty() {
            prose(&at("help"), &text.help)?;
        }
    }
    check_same_shape(manifest)?;
    localized(manifest, "organiser.name", &manifest.organiser.name)?;
    require(!manifest.addressees.is_empty(), "addressees: at least one is needed")?;
    for addressee in &manifest.addressees {
        localized(manifest, "addressees.name", &addressee.name)?;
        localized(manifest, "addressees.reason", &addressee.reason)?;
    }
    Ok(())
}

/// Every language says the same: as many demands and questions in each, help in all or in none.
fn check_same_shape(manifest: &Manifest) -> Result<(), ManifestError> {
    let shape = |text: &Text| (text.demands.len(), text.faq.len(), text.help.is_empty());
    let Some(first) = manifest.texts.values().next().map(shape) else { return Ok(()) };
    match manifest.texts.iter().find(|(_, text)| shape(text) != first) {
        None => Ok(()),
        Some((language, _)) => Err(ManifestError::Rule(format!(
            "texts.{language}: other numbers of demands, questions or help than in the first language"
        ))),
    }
}

fn check_links(manifest: &Manifest) -> Result<(), ManifestError> {
    for (field, channels) in [("channels", &manifest.channels), ("support", &manifest.support)] {
        for Channel { label, url } in channels {
            localized(manifest, &format!("{field}.label"), label)?;
            require(is_link(url), &format!("{field}.url: must be an https link, or http to an onion"))?;
        }
    }
    if let Some(picture) = &manifest.picture {
        localized(manifest, "picture.alt", &picture.alt)?;
    }
    match &manifest.accent {
        Some(accent) => require(is_colour(accent), "accent: must be of the form #rrggbb, small letters"),
        None => Ok(()),
    }
}

fn check_times(manifest: &Manifest) -> Result<(), ManifestError> {
    require(manifest.opens_at < manifest.closes_at, "closes_at: must be later than opens_at")?;
    require(manifest.grace <= 30 * DAY, "grace: at most 30 days")?;
    let publication = &manifest.publication;
    require((1..=DAY).contains(&publication.interval), "publication.interval: 1 second to one day")?;
    require(publication.min_batch >= 1, "publication.min_batch: at least 1")?;
    require(
        publication.max_wait >= publication.interval
            && publication.max_wait <= 30 * DAY
            && publication.max_wait.is_multiple_of(publication.interval),
        "publication.max_wait: a multiple of interval, at most 30 days",
    )?;
    match manifest.redemption {
        Redemption::Immediate {} => Ok(()),
        Redemption::NextEpoch { epoch } => {
            require((60..=30 * DAY).contains(&epoch), "redemption.epoch: one minute to 30 days")
        }
    }
}

fn check_numbers(manifest: &Manifest) -> Result<(), ManifestError> {
    let goals = &manifest.goals;
    require(!goals.is_empty() && goals[0] > 0, "goals: at least one, above zero")?;
    require(goals.is_sorted_by(|a, b| a < b), "goals: must ascend")?;
    require(manifest.issuer.address_rules == 1, "issuer.address_rules: must be 1")
}

fn check_hosts(manifest: &Manifest) -> Result<(), ManifestError> {
    require(is_host(&manifest.issuer.name), "issuer.name: must be a host, with :port where not the default")?;
    require(is_host(&manifest.origin.host), "origin.host: must be a host, with :port where not the default")
}

pub(super) fn localized(manifest: &Manifest, field: &str, text: &Localized) -> Result<(), ManifestError> {
    if let Some(missing) = manifest.texts.keys().find(|language| !text.contains_key(language)) {
        return Err(ManifestError::Rule(format!("{field}: lacks the language {missing}")));
    }
    if let Some(extra) = text.keys().find(|language| !manifest.texts.contains_key(language)) {
        return Err(ManifestError::Rule(format!("{field}: has the language {extra}, which texts lacks")));
    }
    text.values().try_for_each(|text| line(field, text, 1_000))
}

pub(super) fn line(field: &str, text: &str, most: usize) -> Result<(), ManifestError> {
    require(!text.trim().is_empty(), &format!("{field}: must not be empty"))?;
    require(text.chars().count() <= most, &format!("{field}: at most {most} characters"))?;
    let control = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    require(!text.chars().any(control), &format!("{field}: must be one line without control characters"))
}

pub(super) fn prose(field: &str, text: &str) -> Result<(), ManifestError> {
    require(!text.trim().is_empty(), &format!("{field}: must not be empty"))?;
    let control = |c: char| c.is_control() && c != '\n' && c != '\t';
    require(!text.chars().any(control), &format!("{field}: control characters other than line breaks and tabs"))
}

fn is_link(url: &str) -> bool {
    let (onion_only, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (false, rest),
        (None, Some(rest)) => (true, rest),
        (None, None) => return false,
    };
    // What stands before the path must be a host and nothing else (RFC 3986 §3.2): in `https://known.example@other.example` it is
    // not the host that people read, and `http://other.example?.onion` only looks like an onion.
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let host = authority.split(':').next().unwrap_or_default();
    is_host(&authority)
        && (!onion_only || host.ends_with(".onion"))
        && rest.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'<')
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

/// A host in small letters, or a bracketed IPv6 address, with or without a port. It stands in log origins and in origin_info,
/// where a comma or a space would mean something else (RFC 9577 §2.1).
pub(crate) fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !text.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(name) && !label.starts_with('-') && !label.ends_with('-')
    };
    let literal = |inner: &str| inner.parse::<std::net::Ipv6Addr>().is_ok();
    let host_fits = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) => literal(inner),
        None => host.len() <= 253 && host.split('.').all(label),
    };
    let port_fits =
        port.is_none_or(|port| port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port));
    host_fits && port_fits
}

pub(super) fn require(holds: bool, rule: &str) -> Result<(), ManifestError> {
    if holds { Ok(()) } else { Err(ManifestError::Rule(rule.to_owned())) }
}
