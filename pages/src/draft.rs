use askama::Template;

use crate::Pages;
use crate::messages::Messages;

/// Where a preview says which version of its folder there is.
pub const VERSION_PATH: &str = "/preview/version";

/// What a preview says on top of each page: that it is one, and what is wrong with the folder. Organisers alone read it, in English, as
/// they read what the command says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Of the folder as the page shows it. Where there is another one, the page loads itself again.
    pub version: String,
    /// Whether the page is of the folder as it was before: as it is now, it cannot be shown.
    pub is_outdated: bool,
    /// What was found in the folder.
    pub findings: Vec<Finding>,
}

/// Something to change in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// File, and line where there is one, as in `en/petition.md:3`.
    pub place: String,
    /// What is wrong, and what to do.
    pub sentence: String,
    /// Whether the petition can be published all the same.
    pub is_hint: bool,
}

/// Shown as long as a folder has never been a petition.
#[derive(Template)]
#[template(path = "empty_draft.html")]
pub struct EmptyDraftPage<'a> {
    t: &'static Messages,
    pages: &'a Pages,
    path: &'static str,
}

impl<'a> EmptyDraftPage<'a> {
    /// With what is wrong on top.
    pub fn new(t: &'static Messages, pages: &'a Pages) -> Self {
        Self { t, pages, path: "/" }
    }
}
