//! Browsers, and what drives them: Chromium, Firefox ESR, Node.js, and the packages that `tests/browser/package-lock.json` names.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::node;
use super::packages::{Need, install as install_packages};
use crate::command::{in_path, root};

/// Installs what is missing.
pub fn install() -> Result<()> {
    install_packages(&[
        node::NEED,
        Need { what: "Chromium", packages: &["chromium"], present: || in_path("chromium") },
        Need { what: "Firefox ESR", packages: &["firefox-esr"], present: || in_path("firefox-esr") },
    ])?;
    node::install(&directory())
}

/// The start of a command line of npm, where the tests in the browser are.
pub fn npm(arguments: &[&str]) -> Command {
    node::npm(&directory(), arguments)
}

/// Where the tests in the browser are.
pub fn directory() -> PathBuf {
    root().join("tests/browser")
}
