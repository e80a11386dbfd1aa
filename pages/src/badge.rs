use askama::Template;

use crate::messages::Messages;
use crate::words::Progress;

/// Pixels.
pub const HEIGHT: u32 = 44;
const MARGIN: u32 = 12;
/// Wide enough for every system's letters of 14 pixels.
const LETTER: u32 = 8;

/// A picture of the public total for other people's sites, as SVG. It says nothing else and loads nothing.
#[derive(Template)]
#[template(path = "badge.svg")]
pub struct Badge {
    width: u32,
    height: u32,
    margin: u32,
    bar: u32,
    filled: u32,
    has_goal: bool,
    sentence: String,
    dir: &'static str,
}

impl Badge {
    /// Of a total on its way to a goal.
    pub fn new(t: &Messages, progress: Progress) -> Self {
        let letters = u32::try_from(progress.sentence.chars().count()).unwrap_or_default();
        let bar = letters * LETTER;
        let filled = progress
            .goal
            .as_ref()
            .map_or(0, |(goal, _)| u128::from(bar) * u128::from(progress.total) / u128::from(*goal));
        Self {
            width: bar + 2 * MARGIN,
            height: HEIGHT,
            margin: MARGIN,
            bar,
            filled: u32::try_from(filled).unwrap_or_default(),
            has_goal: progress.goal.is_some(),
            sentence: progress.sentence,
            dir: t.dir(),
        }
    }
}
