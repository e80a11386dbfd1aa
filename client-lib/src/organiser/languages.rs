//! The folders of languages: which there are, what each holds, and that all say the same.

use std::collections::{BTreeMap, BTreeSet};

use undersign_protocol::petition::{ByLanguage, Language, Text};

use super::folder::SETTINGS_FILE;
use super::lost::Place;
use super::markdown::Source;
use super::problem::Problems;

/// Title, summary and text.
const PETITION: &str = "petition.md";
/// One list item for each demand.
const DEMANDS: &str = "demands.md";
/// Questions and answers; in all languages or in none.
const FAQ: &str = "faq.md";
/// Whom to turn to under pressure; in all languages or in none.
const HELP: &str = "help.md";

/// Every folder that holds one of the four files is a language's, and must have a language's name.
pub(super) fn find(files: &BTreeMap<String, String>, problems: &mut Problems) -> BTreeSet<Language> {
    let mut languages = BTreeSet::new();
    let mut told = BTreeSet::new();
    for (folder, name) in files.keys().filter_map(|path| path.split_once('/')) {
        let is_ours = [PETITION, DEMANDS, FAQ, HELP].contains(&name);
        match folder.parse::<Language>() {
            Ok(language) if is_ours => _ = languages.insert(language),
            Ok(_) if name.ends_with(".md") => {
                let sentence = format!("this is not read; only {PETITION}, {DEMANDS}, {FAQ} and {HELP} are");
                problems.hint(&format!("{folder}/{name}"), None, sentence);
            }
            Err(_) if is_ours && told.insert(folder) => {
                let sentence =
                    "a language's folder is named with two or three small letters, such as en or ru; rename it";
                problems.refuse(&format!("{folder}/{name}"), None, sentence);
            }
            _ => {}
        }
    }
    if languages.is_empty() && told.is_empty() {
        problems.missing(
            SETTINGS_FILE,
            "beside this file a folder for each language is needed, such as en/ with petition.md",
        );
    }
    languages
}

/// The texts of all languages, where every one is complete.
pub(super) fn read(
    files: &BTreeMap<String, String>,
    languages: &BTreeSet<Language>,
    problems: &mut Problems,
) -> Option<ByLanguage<Text>> {
    let texts = languages.iter().map(|language| (language.clone(), read_one(files, languages, language, problems)));
    let texts: Vec<(Language, Option<Text>)> = texts.collect();
    let texts: ByLanguage<Text> =
        texts.into_iter().map(|(language, text)| text.map(|text| (language, text))).collect::<Option<_>>()?;
    check_same_shape(&texts, problems);
    (!texts.is_empty()).then_some(texts)
}

fn read_one(
    files: &BTreeMap<String, String>,
    languages: &BTreeSet<Language>,
    language: &Language,
    problems: &mut Problems,
) -> Option<Text> {
    let path = |name: &str| format!("{language}/{name}");
    let is_used = |name: &str| languages.iter().find(|language| files.contains_key(&format!("{language}/{name}")));
    let source = |name: &str, problems: &mut Problems| {
        let file = path(name);
        match (files.get(&file), is_used(name)) {
            (Some(text), _) => {
                let source = Source::read(file, text, problems);
                let place = if name == DEMANDS { Place::Plain } else { Place::Prose };
                source.hint_at_what_is_lost(place, problems);
                return Some(source);
            }
            (None, None) if name == FAQ || name == HELP => {}
            (None, Some(other)) if name == FAQ || name == HELP => {
                let sentence = format!("this file is missing; {other}/{name} is there, so every language needs one");
                problems.missing(&file, sentence);
            }
            (None, _) => problems.missing(&file, "this file is missing"),
        }
        None
    };
    let petition = source(PETITION, problems);
    let demands = source(DEMANDS, problems);
    let faq = source(FAQ, problems);
    let help = source(HELP, problems);
    let petition = petition.and_then(|source| source.petition(problems));
    let demands = demands.and_then(|source| source.demands(problems));
    // A file that may be left out is empty where it is; where it is not well-formed, a problem stands for it.
    let faq = faq.map_or(Some(Vec::new()), |source| source.faq(problems));
    let help = help.map_or(Some(String::new()), |source| source.help(problems));
    let (petition, demands, faq, help) = (petition?, demands?, faq?, help?);
    Some(Text { title: petition.title, summary: petition.summary, body: petition.body, demands, faq, help })
}

/// As many demands and questions in each language as in the first.
fn check_same_shape(texts: &ByLanguage<Text>, problems: &mut Problems) {
    let Some((first, model)) = texts.first_key_value() else { return };
    for (language, text) in texts.iter().skip(1) {
        let counts = [
            (DEMANDS, "demands", text.demands.len(), model.demands.len()),
            (FAQ, "questions", text.faq.len(), model.faq.len()),
        ];
        for (name, what, here, there) in counts {
            // A missing file is told already.
            if here != there && here > 0 && there > 0 {
                let sentence =
                    format!("{what}: {here} here, {there} in {first}/{name}; every language must say the same");
                problems.refuse(&format!("{language}/{name}"), None, sentence);
            }
        }
    }
}
