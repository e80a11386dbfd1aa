use std::path::{Path, PathBuf};

use askama::Template;

use crate::Pages;
use crate::language::InterfaceLanguage;
use crate::markdown::to_html;
use crate::messages::Messages;
use crate::settings::{PageSettings, TextFiles};

/// Most bytes of a text; one that is longer is no page about a site.
const MAX_TEXT: usize = 100_000;

/// Who runs the site, as it was read at the start: nothing, unless the operator names files.
#[derive(Debug, Clone, Default)]
pub struct About {
    sections: Vec<Section>,
}

/// One text in every language of the interface.
#[derive(Debug, Clone)]
struct Section {
    kind: Kind,
    texts: [Said; InterfaceLanguage::ALL.len()],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    About,
    Imprint,
    Contact,
}

#[derive(Debug, Clone)]
struct Said {
    html: String,
    language: InterfaceLanguage,
}

/// A text of the operator's that cannot be shown.
#[derive(Debug, thiserror::Error)]
#[error("{0} cannot be read: {1}")]
pub struct AboutError(pub PathBuf, pub String);

/// Who runs the site.
#[derive(Template)]
#[template(path = "about.html")]
pub struct AboutPage<'a> {
    t: &'static Messages,
    pages: &'a Pages,
    path: &'static str,
}

impl About {
    /// Reads every file that is named.
    pub fn read(settings: &PageSettings) -> Result<Self, AboutError> {
        let named =
            [(Kind::About, &settings.about), (Kind::Imprint, &settings.imprint), (Kind::Contact, &settings.contact)];
        let named = named.into_iter().filter_map(|(kind, files)| Some((kind, files.as_ref()?)));
        let sections = named.map(|(kind, files)| Section::read(kind, files)).collect::<Result<_, _>>()?;
        Ok(Self { sections })
    }

    /// Whether there is nothing to be shown.
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }
}

impl Section {
    fn read(kind: Kind, files: &TextFiles) -> Result<Self, AboutError> {
        let [english, russian, persian] = InterfaceLanguage::ALL.map(|language| Said::read(files, language));
        Ok(Self { kind, texts: [english?, russian?, persian?] })
    }

    fn title(&self, t: &Messages) -> String {
        match self.kind {
            Kind::About => t.get("about-link"),
            Kind::Imprint => t.get("about-imprint"),
            Kind::Contact => t.get("about-contact"),
        }
    }

    fn said(&self, t: &Messages) -> &Said {
        &self.texts[t.language() as usize]
    }
}

impl Said {
    fn read(files: &TextFiles, language: InterfaceLanguage) -> Result<Self, AboutError> {
        let (path, language) = files.of(language);
        Ok(Self { html: to_html(&text(path)?), language })
    }
}

fn text(path: &Path) -> Result<String, AboutError> {
    let wrong = |reason: String| AboutError(path.to_owned(), reason);
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    if text.trim().is_empty() {
        return Err(wrong("it is empty".to_owned()));
    }
    if text.len() > MAX_TEXT { Err(wrong("it has more than 100,000 bytes".to_owned())) } else { Ok(text) }
}

impl<'a> AboutPage<'a> {
    /// `None` where the operator says nothing.
    pub fn new(t: &'static Messages, pages: &'a Pages) -> Option<Self> {
        (!pages.about.is_empty()).then_some(Self { t, pages, path: "/about" })
    }
}
