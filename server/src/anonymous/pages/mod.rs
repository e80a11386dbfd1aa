//! What people read and sign on: HTML that is complete without JavaScript. Signing itself happens in the page's scripts, which talk to
//! the same routes as any other client; nothing here sees a token or an address.

mod http;
mod markdown;
mod news;
mod view;

use std::sync::Arc;

use serde::Deserialize;

pub use http::router;

use crate::web::assets::Assets;

/// What pages are made with.
pub struct Pages {
    /// Origin in links that people copy, without a slash at the end.
    pub public_url: String,
    /// Style, scripts, client package.
    pub assets: Arc<Assets>,
    /// The choice that is made beforehand.
    pub preselected: Preselected,
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
