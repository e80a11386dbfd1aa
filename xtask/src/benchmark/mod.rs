//! `cargo xtask bench`: how fast everything is, each number beside a peer in the same run. Optimised builds; what comes out is added to
//! specs/benchmarks.md.

mod audit;
mod server;

use std::process::Command;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::command::output;
use crate::prove::{commit, hardware, record};

/// Relative to the root of the repository.
const RECORD: &str = "specs/benchmarks.md";

const HEADING: &str = "# Benchmarks\n
Runs of `cargo xtask bench` (and of `cargo xtask prove`, which ends with a large one). Each adds its result below, whatever it was.\n";

/// What is measured.
#[derive(Args)]
pub struct Options {
    /// Only these; everything without it
    #[arg(long, value_enum, value_name = "ROW")]
    only: Vec<Row>,
    /// What keeps the rows of the server
    #[arg(long, value_enum, default_value_t = Engine::Sqlite)]
    engine: Engine,
    /// With PostgreSQL: an empty database for the identified side
    #[arg(long, value_name = "URL")]
    identified_url: Option<String>,
    /// With PostgreSQL: an empty database for the anonymous side, in another cluster
    #[arg(long, value_name = "URL")]
    anonymous_url: Option<String>,
    /// Larger numbers, for an hour or two
    #[arg(long)]
    large: bool,
    /// Signatures of the log that is audited
    #[arg(long, default_value_t = 100_000)]
    signatures: u64,
}

/// A row of the table of speeds, or several that are measured together.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Row {
    /// Issuance and redemption, beside the arithmetic and the package privacypass
    Steps,
    /// Whole signings with 1, 4 and 8 open petitions
    Signings,
    /// Total and page, beside a bare axum handler
    Reads,
    /// Memory and start
    Idle,
    /// Redemption beside ever more nonces
    Growth,
    /// Ten thousand readers while people sign
    Crowd,
    /// `undersign audit`, beside a bare loop around OpenSSL
    Audit,
}

/// An engine.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// Embedded
    Sqlite,
    /// Two clusters, by their URLs
    Postgres,
}

impl Options {
    /// Everything on SQLite, with large numbers.
    pub fn large(signatures: u64) -> Self {
        Self {
            only: Vec::new(),
            engine: Engine::Sqlite,
            identified_url: None,
            anonymous_url: None,
            large: true,
            signatures,
        }
    }
}

/// Measures, and adds the result to the record.
pub fn run_benchmarks(options: &Options) -> Result<()> {
    // Before the run: afterwards the tree may be another one than was measured.
    let commit = commit()?;
    let mut lines = String::new();
    if options.only.is_empty() || options.only.iter().any(|row| *row != Row::Audit) {
        lines += &server::measure(options)?;
    }
    if options.only.is_empty() || options.only.contains(&Row::Audit) {
        lines += &audit::measure(options.signatures)?;
    }
    let date = output(Command::new("date").args(["-u", "+%Y-%m-%d"]))?;
    let engine = name(options.engine);
    let result = format!("\n## {date}, commit {commit}, {engine}\n\n{lines}- hardware: {}\n", hardware());
    record(RECORD, HEADING, &result)?;
    eprintln!("{result}\nAdded to {RECORD}.");
    Ok(())
}

/// As it is typed.
fn name(value: impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
