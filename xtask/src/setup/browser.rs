//! A browser, and what drives it: Chromium, Node.js, and the packages that `tests/browser/package-lock.json` names.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::packages::{Need, install as install_packages};
use crate::command::{in_path, output, root, run};

/// The oldest Node.js that has all that the tests use.
const NODE: u32 = 20;

/// Installs what is missing.
pub fn install() -> Result<()> {
    install_packages(&[
        Need {
            what: "Node.js 20 or newer with npm (where Debian's is older: https://nodejs.org)",
            packages: &["nodejs", "npm"],
            present: || node_is_new_enough() && in_path("npm"),
        },
        Need { what: "Chromium", packages: &["chromium"], present: || in_path("chromium") },
    ])?;
    install_node_packages()
}

/// The start of a command line of npm, where the tests in the browser are.
pub fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(directory());
    command
}

/// Where the tests in the browser are.
pub fn directory() -> PathBuf {
    root().join("tests/browser")
}

fn install_node_packages() -> Result<()> {
    let wanted = fs::read(directory().join("package-lock.json")).context("could not read package-lock.json")?;
    // Written last, so that an interrupted installation is not taken for a whole one.
    let installed = directory().join("node_modules/.installed-lock.json");
    if fs::read(&installed).is_ok_and(|lock| lock == wanted) {
        return Ok(());
    }
    run(&mut npm(&["ci"])).context("the packages come from the npm registry: can it be reached?")?;
    fs::write(&installed, wanted).with_context(|| format!("could not write {}", installed.display()))
}

fn node_is_new_enough() -> bool {
    let version = output(Command::new("node").arg("--version"));
    // As in `v20.20.2`.
    let major = version.ok().and_then(|version| version.strip_prefix('v')?.split('.').next()?.parse().ok());
    major.is_some_and(|major: u32| major >= NODE)
}
