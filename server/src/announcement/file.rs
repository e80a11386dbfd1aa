use serde::Deserialize;

use undersign_pages::{Banner, InterfaceLanguage, Level};

/// Most characters of a banner in a language.
const MAX_TEXT: usize = 500;
/// Seconds after which a client asks again where the file does not say.
const RETRY_AFTER: u32 = 600;

/// What the operator's file says; nothing, where there is none.
///
/// ```
/// # use undersign_server::announcement::Announcement;
/// let text = r#"
/// read_only = true                   # nobody signs or takes back; everybody reads and recounts
/// retry_after = 3600                 # seconds after which programs ask again
///
/// [banner]
/// level = "warning"                  # or "info"
/// en = "We move to another machine until noon, UTC."
/// ru = "До полудня по UTC мы переезжаем на другую машину."
/// "#;
/// assert!(Announcement::parse(text).is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Announcement {
    /// Whether signing and withdrawing are paused.
    read_only: bool,
    /// Seconds after which programs ask again.
    retry_after: u32,
    /// What stands on every page.
    banner: Option<Texts>,
}

/// `[banner]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    #[serde(default)]
    level: Level,
    en: String,
    ru: Option<String>,
    fa: Option<String>,
}

/// What is wrong with a file, in one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnnouncementError {
    /// Not TOML of this form.
    #[error("line {0}: {1}")]
    Form(usize, String),
    /// A text that no page can show.
    #[error("banner.{0}: must be one line of 1 to {MAX_TEXT} characters")]
    Text(&'static str),
    /// Asked again at once, everybody would come at once.
    #[error("retry_after: must be 1 to 86400 seconds")]
    RetryAfter,
    /// The file is there and cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
}

impl Default for Announcement {
    fn default() -> Self {
        Self { read_only: false, retry_after: RETRY_AFTER, banner: None }
    }
}

impl Announcement {
    /// Reads and checks a file's text.
    pub fn parse(text: &str) -> Result<Self, AnnouncementError> {
        let said: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
            AnnouncementError::Form(line, error.message().replace('\n', " "))
        })?;
        if !(1..=86_400).contains(&said.retry_after) {
            return Err(AnnouncementError::RetryAfter);
        }
        let texts = said.banner.iter().flat_map(Texts::all);
        let is_line = |text: &str| {
            !text.trim().is_empty() && text.chars().count() <= MAX_TEXT && !text.chars().any(char::is_control)
        };
        let wrong = texts.into_iter().find(|(_, text)| !is_line(text)).map(|(language, _)| language);
        wrong.map_or(Ok(()), |language| Err(AnnouncementError::Text(language)))?;
        Ok(said)
    }

    /// Whether something stands on every page.
    pub fn has_banner(&self) -> bool {
        self.banner.is_some()
    }

    /// Seconds after which programs ask again, where signing and withdrawing are paused.
    pub fn paused(&self) -> Option<u64> {
        self.read_only.then_some(u64::from(self.retry_after))
    }

    /// What stands on pages in a language; in English, where it is not said in that one.
    pub fn banner(&self, language: InterfaceLanguage) -> Option<Banner> {
        let texts = self.banner.as_ref()?;
        let own = match language {
            InterfaceLanguage::English => None,
            InterfaceLanguage::Russian => texts.ru.as_ref(),
            InterfaceLanguage::Persian => texts.fa.as_ref(),
        };
        let (text, language) = own.map_or((&texts.en, InterfaceLanguage::English), |text| (text, language));
        Some(Banner { level: texts.level, text: text.clone(), language })
    }
}

impl Texts {
    fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let others = [("ru", self.ru.as_deref()), ("fa", self.fa.as_deref())];
        let others = others.into_iter().filter_map(|(language, text)| Some((language, text?)));
        [("en", self.en.as_str())].into_iter().chain(others)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_could_not_be_shown_or_is_not_meant_is_refused() {
        for wrong in [
            "read_only = 1",
            "readonly = true",
            "retry_after = 0",
            "retry_after = 86401",
            "[banner]\nru = \"одно\"",
            "[banner]\nen = \" \"",
            "[banner]\nen = \"two\\nlines\"",
            "[banner]\nen = \"one\"\nde = \"eins\"",
            "[banner]\nen = \"one\"\nlevel = \"loud\"",
            "[banner]\nen = \"one\"\nfa = \"\"",
            "[banner",
        ] {
            assert!(Announcement::parse(wrong).is_err(), "{wrong}");
        }
        let long = |letters: usize| format!("[banner]\nen = \"{}\"", "ж".repeat(letters));
        assert!(Announcement::parse(&long(MAX_TEXT)).is_ok());
        assert_eq!(Announcement::parse(&long(MAX_TEXT + 1)), Err(AnnouncementError::Text("en")));
        assert_eq!(Announcement::parse(""), Ok(Announcement::default()));
        assert_eq!(Announcement::parse("read_only = true").map(|said| said.paused()), Ok(Some(600)));
    }

    #[test]
    fn a_banner_is_in_the_reader_s_language_or_else_in_english() {
        let said = Announcement::parse("[banner]\nlevel = \"warning\"\nen = \"one\"\nru = \"одно\"").expect("a file");
        let shown = InterfaceLanguage::ALL.map(|language| said.banner(language).expect("a banner"));
        for banner in shown {
            let (text, level) = (banner.text.as_str(), banner.level);
            match banner.language {
                InterfaceLanguage::Russian => assert_eq!((text, level), ("одно", Level::Warning)),
                language => assert_eq!((text, level, language), ("one", Level::Warning, InterfaceLanguage::English)),
            }
        }
    }

    proptest! {
        /// Whatever stands in the file, reading it ends, and what is taken can be shown.
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}", en in any::<String>(), retry_after in any::<u32>()) {
            let _ = Announcement::parse(&text);
            let written = format!("retry_after = {retry_after}\n[banner]\nen = {}\n", toml::Value::String(en.clone()));
            if let Ok(said) = Announcement::parse(&written) {
                let banner = said.banner(InterfaceLanguage::Persian).expect("a banner");
                prop_assert_eq!(&banner.text, &en);
                prop_assert!(!en.contains('\n') && !en.trim().is_empty() && (1..=86_400).contains(&retry_after));
            }
        }
    }
}
