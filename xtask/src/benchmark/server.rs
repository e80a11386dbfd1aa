//! The real server under load: `undersign-bench`, built with everything that it starts.

use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use super::{AUDIT, Options};
use crate::command::{announce, cargo, line, root, run};
use crate::setup;

/// Measures. Gives lines for the record.
pub fn measure(options: &Options) -> Result<String> {
    setup::compiler()?;
    run(&mut cargo(["build", "--release", "--package", "undersign-server", "--package", "undersign-bench"]))?;
    let mut command = Command::new(root().join("target/release/undersign-bench"));
    command.args(["--engine", &options.engine]);
    if options.large {
        command.arg("--large");
    }
    for row in options.only.iter().filter(|row| *row != AUDIT) {
        command.args(["--only", row]);
    }
    announce(&command);
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "`{}` failed: {}", line(&command), output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
