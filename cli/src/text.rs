//! What is written on a terminal, and the texts of others in it.

use undersign_protocol::petition::ByLanguage;

use undersign_protocol::petition::Language;
use undersign_protocol::timestamp::Timestamp;

/// Without control characters, which a terminal obeys, and without those that turn the direction of writing around, which make a text
/// look like another one. Line breaks stay.
pub fn plain(text: &str) -> String {
    let turns =
        |letter: char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|letter| *letter == '\n' || !(letter.is_control() || turns(*letter))).collect()
}

/// How many signatures count, in words.
pub fn signatures_count(total: u64) -> String {
    if total == 1 { "1 signature counts".into() } else { format!("{total} signatures count") }
}

/// The day of a moment, in UTC.
pub fn day(moment: &Timestamp) -> String {
    moment.to_string().chars().take(10).collect()
}

/// The text in the language that was asked for, else in that of the system, else in English, else in the first one there is.
pub fn in_language<'a, T>(texts: &'a ByLanguage<T>, asked: Option<&Language>) -> Option<&'a T> {
    let system = system_language();
    let english = "en".parse().ok();
    [asked, system.as_ref(), english.as_ref()]
        .into_iter()
        .flatten()
        .find_map(|language| texts.get(language))
        .or_else(|| texts.values().next())
}

/// The language of a mail: the one that was asked for, else that of the system, else English.
pub fn mail_language(asked: Option<&Language>) -> Option<Language> {
    asked.cloned().or_else(system_language).or_else(|| "en".parse().ok())
}

/// From the variables that POSIX names, in its order.
fn system_language() -> Option<Language> {
    let value = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())?;
    value.split(['_', '.', '-', '@']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use undersign_protocol::petition::ByLanguage;

    use super::{in_language, plain, signatures_count};

    #[test]
    fn nothing_of_others_moves_the_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\u{7}\u{202e}c\nПетиция"), "a[31mbc\nПетиция");
    }

    #[test]
    fn one_signature_counts_and_two_signatures_count() {
        assert_eq!([0, 1, 2].map(signatures_count), ["0 signatures count", "1 signature counts", "2 signatures count"]);
    }

    #[test]
    fn the_language_that_was_asked_for_comes_first() {
        let texts = ByLanguage::from([("de".parse().expect("de"), "ein"), ("ru".parse().expect("ru"), "один")]);
        let asked = "ru".parse().expect("ru");
        assert_eq!(in_language(&texts, Some(&asked)), Some(&"один"));
        assert_eq!(in_language::<&str>(&ByLanguage::new(), None), None);
    }
}
