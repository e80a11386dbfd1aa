use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use crate::language::InterfaceLanguage;

/// How a banner is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// News.
    #[default]
    Info,
    /// Something that people should know before they go on.
    Warning,
}

impl Level {
    /// The class of the paragraph.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Info => "note",
            Self::Warning => "message",
        }
    }
}

/// What the operator says on every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banner {
    /// How it is shown.
    pub level: Level,
    /// What it says.
    pub text: String,
    /// The text's language: the page's, where it is said in that one.
    pub language: InterfaceLanguage,
}

/// What the operator announces, as pages have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// What stands on every page, if anything does.
    pub banner: Option<Banner>,
    /// Whether signing and withdrawing are paused.
    pub is_paused: bool,
}

/// What is announced now, asked anew for each page; nothing, unless somebody says something.
#[derive(Clone)]
pub struct Announced(Arc<dyn Fn(InterfaceLanguage) -> Said + Send + Sync>);

impl Announced {
    /// Asks `now` what is said in a language.
    pub fn new(now: impl Fn(InterfaceLanguage) -> Said + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// What is said to somebody who reads this language.
    pub fn now(&self, language: InterfaceLanguage) -> Said {
        (self.0)(language)
    }
}

impl Default for Announced {
    fn default() -> Self {
        Self::new(|_| Said::default())
    }
}

impl fmt::Debug for Announced {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Announced")
    }
}
