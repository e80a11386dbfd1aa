//! What people read is in plain words: no word of the machinery, no long sentence.

use std::path::Path;

/// Words a sentence may have.
const MOST_WORDS: usize = 20;

/// Words of the machinery, as they begin. The page on which one checks the number oneself may have them.
const MACHINERY: [&str; 15] = [
    "token",
    "blind",
    "hash",
    "issuer",
    "токен",
    "слеп",
    "ослепл",
    "хеш",
    "хэш",
    "эмитент",
    "эмитен",
    "издател",
    "توکن",
    "کورکننده",
    "صادرکننده",
];
/// A word of it that others begin with as well.
const WHOLE: &str = "هش";
const WITH_MACHINERY: &str = "verify.ftl";

/// Every message of every file: where it stands, and its text without Fluent's own signs.
fn messages() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    let mut messages = Vec::new();
    for language in ["en", "ru", "fa"] {
        for file in std::fs::read_dir(root.join(language)).expect("a folder of ours") {
            let path = file.expect("a file of ours").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            for line in std::fs::read_to_string(&path).expect("a text").lines() {
                match line.split_once('=') {
                    _ if line.is_empty() || line.starts_with('#') => {}
                    Some((key, text)) if !line.starts_with(' ') => {
                        messages.push((format!("{language}/{name} {key}"), text.to_owned()));
                    }
                    _ => {
                        let (_, text) = messages.last_mut().expect("a message before its further lines");
                        // One of several is read, so each is a sentence of its own.
                        let is_variant = line.trim_start_matches([' ', '*']).starts_with('[');
                        text.push_str(if is_variant { ". " } else { " " });
                        text.push_str(line.trim());
                    }
                }
            }
        }
    }
    messages
}

fn words_of_machinery(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    words
        .filter(|word| *word == WHOLE || MACHINERY.iter().any(|known| word.starts_with(known)))
        .map(str::to_owned)
        .collect()
}

/// Sentences end where a full stop, a question mark or an exclamation mark is followed by a space. Neither colon nor semicolon ends one.
fn long_sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut rest = text;
    while let Some(end) = ends(rest) {
        sentences.push(&rest[..end]);
        rest = &rest[end..];
    }
    sentences.push(rest);
    let count =
        |sentence: &str| sentence.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
    sentences.retain(|sentence| count(sentence) > MOST_WORDS);
    sentences
}

fn ends(text: &str) -> Option<usize> {
    [". ", "? ", "؟ ", "! ", "… "].iter().filter_map(|end| text.find(end).map(|at| at + end.len())).min()
}

#[test]
fn no_word_of_the_machinery_is_read_outside_the_page_that_explains_it() {
    let messages = messages();
    assert!(messages.len() > 600, "{}", messages.len());
    for (place, text) in messages.iter().filter(|(place, _)| !place.contains(WITH_MACHINERY)) {
        assert_eq!(words_of_machinery(text), Vec::<String>::new(), "{place}: {text}");
    }
}

#[test]
fn no_sentence_has_more_than_twenty_words() {
    for (place, text) in messages() {
        assert_eq!(long_sentences(&text), Vec::<&str>::new(), "{place}");
    }
}

#[test]
fn the_search_finds_words_and_sentences_where_they_are() {
    assert_eq!(words_of_machinery("Your Tokens are blinded."), ["tokens", "blinded"]);
    assert_eq!(words_of_machinery("Для каждой получен токен; хэши."), ["токен", "хэши"]);
    assert_eq!(words_of_machinery("این توکن‌ها هش دارند؛ هشت تا."), ["توکن", "هش"]);
    assert!(words_of_machinery("A broken window, a tissue and a dash").is_empty());
    let long =
        "one two three four five six seven eight nine ten one two three: four five six seven eight nine ten one.";
    let text = format!("Short. {long} Short again.");
    assert_eq!(long_sentences(&text).len(), 1);
    assert!(
        long_sentences("one two three four five six seven eight nine ten. One two three four five six seven.")
            .is_empty()
    );
    assert!(
        messages().iter().any(|(place, text)| place.contains(WITH_MACHINERY) && !words_of_machinery(text).is_empty())
    );
}
