//! `cargo xtask demo`: the service and the command line client, ready to try.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{announce, cargo, line, run};
use crate::{client, setup, wasm};

/// Builds both programs and, where that can be done, the client package; then becomes the demo server, with the given further
/// arguments.
pub fn run_demo(arguments: &[OsString]) -> Result<()> {
    setup::compiler()?;
    run(&mut cargo(["build", "--package", "undersign-server", "--package", "undersign-cli"]))?;

    // Cargo has put them beside this very program, wherever its target directory is.
    let xtask = std::env::current_exe().context("where the programs were built")?;
    eprintln!("The command line client, for another terminal: {}", xtask.with_file_name("undersign").display());

    let mut server = Command::new(xtask.with_file_name("undersign-server"));
    server.arg("demo").args(client_dir()).args(arguments);
    announce(&server);
    // Replaces this process: Ctrl-C then ends one program, and the prompt returns when it has ended.
    Err(server.exec()).with_context(|| format!("could not start `{}`", line(&server)))
}

/// What lets pages sign. Without it they can be read, and the command line signs: that is worth a demo, too.
fn client_dir() -> Vec<OsString> {
    match wasm::toolchain().and_then(|toolchain| client::build_package(toolchain, client::Extent::AtLeastWasm)) {
        Ok(()) => vec!["--client-dir".into(), client::directory().into()],
        Err(error) => {
            eprintln!("\nThe pages of this demo can be read but not signed on: {error:#}\n");
            Vec::new()
        }
    }
}
