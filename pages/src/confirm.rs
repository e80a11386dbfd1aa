use askama::Template;

use crate::announced::Banner;
use crate::messages::Messages;

/// What the page behind a mail's link shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// The form.
    Ask {
        /// The link's token, which the form posts.
        token: &'a str,
        /// What was wrong with the number that was typed last.
        problem: Option<&'a str>,
    },
    /// It is confirmed.
    Done,
    /// It cannot be confirmed by this link any more.
    Over {
        /// Why, and what to do.
        problem: &'a str,
    },
}

impl Step<'_> {
    /// What scripts and tests call it.
    fn name(&self) -> &'static str {
        match self {
            Self::Ask { .. } => "ask",
            Self::Done => "done",
            Self::Over { .. } => "over",
        }
    }
}

/// The one page of the identified side. It names no petition.
#[derive(Template)]
#[template(path = "confirm.html")]
pub struct ConfirmPage<'a> {
    /// The words.
    pub t: &'static Messages,
    /// What the paths of all assets begin with.
    pub assets: &'a str,
    /// What is shown.
    pub step: Step<'a>,
    /// What the operator says.
    pub banner: Option<Banner>,
}
