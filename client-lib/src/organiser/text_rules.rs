//! The protocol's rules for texts, links and colours, told with what to do. The protocol checks the finished manifest once more;
//! a property test holds the two together.

use url::{Host, Url};

/// Why text cannot stand where one line is wanted.
pub(super) fn one_line(text: &str, most: usize) -> Result<(), String> {
    let length = text.chars().count();
    if text.trim().is_empty() {
        Err("this is empty; write something here".to_owned())
    } else if length > most {
        Err(format!("this has {length} characters; at most {most} are allowed"))
    } else if text.chars().any(|letter| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')) {
        Err("this must be one line; take out line breaks, tabs and control characters".to_owned())
    } else {
        Ok(())
    }
}

/// Whether a character may not stand in Markdown.
pub(super) fn is_forbidden_in_prose(letter: char) -> bool {
    letter.is_control() && letter != '\n' && letter != '\t'
}

/// Why text is not a link that a petition may carry.
pub(super) fn link(text: &str) -> Result<(), String> {
    let parsed = Url::parse(text).map_err(|_| "this is not a link; it must look like https://host/path".to_owned())?;
    match parsed.scheme() {
        "https" => {}
        "http" if parsed.host_str().is_some_and(|host| host.ends_with(".onion")) => {}
        "http" => return Err("write https instead of http: anyone on the way could change what readers get".to_owned()),
        _ => return Err("this must be an https link".to_owned()),
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err("the link holds a name or password before the host; leave it out".to_owned());
    }
    if let Some(Host::Domain(domain)) = parsed.host()
        && !(domain.len() <= 253 && domain.split('.').all(is_label))
    {
        return Err(format!("{domain} is not the name of a host"));
    }
    if parsed.port() == Some(0) {
        return Err("there is no port 0".to_owned());
    }
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'<');
    if plain && authority(text) == Some(written_authority(&parsed)) {
        Ok(())
    } else {
        Err(format!("write the link like this: {parsed}"))
    }
}

/// Host and port as they stand in the text, in small letters.
fn authority(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    rest.split(['/', '?', '#']).next().map(str::to_ascii_lowercase)
}

/// Host and port as they are understood: punycode, dotted numbers, no default port.
fn written_authority(parsed: &Url) -> String {
    let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", parsed.host_str().unwrap_or_default())
}

fn is_label(label: &str) -> bool {
    let name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&label.len()) && label.bytes().all(name) && !label.starts_with('-') && !label.ends_with('-')
}

/// Whether text is a colour of the form `#rrggbb`, small letters.
pub(super) fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

/// The first thing that a template left to be filled in: `{{…}}`.
pub(super) fn placeholder(text: &str) -> Option<&str> {
    let start = text.find("{{")?;
    let length = text[start..].find("}}")?;
    Some(&text[start..start + length + 2])
}

/// What to say about one.
pub(super) fn placeholder_sentence(placeholder: &str) -> String {
    format!("still to be filled in: {placeholder}")
}
