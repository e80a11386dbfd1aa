//! `cargo xtask generate-log`: a petition's log of any size. The generator needs OpenSSL, so it is a program of its own, which is built
//! when it is wanted.

use std::ffi::OsString;

use anyhow::Result;

use crate::command::{cargo, run};
use crate::setup;

/// Its package.
pub const PACKAGE: &str = "undersign-log-generator";

/// Builds the generator and runs it with the given arguments.
pub fn generate(arguments: &[OsString]) -> Result<()> {
    setup::compiler()?;
    run(cargo(["run", "--quiet", "--package", PACKAGE, "--bin", "undersign-generate-log", "--"]).args(arguments))
}
