//! The pages in a real browser: their tests, and pictures of them. Both are in `tests/browser`; here is what they need.

use std::process::Command;

use anyhow::Result;

use crate::command::{cargo, root, run};
use crate::outcome::{self, Outcome};
use crate::setup::browser::{directory, install, npm};
use crate::setup::proxies;
use crate::{client, wasm};

/// Checks the types of the pages' scripts, then runs the tests.
pub fn test() -> Result<Outcome> {
    build()?;
    run(&mut npm(&["run", "types"]))?;
    // Colours would stand between the counter and the words that it looks for.
    outcome::of(npm(&["test"]).env("NO_COLOR", "1").env_remove("FORCE_COLOR"))
}

/// Takes pictures of every page and every state; with `readme` also the one of the README.
pub fn take_screenshots(readme: bool) -> Result<()> {
    build()?;
    let mut node = Command::new("node");
    node.arg("screenshots.mjs").args(readme.then_some("--readme")).current_dir(directory());
    run(&mut node)?;
    eprintln!("The pictures are in {}.", root().join("target/screenshots").display());
    Ok(())
}

/// What a browser is shown: the programs, as the tests start them, and the client package.
pub fn build() -> Result<()> {
    install()?;
    proxies::install()?;
    // The server, the command, and the server that lies.
    run(&mut cargo(["build", "--workspace"]))?;
    client::build_package(wasm::toolchain()?, client::Extent::Whole)
}
