//! `cargo xtask prove`: the same tests with larger numbers, and a record of what they showed, where and when.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::Command;
use std::thread::available_parallelism;

use anyhow::{Context, Result, ensure};

use crate::benchmark::{self, Options};
use crate::command::{cargo, output, root, run};
use crate::linkage;
use crate::outcome::{self, Outcome};
use crate::setup;
use crate::stopwatch::{Elapsed, Stopwatch};

/// Relative to the root of the repository.
const RECORD: &str = "specs/proofs.md";

/// Signatures of the log whose audit is measured.
const MILLION: u64 = 1_000_000;
/// People of the linkage game.
const CROWD: u64 = 2_000;

const HEADING: &str = "# Proofs\n
The runs of `cargo xtask prove`: the tests of `cargo xtask test` with larger numbers. Each run adds its result below,
whatever it was.\n";

/// Runs the tests with `UNDERSIGN_PROVE=1`, to the end even if some fail, and adds the result to the record.
pub fn run_proofs() -> Result<()> {
    setup::everything()?;
    run(&mut cargo(["build", "--workspace"]))?;
    // Before the run: afterwards the tree may be another one than was tested.
    let commit = commit()?;
    let stopwatch = Stopwatch::start();
    let mut outcome = outcome::of_all_tests(true)?;
    outcome += outcome::of_the_released_programs()?;
    record(RECORD, HEADING, &entry(&commit, outcome, stopwatch.elapsed())?)?;
    eprintln!("Added to {RECORD}.");
    let played = linkage::play(&linkage::Options::large(CROWD));
    // Where everything is optimised, and where nothing else runs beside it.
    benchmark::run_benchmarks(&Options::large(MILLION))?;
    println!("{} passed, {} failed", outcome.passed, outcome.failed);
    played?;
    ensure!(outcome.failed == 0, "Not everything holds: {} tests failed", outcome.failed);
    Ok(())
}

fn entry(commit: &str, outcome: Outcome, duration: Elapsed) -> Result<String> {
    let date = output(Command::new("date").args(["-u", "+%Y-%m-%d"]))?;
    Ok(format!(
        "\n## {date}, commit {commit}\n\n- tests: {} passed, {} failed\n- duration: {duration}\n- hardware: {}\n",
        outcome.passed,
        outcome.failed,
        hardware()
    ))
}

/// Which sources were tested.
pub fn commit() -> Result<String> {
    let git = |arguments: &[&str]| output(Command::new("git").args(arguments).current_dir(root()));
    let hash = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = !git(&["status", "--porcelain"])?.is_empty();
    Ok(if changed { format!("{hash} with changes that are not committed") } else { hash })
}

/// On what.
pub fn hardware() -> String {
    let cores = available_parallelism().map_or(1, usize::from);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_else(|| "unknown".to_owned());
    format!("{cores} cores, {model}, memory {memory}")
}

/// The first value of a name in one of the system's `name: value` files.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'))?;
    Some(value.trim().to_owned())
}

/// Adds to a file of results, or begins it.
pub fn record(file: &str, heading: &str, entry: &str) -> Result<()> {
    let path = root().join(file);
    let heading = if path.exists() { "" } else { heading };
    let open = || OpenOptions::new().create(true).append(true).open(&path);
    open().and_then(|mut file| write!(file, "{heading}{entry}")).with_context(|| format!("could not write {file}"))
}
