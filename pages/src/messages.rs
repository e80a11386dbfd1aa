use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use undersign_protocol::timestamp::Timestamp;

use crate::language::{InterfaceLanguage, direction};

/// The words of the interface in one language: the Fluent files of `pages/locales`.
pub struct Messages {
    language: InterfaceLanguage,
    bundle: FluentBundle<FluentResource>,
}

macro_rules! locale {
    ($tag:literal) => { locale!($tag: "pages", "safety", "share", "sign", "withdraw", "verify", "confirm", "mail") };
    ($tag:literal: $($name:literal),+) => {
        [$(($name, include_str!(concat!("../locales/", $tag, "/", $name, ".ftl")))),+]
    };
}

/// Names and texts of the files.
const ENGLISH: [(&str, &str); 8] = locale!("en");
const RUSSIAN: [(&str, &str); 8] = locale!("ru");
const PERSIAN: [(&str, &str); 8] = locale!("fa");

static ALL: LazyLock<[Messages; InterfaceLanguage::ALL.len()]> =
    LazyLock::new(|| InterfaceLanguage::ALL.map(Messages::read));

impl Messages {
    /// The words of a language.
    pub fn of(language: InterfaceLanguage) -> &'static Self {
        &ALL[language as usize]
    }

    /// Which language it is.
    pub fn language(&self) -> InterfaceLanguage {
        self.language
    }

    /// The direction of its writing, as HTML's `dir` names it.
    pub fn dir(&self) -> &'static str {
        direction(self.language.tag())
    }

    /// Said in English at the foot of pages whose words nobody has checked who speaks the language; `None` where somebody has.
    pub fn unreviewed(&self) -> Option<String> {
        (self.language == InterfaceLanguage::Persian).then(|| Self::of(InterfaceLanguage::English).get("unreviewed"))
    }

    /// A sentence. A key that is not there gives the key itself; the tests find it.
    pub fn get(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// A sentence with one value in it.
    pub fn with(&self, key: &str, name: &str, value: impl std::fmt::Display) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set(name, value.to_string());
        self.format(key, Some(&arguments))
    }

    /// A sentence with a count in it as `$count`, and the count itself as `$number`, which chooses the word's form.
    pub fn counted(&self, key: &str, number: u64) -> String {
        self.format(key, Some(&self.numbered(&self.number(number), number)))
    }

    /// A sentence with a count as `$count` and a goal as `$goal`; the goal's number chooses the word's form.
    pub fn of_goal(&self, key: &str, (count, goal): (&str, &str), number: u64) -> String {
        let mut arguments = self.numbered(count, number);
        arguments.set("goal", goal.to_owned());
        self.format(key, Some(&arguments))
    }

    fn numbered(&self, count: &str, number: u64) -> FluentArgs<'static> {
        let mut arguments = FluentArgs::new();
        arguments.set("count", count.to_owned());
        arguments.set("number", FluentValue::from(number));
        arguments
    }

    /// A count, with the language's digits and its mark between thousands.
    pub fn number(&self, number: u64) -> String {
        let mark = match self.language {
            InterfaceLanguage::English => ',',
            InterfaceLanguage::Russian => '\u{a0}',
            InterfaceLanguage::Persian => '\u{66c}',
        };
        let digits = number.to_string();
        let mut text = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(mark);
            }
            text.push(digit);
        }
        self.digits(&text)
    }

    /// With the language's own digits. Only for what is read: codes and numbers that are typed elsewhere have the same digits in
    /// every language (decision 0061).
    fn digits(&self, text: &str) -> String {
        let own = |digit: u32| char::from_u32(0x6f0 + digit);
        match self.language {
            InterfaceLanguage::English | InterfaceLanguage::Russian => text.to_owned(),
            InterfaceLanguage::Persian => {
                text.chars().map(|letter| letter.to_digit(10).and_then(own).unwrap_or(letter)).collect()
            }
        }
    }

    /// A day in words, in UTC.
    pub fn date(&self, at: Timestamp) -> String {
        let Some(moment) =
            i64::try_from(at.seconds()).ok().and_then(|at| time::OffsetDateTime::from_unix_timestamp(at).ok())
        else {
            return at.to_string();
        };
        let mut arguments = FluentArgs::new();
        arguments.set("day", self.digits(&moment.day().to_string()));
        arguments.set("month", u8::from(moment.month()));
        // As text: a number would be written like a count.
        arguments.set("year", self.digits(&moment.year().to_string()));
        self.format("date", Some(&arguments))
    }

    fn read(language: InterfaceLanguage) -> Self {
        let (tag, sources) = match language {
            InterfaceLanguage::English => ("en", ENGLISH),
            InterfaceLanguage::Russian => ("ru", RUSSIAN),
            InterfaceLanguage::Persian => ("fa", PERSIAN),
        };
        let mut bundle = FluentBundle::new_concurrent(tag.parse().into_iter().collect());
        // No marks around inserted values: they would be copied along with a code. Where a value may be of another direction than
        // its sentence, the sentence has them.
        bundle.set_use_isolating(false);
        for (_, source) in sources {
            // What cannot be read is left out, and the tests say so.
            let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        Self { language, bundle }
    }

    fn format(&self, key: &str, arguments: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        self.bundle.format_pattern(pattern, arguments, &mut Vec::new()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Keys of a language, each with the arguments that its text names.
    fn keys(sources: [(&str, &str); 8]) -> BTreeMap<String, BTreeSet<String>> {
        let mut keys = BTreeMap::<String, BTreeSet<String>>::new();
        let mut last = String::new();
        for line in sources.iter().flat_map(|(_, source)| source.lines()) {
            let starts = line.starts_with(|first: char| first.is_ascii_lowercase());
            if let (true, Some((key, _))) = (starts, line.split_once(" =")) {
                last = key.to_owned();
                assert!(keys.insert(last.clone(), BTreeSet::new()).is_none(), "{last} is there twice");
            }
            for part in line.split('$').skip(1) {
                let name = part.chars().take_while(char::is_ascii_lowercase).collect();
                keys.entry(last.clone()).or_default().insert(name);
            }
        }
        keys
    }

    #[test]
    fn all_languages_say_the_same_with_the_same_values() {
        let english = keys(ENGLISH);
        assert_eq!(english, keys(RUSSIAN));
        assert_eq!(english, keys(PERSIAN));
        assert!(english.len() > 100);
    }

    #[test]
    fn every_file_can_be_read_whole() {
        for (name, source) in ENGLISH.into_iter().chain(RUSSIAN).chain(PERSIAN) {
            assert!(FluentResource::try_new(source.to_owned()).is_ok(), "{name}");
        }
    }

    /// Keys stand in quotation marks in templates and sources.
    #[test]
    fn every_key_is_used_and_every_used_key_is_there() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root");
        let server = ["templates", "src/anonymous/pages", "src/identified/email_verification", "src/web"];
        let texts: String = ["pages/templates".to_owned(), "pages/src".to_owned()]
            .into_iter()
            .chain(server.map(|folder| format!("server/{folder}")))
            .flat_map(|folder| std::fs::read_dir(root.join(folder)).expect("a folder of ours"))
            .filter_map(|file| std::fs::read_to_string(file.expect("a file of ours").path()).ok())
            .collect();
        let known = keys(ENGLISH);
        for key in known.keys() {
            assert!(texts.contains(&format!("\"{key}\"")), "{key} is not used");
        }
        for call in ["t.get(\"", "t.with(\"", "t.counted(\"", "t.of_goal(\""] {
            for used in texts.split(call).skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(known.contains_key(used), "{used} is not there");
            }
        }
    }

    #[test]
    fn numbers_and_dates_are_written_as_people_write_them() {
        let (english, russian) = (Messages::of(InterfaceLanguage::English), Messages::of(InterfaceLanguage::Russian));
        assert_eq!((english.number(1_234_567), english.number(999)), ("1,234,567".to_owned(), "999".to_owned()));
        assert_eq!(russian.number(10_000), "10\u{a0}000");
        let day = "2026-12-01T10:00:00Z".parse().expect("a time");
        assert_eq!((english.date(day), russian.date(day)), ("1 December 2026".to_owned(), "1 декабря 2026".to_owned()));
        let persian = Messages::of(InterfaceLanguage::Persian);
        assert_eq!((persian.number(1_234_567), persian.number(7)), ("۱٬۲۳۴٬۵۶۷".to_owned(), "۷".to_owned()));
        assert_eq!(persian.date(day), "۱ دسامبر ۲۰۲۶");
    }

    #[test]
    fn what_nobody_has_checked_says_so_in_english_too() {
        let said = InterfaceLanguage::ALL.map(|language| Messages::of(language).unreviewed().is_some());
        assert_eq!(said, [false, false, true]);
        let persian = Messages::of(InterfaceLanguage::Persian);
        assert_ne!(persian.unreviewed(), Some(persian.get("unreviewed")));
    }
}
