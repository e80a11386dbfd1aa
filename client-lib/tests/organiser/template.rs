use proptest::prelude::*;
use undersign_client_lib::organiser::{Folder, Severity, new_folder};
use undersign_protocol::petition::Language;

use crate::support::{Files, changed, problems, signed};

fn template(languages: &[&str]) -> Files {
    let languages: Vec<Language> = languages.iter().map(|language| language.parse().expect("a language")).collect();
    new_folder(&"night-bus".parse().expect("a slug"), &languages)
}

/// Puts a text in place of each placeholder, times where times are wanted.
fn filled_in(files: Files, mut text: impl FnMut() -> String) -> Files {
    let fill = |(path, content): (String, String)| {
        let mut filled = String::new();
        for line in content.lines() {
            let is_comment = path == "petition.toml" && line.starts_with('#');
            let mut rest = line;
            while let Some((before, after)) = rest.split_once("{{").filter(|_| !is_comment) {
                let (_, after) = after.split_once("}}").expect("the end of a placeholder");
                filled.push_str(before);
                match line.split(" = ").next() {
                    Some("opens_at") => filled.push_str("2026-12-01T00:00:00Z"),
                    Some("closes_at") => filled.push_str("2027-06-01T00:00:00Z"),
                    _ => filled.push_str(&text()),
                }
                rest = after;
            }
            filled.push_str(rest);
            filled.push('\n');
        }
        (path, filled)
    };
    files.into_iter().map(fill).collect()
}

/// Placeholders that stand where they are read: not in comments of TOML.
fn placeholders(files: &Files) -> usize {
    let lines = files.iter().flat_map(|(path, text)| text.lines().map(move |line| (path, line)));
    let read = lines.filter(|(path, line)| !(path.as_str() == "petition.toml" && line.starts_with('#')));
    read.map(|(_, line)| line.matches("{{").count()).sum()
}

#[test]
fn every_placeholder_is_named_and_nothing_else() {
    for languages in [vec!["en"], vec!["ru"], vec!["en", "ru"], vec!["ru", "en", "de"]] {
        let files = template(&languages);
        let problems = problems(&files);
        for problem in &problems {
            assert_eq!(problem.severity, Severity::Refused);
            assert!(problem.sentence.starts_with("still to be filled in: {{") && problem.line.is_some(), "{problem}");
        }
        assert_eq!(problems.len(), placeholders(&files), "{languages:?}");
    }
}

#[test]
fn templates_speak_the_language_of_the_petition() {
    let files = template(&["ru", "en", "de"]);
    assert!(files["petition.toml"].contains("Кто просит") && files["ru/faq.md"].contains("Безопасно"));
    assert!(files["en/faq.md"].contains("Is it safe") && files["de/faq.md"] == files["en/faq.md"]);
    assert!(template(&["en", "ru"])["petition.toml"].contains("Who asks"));
}

#[test]
fn no_template_has_anything_but_placeholders_to_fill() {
    let files = filled_in(template(&["en", "ru"]), || "text".to_owned());
    let folder = Folder::parse(&files).expect("a good folder");
    let manifest = signed(&folder).expect("a good manifest");
    let canonical = String::from_utf8_lossy(manifest.canonical());
    assert!(!canonical.contains("<!--") && !canonical.contains("{{"));
}

/// What people may type: words in several scripts, signs that mean something in Markdown or JSON, and lines of one word.
fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof!["[a-zA-Z]{1,12}", "[а-яё]{1,12}", "[«»—…%&<>*_`#!?.,;:()-]{1,3}", "[0-9]{1,6}", "\\PC{1,4}"];
    prop::collection::vec(word, 1..8).prop_map(|words| words.join(" "))
}

fn languages() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(vec!["de", "en", "ru", "uk", "kmr"], 1..=3)
}

/// Quotation marks and backslashes mean something in TOML's strings, and a person would escape them; the two separators of Unicode end
/// a line, which titles and names must not.
fn is_plain(text: &str) -> bool {
    !text.contains(['"', '\\', '\u{2028}', '\u{2029}'])
        && !text.contains("{{")
        && !text.contains("<!--")
        && !text.trim().is_empty()
}

/// One text of every kind in the small folder.
const PLACES: [(&str, &str); 9] = [
    ("petition.toml", "Residents"),
    ("petition.toml", "Решает."),
    ("petition.toml", "News"),
    ("en/petition.md", "Keep the bus"),
    ("en/petition.md", "The town wants\nto cancel it."),
    ("en/petition.md", "People need it."),
    ("en/demands.md", "Keep it."),
    ("en/faq.md", "Who?"),
    ("en/help.md", "Write to us."),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_filled_in_template_becomes_a_manifest(
        languages in languages(),
        texts in prop::collection::vec(words().prop_filter("plain", |text| is_plain(text)), 40),
    ) {
        // A letter first: what begins with a sign may be a heading or a list.
        let mut texts = texts.iter().cycle();
        let files = filled_in(template(&languages), || format!("a {}", texts.next().expect("a text")));
        let folder = Folder::parse(&files).map_err(|problems| TestCaseError::fail(format!("{problems:#?}")))?;
        let manifest = signed(&folder).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(manifest.manifest().texts.len(), languages.len());
    }

    /// The rules of this crate and those of the protocol are two texts: whatever the first lets through, the second must take.
    #[test]
    fn what_is_accepted_keeps_the_protocol_s_rules(
        (file, old) in prop::sample::select(&PLACES[..]),
        text in "(\\PC|[\n\t\r \u{7}\u{85}\u{2028}\u{2029}\u{200b}\u{feff}#-]){0,12}",
    ) {
        if let Ok(folder) = Folder::parse(&changed(file, old, &text)) {
            signed(&folder).map_err(|error| TestCaseError::fail(error.to_string()))?;
        }
    }

    #[test]
    fn a_link_that_is_accepted_keeps_the_protocol_s_rules(
        url in "(https?)://[a-zA-Z0-9._:\\[\\]@-]{1,12}(\\.onion)?(:[0-9]{1,5})?([/?#][!-~]{0,8})?",
    ) {
        let files = changed("petition.toml", "\"https://example.org/news\"", &format!("'{url}'"));
        if let Ok(folder) = Folder::parse(&files) {
            signed(&folder).map_err(|error| TestCaseError::fail(format!("{url}: {error}")))?;
        }
    }

    #[test]
    fn no_file_makes_the_parser_panic(
        texts in prop::collection::vec("(\\PC|\\n|# |## |- |<!--|-->|```|\"|=|\\[|\\]|\\{|\\}){0,60}", 9),
    ) {
        let files = crate::support::small().into_keys().zip(texts).collect();
        let _ = Folder::parse(&files);
    }
}
