//! What people read: HTML that is complete without JavaScript, made of a petition, the words of a language and nothing else.
//!
//! The server's two sides show these pages, and `undersign organiser preview` shows the same ones of a folder. So the crate knows no
//! state of either, sends and stores nothing and asks no clock: what a page says is what it is given.

/// Who runs the site.
pub mod about;

/// An organiser's colour.
pub mod accent;

/// What the operator says on every page.
pub mod announced;

/// Style and icons, and where pages find them.
pub mod assets;

/// The total for other people's sites.
pub mod badge;

/// Confirming a mail address.
pub mod confirm;

/// What a preview says on top of each page.
pub mod draft;

/// A petition's notices as a feed.
pub mod feed;

/// What every page of a petition has.
pub mod frame;

/// Which language a person reads.
pub mod language;

/// Where a petition is in its life.
pub mod life;

/// Several petitions.
pub mod list;

/// An organiser's Markdown as safe HTML.
pub mod markdown;

/// The words of the interface.
pub mod messages;

/// What was said about a petition since it was published.
pub mod news;

/// One petition, on which people sign.
pub mod petition;

/// Pages that are the same for every petition.
pub mod plain;

/// The petition that pages are about.
pub mod published;

/// What an operator sets about pages.
pub mod settings;

/// Telling others.
pub mod share;

/// What the number means, and how it is recounted.
pub mod verify;

/// Taking a signature back.
pub mod withdraw;

/// Parts that several pages have.
pub mod words;

use serde::Deserialize;

pub use about::About;
pub use announced::{Announced, Banner, Level, Said};
pub use assets::AssetPaths;
pub use draft::Draft;
pub use language::InterfaceLanguage;
pub use life::Life;
pub use messages::Messages;
pub use published::{Petition, PublishedNotice};
pub use settings::PageSettings;

/// What pages are made with.
#[derive(Debug, Clone)]
pub struct Pages {
    /// Origin in links that people copy, without a slash at the end.
    pub public_url: String,
    /// Style, scripts, client package.
    pub assets: AssetPaths,
    /// The choice that is made beforehand.
    pub preselected: Preselected,
    /// What the operator sets.
    pub settings: PageSettings,
    /// Who runs the site, in the operator's words.
    pub about: About,
    /// What the operator says on every page, and whether signing is paused.
    pub announced: Announced,
    /// Whether relays are announced, through which pages hand in.
    pub has_relays: bool,
    /// What is said on top, where a petition is shown that is not published; `None` on a server.
    pub draft: Option<Draft>,
}

/// For which petitions tokens are asked if a person chooses nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preselected {
    /// For the whole run: nobody learns which one is wanted.
    #[default]
    Run,
    /// For this one: the address stays free for the others.
    OnlyThis,
}
