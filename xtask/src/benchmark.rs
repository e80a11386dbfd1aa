//! `cargo xtask benchmark-audit`: how fast `undersign audit` recounts a log of local files, beside a bare loop around OpenSSL's RSA-PSS
//! verification on the same cores, before and after it, and how much memory it takes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::command::{announce, cargo, output, root, run};
use crate::log::PACKAGE;
use crate::prove::{commit, hardware, record};
use crate::setup;
use crate::stopwatch::{Elapsed, Stopwatch};

/// Relative to the root of the repository.
const RECORD: &str = "specs/benchmarks.md";

const HEADING: &str = "# Benchmarks\n
Runs of `cargo xtask benchmark-audit` (and of `cargo xtask prove`, which ends with one): `undersign audit` on a generated log of local
files, beside a bare loop around OpenSSL's RSA-PSS verification of the same tokens on the same cores, before and after it.
Optimised builds. Each run adds its result below, whatever it was.\n";

/// Measures, and adds the result to the record.
pub fn audit(signatures: u64) -> Result<()> {
    setup::compiler()?;
    run(&mut cargo(["build", "--release", "--package", "undersign-cli", "--package", PACKAGE]))?;
    let log = root().join(format!("target/benchmark/{signatures}"));
    let copy = copy_of(&log, signatures)?;
    let before = bare(&copy)?;
    let (elapsed, memory) = measured(Command::new(program("undersign")).args(["--json", "audit"]).arg(&copy))?;
    let after = bare(&copy)?;
    let rate = signatures as f64 / elapsed.seconds();
    let share = rate / ((before + after) / 2.0) * 100.0;
    let date = output(Command::new("date").args(["-u", "+%Y-%m-%d"]))?;
    let result = format!(
        "\n## {date}, commit {}\n\n- signatures: {signatures}\n- audit: {elapsed}, {rate:.0} signatures/s\n- bare loop: {before:.0} \
         signatures/s before, {after:.0} after; the audit reaches {share:.0} % of their mean\n- memory of the audit at most (VmHWM): \
         {memory} kB\n- hardware: {}\n",
        commit()?,
        hardware()
    );
    record(RECORD, HEADING, &result)?;
    eprintln!("{result}\nAdded to {RECORD}.");
    Ok(())
}

/// The petition's folder in a generated log, which is made once.
fn copy_of(log: &Path, signatures: u64) -> Result<PathBuf> {
    let petitions = log.join("v1/petitions");
    let find = || -> Option<PathBuf> {
        let folders = fs::read_dir(&petitions).ok()?.filter_map(Result::ok).map(|entry| entry.path());
        // Written last.
        folders.into_iter().find(|folder| folder.join("total").is_file())
    };
    if let Some(copy) = find() {
        return Ok(copy);
    }
    let mut generate = Command::new(program("undersign-generate-log"));
    run(generate.args(["--signatures", &signatures.to_string(), "--out"]).arg(log))?;
    find().with_context(|| format!("there is no log in {}", log.display()))
}

fn program(name: &str) -> PathBuf {
    root().join("target/release").join(name)
}

/// Signatures a second of the bare loop.
fn bare(copy: &Path) -> Result<f64> {
    let mut command = Command::new(program("undersign-bare-verify"));
    announce(command.arg(copy));
    output(&mut command)?.parse().context("the bare loop prints one number")
}

/// Runs to the end; how long it took, and the most memory that it had, in kB.
fn measured(command: &mut Command) -> Result<(Elapsed, u64)> {
    announce(command);
    let stopwatch = Stopwatch::start();
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let mut memory = 0;
    let status = loop {
        memory = memory.max(peak(&child).unwrap_or(0));
        match child.try_wait()? {
            Some(status) => break status,
            None => thread::sleep(Duration::from_millis(10)),
        }
    };
    let elapsed = stopwatch.elapsed();
    ensure!(status.success(), "the audit failed: {status}");
    Ok((elapsed, memory))
}

fn peak(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}
