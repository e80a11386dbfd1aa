//! What the tests need from PyPI, each in a Python environment of its own under `target/tools`.

use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{root, run, succeeds, tools};

/// Installs aiosmtpd, the mail server that the tests send through, and cryptography, with which an auditor that is not ours verifies
/// signatures.
pub fn install() -> Result<()> {
    environment("aiosmtpd", "aiosmtpd.main")?;
    environment("cryptography", "cryptography.hazmat.primitives.asymmetric.rsa")
}

/// Installs what `xtask/{name}.txt` lists into `target/tools/{name}`, unless its module works there already.
fn environment(name: &str, module: &str) -> Result<()> {
    let place = tools().join(name);
    let python = place.join("bin/python");
    if succeeds(Command::new(&python).args(["-c", &format!("import {module}")])) {
        return Ok(());
    }
    // What is left of an interrupted attempt is started again.
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place))?;
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement"])
        .arg(root().join(format!("xtask/{name}.txt"))))
    .with_context(|| format!("{name} comes from PyPI: can it be reached?"))?;
    eprintln!("{name} is in {}", place.display());
    Ok(())
}
