//! `cargo xtask lighthouse`: what Lighthouse says of the petition page, added to a record. What decides whether a change lands are the
//! tests in the browser, which count bytes and requests; Lighthouse's times move with the machine.

use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use crate::browser;
use crate::command::{announce, line, output, root};
use crate::prove::{commit, hardware, record};
use crate::setup::node;

/// Relative to the root of the repository.
const RECORD: &str = "specs/lighthouse.md";

const HEADING: &str = "# Lighthouse\n
Runs of `cargo xtask lighthouse`: Lighthouse on a demo server's petition page, its mobile setting, in Debian's Chromium. Each adds its result\nbelow, whatever it was. Wanted are 100 for accessibility and best practices and 95 for performance; SEO is for information.\n";

/// Asks Lighthouse, and adds what it says to the record.
pub fn write_report() -> Result<()> {
    browser::build()?;
    // Not among what the tests install: no test needs it.
    let folder = root().join("tests/browser/lighthouse");
    node::install(&folder)?;
    // Before the run: afterwards the tree may be another one than was measured.
    let commit = commit()?;
    let mut node = Command::new("node");
    node.arg("report.mjs").current_dir(folder);
    announce(&node);
    let said = node.stderr(Stdio::inherit()).output()?;
    ensure!(said.status.success(), "`{}` failed: {}", line(&node), said.status);
    let date = output(Command::new("date").args(["-u", "+%Y-%m-%d"]))?;
    let report = String::from_utf8_lossy(&said.stdout);
    let result = format!("\n## {date}, commit {commit}\n\n{}\n- hardware: {}\n", report.trim_end(), hardware());
    record(RECORD, HEADING, &result)?;
    eprintln!("{result}\nAdded to {RECORD}.");
    Ok(())
}
