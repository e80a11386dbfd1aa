use serde::Deserialize;
use undersign_protocol::petition::{ByLanguage, Language, Localized, Manifest, NoticeText};
use undersign_protocol::tally::TotalDocument;
use undersign_protocol::timestamp::{DAY, Timestamp};

use super::words::FactsWords;

/// Between what the organiser wrote and the facts.
pub(super) const RULE: &str = "\n\n---\n\n";

/// What `notice.toml` says of a delivery or an answer beside its kind. The format of a notice has no members for it, so it becomes a
/// list at the end of the signed text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Places of addressees in the manifest, counted from 1: to whom it was handed over, or who answered.
    #[serde(default)]
    pub addressees: Vec<usize>,
    /// The day of the delivery or of the answer.
    pub on: Option<Day>,
    /// The day until which an answer is due.
    pub answer_until: Option<Day>,
}

/// A day, as `2026-12-01`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Day(String);

/// What a folder says does not fit the petition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// There is no such addressee.
    #[error("addressees: the petition has {there}, so there is no number {number}")]
    NoSuchAddressee {
        /// Counted from 1.
        number: usize,
        /// How many the petition has.
        there: usize,
    },
    /// An answer is due before it was asked for.
    #[error("answer_until: must not be before the day of the delivery")]
    DueBefore,
}

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let moment = format!("{text}T00:00:00Z").parse::<Timestamp>();
        moment.map(|_| Self(text)).map_err(|_| "a day is written as 2026-12-01, in quotation marks")
    }
}

impl Day {
    /// Its first moment, in UTC.
    pub fn begins_at(&self) -> Timestamp {
        // It was read as this before.
        format!("{}T00:00:00Z", self.0).parse().unwrap_or(Timestamp::MAX)
    }

    /// Whether it has passed in UTC.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.begins_at().plus(DAY)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Facts {
    /// The names of the members in `notice.toml`.
    pub const NAMES: [&'static str; 3] = ["addressees", "on", "answer_until"];

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Puts the facts below each text, in its language; in English where there are no words for it.
    ///
    /// # Arguments
    /// * `handed_over` – the number that a delivery hands over, with its signed head
    ///
    /// # Errors
    /// The facts do not fit the petition.
    pub fn below(
        &self,
        texts: ByLanguage<NoticeText>,
        manifest: &Manifest,
        is_delivery: bool,
        handed_over: Option<&TotalDocument>,
    ) -> Result<ByLanguage<NoticeText>, FactsError> {
        if self.is_empty() {
            return Ok(texts);
        }
        self.check(manifest)?;
        let with_facts = |(language, text): (Language, NoticeText)| {
            let words = FactsWords::of(&language);
            let lines = self.lines(manifest, &language, words, is_delivery);
            let numbers = handed_over.map(|total| numbers(words, total)).unwrap_or_default();
            let body = format!("{}{RULE}{lines}{numbers}", text.body.trim_end());
            (language, NoticeText { body: body.trim_end().to_owned(), ..text })
        };
        Ok(texts.into_iter().map(with_facts).collect())
    }

    /// Whether signed texts are these with these facts, whatever the log had grown to by then.
    pub fn stand_below(
        &self,
        signed: &ByLanguage<NoticeText>,
        texts: &ByLanguage<NoticeText>,
        manifest: &Manifest,
        is_delivery: bool,
    ) -> bool {
        let Ok(asked) = self.below(texts.clone(), manifest, is_delivery, None) else { return false };
        signed.len() == asked.len()
            && asked.iter().all(|(language, asked)| {
                signed.get(language).is_some_and(|signed| {
                    let rest = signed.body.strip_prefix(&asked.body);
                    let beginning = FactsWords::of(language).numbers_begin();
                    signed.title == asked.title
                        && rest.is_some_and(|rest| rest.is_empty() || is_delivery && rest.starts_with(&beginning))
                })
            })
    }

    pub(super) fn check(&self, manifest: &Manifest) -> Result<(), FactsError> {
        let there = manifest.addressees.len();
        if let Some(number) = self.addressees.iter().copied().find(|number| !(1..=there).contains(number)) {
            return Err(FactsError::NoSuchAddressee { number, there });
        }
        match (&self.on, &self.answer_until) {
            (Some(on), Some(until)) if until < on => Err(FactsError::DueBefore),
            _ => Ok(()),
        }
    }

    pub(super) fn lines(
        &self,
        manifest: &Manifest,
        language: &Language,
        words: &FactsWords,
        is_delivery: bool,
    ) -> String {
        let (who, when) = words.who_and_when(is_delivery);
        // The places were compared with the manifest before.
        let named = self.addressees.iter().filter_map(|number| manifest.addressees.get(number.checked_sub(1)?));
        let named = named.map(|addressee| line(who, &escaped(name(&addressee.name, language))));
        let dates = [(when, &self.on), (words.answer_until, &self.answer_until)];
        let dated = dates.into_iter().filter_map(|(word, day)| day.as_ref().map(|day| line(word, &day.0)));
        named.chain(dated).collect()
    }
}

fn numbers(words: &FactsWords, total: &TotalDocument) -> String {
    [
        (words.number, total.total.to_string()),
        (words.tree_size, total.tree_size.to_string()),
        (words.root, format!("`{}`", total.root)),
    ]
    .map(|(word, value)| line(word, &value))
    .concat()
}

fn line(word: &str, value: &str) -> String {
    format!("- {word}: {value}\n")
}

pub(super) fn name<'a>(names: &'a Localized, language: &Language) -> &'a str {
    names.get(language).map(String::as_str).unwrap_or_default()
}

/// So that Markdown takes a name as it is written.
pub(super) fn escaped(name: &str) -> String {
    let escape = |letter: char| letter.is_ascii_punctuation() && !matches!(letter, '.' | ',' | '-' | '\'' | '(' | ')');
    name.chars().flat_map(|letter| escape(letter).then_some('\\').into_iter().chain([letter])).collect()
}
