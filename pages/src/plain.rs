use askama::Template;

use crate::Pages;
use crate::messages::Messages;

/// There is no such petition.
#[derive(Template)]
#[template(path = "not_found.html")]
pub struct NotFoundPage<'a> {
    t: &'static Messages,
    pages: &'a Pages,
    path: &'static str,
}

/// What is protected, what is not, and how to leave.
#[derive(Template)]
#[template(path = "safety.html")]
pub struct SafetyPage<'a> {
    t: &'static Messages,
    pages: &'a Pages,
    path: &'static str,
}

/// Wiping what this site keeps in a browser.
#[derive(Template)]
#[template(path = "forget.html")]
pub struct ForgetPage<'a> {
    t: &'static Messages,
    pages: &'a Pages,
    path: &'static str,
    is_done: bool,
}

impl<'a> NotFoundPage<'a> {
    /// In these words.
    pub fn new(t: &'static Messages, pages: &'a Pages) -> Self {
        Self { t, pages, path: "/" }
    }
}

impl<'a> SafetyPage<'a> {
    /// In these words.
    pub fn new(t: &'static Messages, pages: &'a Pages) -> Self {
        Self { t, pages, path: "/safety" }
    }
}

impl<'a> ForgetPage<'a> {
    /// Before or after.
    ///
    /// # Arguments
    /// * `is_done` – whether this is the answer that has the browser wipe
    pub fn new(t: &'static Messages, pages: &'a Pages, is_done: bool) -> Self {
        Self { t, pages, path: "/forget", is_done }
    }
}
