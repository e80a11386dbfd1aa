//! `cargo xtask bench`: how fast everything is, each number beside a peer in the same run. Optimised builds; what comes out is added to
//! specs/benchmarks.md.

mod audit;
mod server;

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::command::output;
use crate::prove::{commit, hardware, record};

/// Relative to the root of the repository.
const RECORD: &str = "specs/benchmarks.md";

const HEADING: &str = "# Benchmarks\n
Runs of `cargo xtask bench` (and of `cargo xtask prove`, which ends with a large one). Each adds its result below, whatever it was.\n";

/// The one row that `undersign-bench` does not measure.
const AUDIT: &str = "audit";

const SQLITE: &str = "sqlite";

/// What is measured. Rows and engines are `undersign-bench`'s, which knows them by name.
#[derive(Args)]
pub struct Options {
    /// Only these, everything without it: `audit`, or what `undersign-bench --help` names
    #[arg(long, value_name = "ROW")]
    only: Vec<String>,
    /// What keeps the rows of the server: sqlite, or postgres in throw-away clusters that are as durable as an operator's
    #[arg(long, default_value = SQLITE)]
    engine: String,
    /// Larger numbers, for an hour or two
    #[arg(long)]
    large: bool,
    /// Signatures of the log that is audited
    #[arg(long, default_value_t = 100_000)]
    signatures: u64,
}

impl Options {
    /// Everything on SQLite, with large numbers.
    pub fn large(signatures: u64) -> Self {
        Self { only: Vec::new(), engine: SQLITE.to_owned(), large: true, signatures }
    }
}

/// Measures, and adds the result to the record.
pub fn run_benchmarks(options: &Options) -> Result<()> {
    // Before the run: afterwards the tree may be another one than was measured.
    let commit = commit()?;
    let mut lines = String::new();
    if options.only.is_empty() || options.only.iter().any(|row| row != AUDIT) {
        lines += &server::measure(options)?;
    }
    if options.only.is_empty() || options.only.iter().any(|row| row == AUDIT) {
        lines += &audit::measure(options.signatures)?;
    }
    let date = output(Command::new("date").args(["-u", "+%Y-%m-%d"]))?;
    let engine = &options.engine;
    let result = format!("\n## {date}, commit {commit}, {engine}\n\n{lines}- hardware: {}\n", hardware());
    record(RECORD, HEADING, &result)?;
    eprintln!("{result}\nAdded to {RECORD}.");
    Ok(())
}
