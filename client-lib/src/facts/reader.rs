use undersign_protocol::petition::{ByLanguage, Language, Manifest, NoticeText};

use super::list::{Day, Facts, RULE, escaped, name};
use super::words::FactsWords;

/// The list below one language's text.
struct List<'a> {
    language: &'a Language,
    words: &'static FactsWords,
    lines: &'a str,
}

impl Facts {
    /// Reads back what stands below signed texts. It must be exactly what [`Facts::below`] writes, and the same in each language: other
    /// words of an organiser are text, and say nothing to programs.
    pub fn read(texts: &ByLanguage<NoticeText>, manifest: &Manifest, is_delivery: bool) -> Option<Self> {
        let lists: Vec<List<'_>> =
            texts.iter().map(|(language, text)| List::below(language, text)).collect::<Option<_>>()?;
        let first = lists.first()?;
        let (who, when) = first.words.who_and_when(is_delivery);
        let facts = Self {
            addressees: addressees(&lists, manifest, is_delivery, first.values(who).count())?,
            on: day(first.values(when).next())?,
            answer_until: day(first.values(first.words.answer_until).next())?,
        };
        let is_written_so = |list: &List<'_>| {
            let written = facts.lines(manifest, list.language, list.words, is_delivery);
            let rest = list.lines.strip_prefix(written.trim_end());
            rest.is_some_and(|rest| rest.is_empty() || is_delivery && rest.starts_with(&list.words.numbers_begin()))
        };
        (!facts.is_empty() && facts.check(manifest).is_ok() && lists.iter().all(is_written_so)).then_some(facts)
    }
}

impl<'a> List<'a> {
    fn below(language: &'a Language, text: &'a NoticeText) -> Option<Self> {
        let (_, lines) = text.body.rsplit_once(RULE)?;
        Some(Self { language, words: FactsWords::of(language), lines })
    }

    /// What stands behind a word, line by line.
    fn values(&self, word: &'static str) -> impl Iterator<Item = &'a str> {
        self.lines.lines().filter_map(move |line| line.strip_prefix("- ")?.strip_prefix(word)?.strip_prefix(": "))
    }
}

/// Places of the addressees, by their names in all languages. Two may have the same name in one of them.
fn addressees(lists: &[List<'_>], manifest: &Manifest, is_delivery: bool, count: usize) -> Option<Vec<usize>> {
    let mut places = Vec::with_capacity(count);
    for line in 0..count.min(manifest.addressees.len()) {
        let is_named = |place: usize| {
            lists.iter().all(|list| {
                let (who, _) = list.words.who_and_when(is_delivery);
                let named = manifest.addressees.get(place - 1).map(|named| escaped(name(&named.name, list.language)));
                // The end of a body is trimmed.
                list.values(who).nth(line).map(str::trim_end) == named.as_deref().map(str::trim_end)
            })
        };
        let place = (1..=manifest.addressees.len()).find(|place| !places.contains(place) && is_named(*place))?;
        places.push(place);
    }
    Some(places)
}

/// `None` where it is not a day; a day that is not there is none.
fn day(text: Option<&str>) -> Option<Option<Day>> {
    text.map(|text| Day::try_from(text.to_owned())).transpose().ok()
}
