/// The style of every page.
pub const STYLE: &str = include_str!("../assets/page.css");
/// The icon in a browser's tab.
pub const ICON: &str = include_str!("../assets/icon.svg");
/// The icon where a tab is not to say what is read in it.
pub const PLAIN_ICON: &str = include_str!("../assets/plain.svg");

/// Style of what a preview says on top of each page.
pub const DRAFT_STYLE: &str = include_str!("../assets/draft.css");
/// What loads a page of a preview again when its folder has changed.
pub const RELOAD: &str = include_str!("../assets/reload.js");

/// Where pages find what they load, and what of it there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetPaths {
    /// What the paths of all assets begin with: `/assets/{version}`.
    pub prefix: String,
    /// Whether pages can sign.
    pub has_client: bool,
    /// Whether pages can sign where WebAssembly is off.
    pub has_fallback: bool,
}
