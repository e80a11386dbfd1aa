use std::path::{Path, PathBuf};

use serde::Deserialize;
use undersign_protocol::base::Base;
use undersign_protocol::oblivious::RelayUrl;
use undersign_protocol::public_log::Service;
use url::Url;

use crate::language::InterfaceLanguage;
use crate::messages::Messages;

/// Where the quick exit leads if nothing else is configured: a page that anyone may have open, and that is there at once.
const QUICK_EXIT: &str = "https://www.wikipedia.org/";

/// Most characters of a site's name.
const MAX_NAME: usize = 60;

/// Mailboxes that a state can read, as far as is publicly known: domains, and the key of the sentence about them (decision 0052).
const READ_BY_STATES: [(&str, &[&str]); 2] = [
    (
        "mailbox-russia",
        &[
            "mail.ru",
            "bk.ru",
            "inbox.ru",
            "list.ru",
            "internet.ru",
            "vk.com",
            "xmail.ru",
            "yandex.ru",
            "yandex.com",
            "ya.ru",
            "rambler.ru",
            "lenta.ru",
            "autorambler.ru",
            "myrambler.ru",
            "ro.ru",
            "rambler.ua",
        ],
    ),
    ("mailbox-belarus", &["mail.by", "tut.by", "yandex.by", "bk.by"]),
];

/// `[anonymous.pages]`: what an operator sets about pages. Everything can be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageSettings {
    /// Where the quick exit leads.
    quick_exit: Option<Url>,
    /// The title of every page, which then has no icon either: what tabs and histories show.
    pub neutral_title: Option<String>,
    /// The same pages as an onion service, without a slash at the end; Tor Browser offers it (Onion-Location).
    onion_url: Option<Url>,
    /// What the site is called: at the foot of every page and on `/about`.
    pub name: Option<String>,
    /// Who runs the site: Markdown, shown at `/about`.
    pub about: Option<TextFiles>,
    /// What the law of the operator's country asks to be said, on the same page.
    pub imprint: Option<TextFiles>,
    /// How to reach the operator, on the same page.
    pub contact: Option<TextFiles>,
    /// Whose mailboxes are advised against, instead of the list that is built in; an empty one advises nothing.
    mailbox_advice: Option<Vec<MailboxAdvice>>,
}

/// Files of one text, by language; English stands for a language that is left out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextFiles {
    en: PathBuf,
    ru: Option<PathBuf>,
    fa: Option<PathBuf>,
}

/// `[[anonymous.pages.mailbox_advice]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailboxAdvice {
    /// Domains of mail addresses; their subdomains are meant, too.
    domains: Vec<String>,
    /// What is said, in English.
    en: String,
    /// What is said, in Russian.
    ru: String,
    /// What is said, in Persian; in English where this is left out.
    fa: Option<String>,
}

/// Advice as a page has it.
pub struct Advice {
    /// Separated by spaces.
    pub domains: String,
    /// What is said.
    pub sentence: String,
    /// The sentence's language: the page's, where it is said in that one.
    pub language: InterfaceLanguage,
}

impl PageSettings {
    /// What is wrong with the settings, if anything is.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.quick_exit.as_ref().is_some_and(|url| url.scheme() != "https") {
            return Err("quick_exit must be an https link");
        }
        if self.onion_url.is_some() && self.onion().is_none() {
            return Err("onion_url must be the origin of an onion service, as in http://….onion");
        }
        if self.neutral_title.as_ref().is_some_and(|title| title.trim().is_empty()) {
            return Err("neutral_title must not be empty: browsers would show the address in its place");
        }
        let is_line = |text: &String| !text.trim().is_empty() && !text.contains(char::is_control);
        if !self.name.iter().all(|name| is_line(name) && name.chars().count() <= MAX_NAME) {
            return Err("name must be one line of 1 to 60 characters");
        }
        let is_domain =
            |domain: &String| domain.contains('.') && !domain.contains(|c: char| c.is_whitespace() || c.is_uppercase());
        if !self.mailbox_advice.iter().flatten().flat_map(|advice| &advice.domains).all(is_domain) {
            return Err("mailbox_advice: domains are written as in mail.example, in small letters");
        }
        Ok(())
    }

    /// Where the quick exit leads.
    pub fn quick_exit(&self) -> &str {
        self.quick_exit.as_ref().map_or(QUICK_EXIT, Url::as_str)
    }

    /// What the host's log is to say of this service.
    ///
    /// # Arguments
    /// * `relays` – as the configuration has them: at most sixteen, none twice
    pub fn service(&self, relays: &[RelayUrl]) -> Service {
        // Unwrap safety: it is an onion service or none, and the configuration was read with as many relays as there may be.
        Service::new(self.onion(), relays.to_vec()).expect("an onion service and so many relays")
    }

    fn onion(&self) -> Option<Base> {
        let base: Option<Base> = self.onion_url.as_ref()?.as_str().trim_end_matches('/').parse().ok();
        base.filter(Base::is_onion)
    }

    /// Where the onion service has this path.
    pub fn onion_location(&self, path: &str) -> Option<String> {
        let url = self.onion_url.as_ref()?;
        Some(format!("{}{path}", url.as_str().trim_end_matches('/')))
    }

    /// What is said about whose mailboxes.
    pub fn mailbox_advice(&self, t: &Messages) -> Vec<Advice> {
        match &self.mailbox_advice {
            Some(list) => list.iter().map(|advice| advice.said(t.language())).collect(),
            None => READ_BY_STATES
                .iter()
                .map(|(key, domains)| Advice {
                    domains: domains.join(" "),
                    sentence: t.get(key),
                    language: t.language(),
                })
                .collect(),
        }
    }
}

impl TextFiles {
    /// The file for a language, and its language.
    pub fn of(&self, language: InterfaceLanguage) -> (&Path, InterfaceLanguage) {
        let own = match language {
            InterfaceLanguage::English => None,
            InterfaceLanguage::Russian => self.ru.as_ref(),
            InterfaceLanguage::Persian => self.fa.as_ref(),
        };
        own.map_or((self.en.as_path(), InterfaceLanguage::English), |path| (path.as_path(), language))
    }
}

impl MailboxAdvice {
    fn said(&self, language: InterfaceLanguage) -> Advice {
        let (sentence, language) = match (language, &self.fa) {
            (InterfaceLanguage::Russian, _) => (&self.ru, language),
            (InterfaceLanguage::Persian, Some(sentence)) => (sentence, language),
            _ => (&self.en, InterfaceLanguage::English),
        };
        Advice { domains: self.domains.join(" "), sentence: sentence.clone(), language }
    }
}

#[cfg(test)]
mod tests {
    use super::{InterfaceLanguage, Messages, PageSettings};

    fn read(text: &str) -> PageSettings {
        toml::from_str(text).expect("settings")
    }

    #[test]
    fn what_would_lead_people_elsewhere_than_meant_is_refused() {
        for wrong in [
            "quick_exit = \"http://weather.example/\"",
            "quick_exit = \"javascript:alert(1)\"",
            "onion_url = \"https://petitions.example\"",
            "onion_url = \"http://abc.onion/path\"",
            "onion_url = \"http://abc.onion/?query\"",
            "onion_url = \"ftp://abc.onion\"",
            "onion_url = \"http://name@abc.onion\"",
            "neutral_title = \" \"",
            "name = \"\"",
            "name = \"two\\nlines\"",
            "[[mailbox_advice]]\ndomains = [\"Mail.example\"]\nen = \"a\"\nru = \"b\"",
        ] {
            assert!(read(wrong).check().is_err(), "{wrong}");
        }
        let right =
            "quick_exit = \"https://weather.example/\"\nonion_url = \"http://abc.onion\"\nneutral_title = \"Notes\"";
        assert_eq!(read(right).check(), Ok(()));
        assert_eq!(read(right).onion_location("/en/p/a").as_deref(), Some("http://abc.onion/en/p/a"));
        assert_eq!(read("").check(), Ok(()));
    }

    #[test]
    fn the_operator_s_list_takes_the_place_of_the_one_that_is_built_in() {
        let said = |text: &str| {
            let advice = read(text).mailbox_advice(Messages::of(InterfaceLanguage::Russian));
            advice.into_iter().map(|advice| (advice.domains, advice.sentence)).collect::<Vec<_>>()
        };
        assert!(said("").iter().any(|(domains, _)| domains.split(' ').any(|domain| domain == "mail.ru")));
        assert_eq!(said("mailbox_advice = []"), []);
        let own = "[[mailbox_advice]]\ndomains = [\"a.example\", \"b.example\"]\nen = \"one\"\nru = \"два\"";
        assert_eq!(said(own), [("a.example b.example".to_owned(), "два".to_owned())]);
    }
}
