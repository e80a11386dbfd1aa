//! What people read and sign on: HTML that is complete without JavaScript. Signing itself happens in the page's scripts, which talk to
//! the same routes as any other client; nothing here sees a token or an address.

mod about;
mod accent;
mod badge;
mod feed;
mod forget;
mod http;
mod list;
mod markdown;
mod news;
mod petition;
mod plain;
mod preview;
mod settings;
mod share;
mod verify;
mod withdraw;
mod words;

use std::sync::Arc;

use serde::Deserialize;

pub use about::{About, AboutError};
pub use http::router;
pub use settings::PageSettings;

use crate::announcement::{Announcements, Banner};
use crate::petition::Petition;
use crate::web::assets::Assets;
use crate::web::messages::Messages;

/// What pages are made with.
pub struct Pages {
    /// Origin in links that people copy, without a slash at the end.
    pub public_url: String,
    /// Style, scripts, client package.
    pub assets: Arc<Assets>,
    /// The choice that is made beforehand.
    pub preselected: Preselected,
    /// What the operator sets.
    pub settings: PageSettings,
    /// Who runs the site, in the operator's words.
    pub about: About,
    /// What the operator says on every page, and whether signing is paused.
    pub announcements: Announcements,
}

impl Pages {
    /// What stands on every page, if anything does.
    fn banner(&self, t: &Messages) -> Option<Banner> {
        self.announcements.now().banner(t.language())
    }

    /// The link to a petition that people pass on. It pins the petition: another one in its place is refused.
    fn link(&self, petition: &Petition) -> String {
        let (slug, petition_id) = (&petition.verified.manifest().slug, petition.verified.petition_id());
        format!("{}/p/{slug}#{petition_id}", self.public_url)
    }
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
