//! aiosmtpd, the mail server that the tests send through, in a Python environment of its own.

use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{root, run, succeeds, tools};

/// Installs aiosmtpd into `target/tools/aiosmtpd`, unless it works there already.
pub fn install() -> Result<()> {
    let place = tools().join("aiosmtpd");
    let python = place.join("bin/python");
    if succeeds(Command::new(&python).args(["-c", "import aiosmtpd.main"])) {
        return Ok(());
    }
    // What is left of an interrupted attempt is started again.
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place))?;
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement"])
        .arg(root().join("xtask/aiosmtpd.txt")))
    .context("aiosmtpd comes from PyPI: can it be reached?")?;
    eprintln!("aiosmtpd is in {}", place.display());
    Ok(())
}
