//! Node.js, and folders with the packages that their `package-lock.json` names.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::packages::{Need, install as install_programs};
use crate::command::{in_path, output, run};

/// The oldest Node.js that has all that is used.
const NODE: u32 = 20;

/// Node.js with npm.
pub const NEED: Need = Need {
    what: "Node.js 20 or newer with npm (where Debian's is older: https://nodejs.org)",
    packages: &["nodejs", "npm"],
    present: || node_is_new_enough() && in_path("npm"),
};

/// Installs a folder's packages, and Node.js itself, where they are missing.
pub fn install(folder: &Path) -> Result<()> {
    install_programs(&[NEED])?;
    let wanted = fs::read(folder.join("package-lock.json")).context("could not read package-lock.json")?;
    // Written last, so that an interrupted installation is not taken for a whole one.
    let installed = folder.join("node_modules/.installed-lock.json");
    if fs::read(&installed).is_ok_and(|lock| lock == wanted) {
        return Ok(());
    }
    run(&mut npm(folder, &["ci", "--ignore-scripts"]))
        .context("the packages come from the npm registry: can it be reached?")?;
    fs::write(&installed, wanted).with_context(|| format!("could not write {}", installed.display()))
}

/// The start of a command line of npm in a folder.
pub fn npm(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(folder);
    command
}

fn node_is_new_enough() -> bool {
    let version = output(Command::new("node").arg("--version"));
    // As in `v20.20.2`.
    let major = version.ok().and_then(|version| version.strip_prefix('v')?.split('.').next()?.parse().ok());
    major.is_some_and(|major: u32| major >= NODE)
}
