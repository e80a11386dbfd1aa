use std::collections::{BTreeMap, BTreeSet};

use undersign_protocol::petition::{Language, Slug};

use super::folder::SETTINGS_FILE;

/// The explanations and texts of a template in one language.
struct Template {
    settings: &'static str,
    petition: &'static str,
    demands: &'static str,
    faq: &'static str,
    help: &'static str,
}

const ENGLISH: Template = Template {
    settings: include_str!("template/en/petition.toml"),
    petition: include_str!("template/en/petition.md"),
    demands: include_str!("template/en/demands.md"),
    faq: include_str!("template/en/faq.md"),
    help: include_str!("template/en/help.md"),
};

const RUSSIAN: Template = Template {
    settings: include_str!("template/ru/petition.toml"),
    petition: include_str!("template/ru/petition.md"),
    demands: include_str!("template/ru/demands.md"),
    faq: include_str!("template/ru/faq.md"),
    help: include_str!("template/ru/help.md"),
};

/// A folder to fill in, as files by path. What is to be filled in stands in double braces, and [`Folder::parse`](super::Folder::parse)
/// names each that is left. Explanations are in the first language; a language without a template of its own gets the English one.
pub fn new_folder(slug: &Slug, languages: &[Language]) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut languages = languages.to_vec();
    let mut seen = BTreeSet::new();
    languages.retain(|language| seen.insert(language.clone()));
    for language in &languages {
        let template = template(language);
        for (name, text) in [
            ("petition.md", template.petition),
            ("demands.md", template.demands),
            ("faq.md", template.faq),
            ("help.md", template.help),
        ] {
            files.insert(format!("{language}/{name}"), text.to_owned());
        }
    }
    if let Some(first) = languages.first() {
        files.insert(SETTINGS_FILE.to_owned(), settings(template(first).settings, slug, &languages));
    }
    files
}

fn template(language: &Language) -> &'static Template {
    if language.as_str() == "ru" { &RUSSIAN } else { &ENGLISH }
}

/// Puts in the slug, and for each `<…>` after an equals sign the same words once for each language.
fn settings(text: &str, slug: &Slug, languages: &[Language]) -> String {
    let mut filled = String::new();
    for line in text.lines() {
        match line.split_once(" = <") {
            Some((key, what)) => {
                let what = what.trim_end_matches('>');
                let texts: Vec<String> =
                    languages.iter().map(|language| format!("{language} = \"{{{{{what} ({language})}}}}\"")).collect();
                filled.push_str(&format!("{key} = {{ {} }}\n", texts.join(", ")));
            }
            None => filled.push_str(&format!("{}\n", line.replace("<slug>", slug.as_str()))),
        }
    }
    filled
}
