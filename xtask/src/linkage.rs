//! `cargo xtask linkage`: three adversaries pair addresses with signatures. The game starts real servers, so it is a program of
//! its own, which is built when it is wanted.

use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use clap::Args;

use crate::command::{announce, cargo, line, output, root, run};
use crate::prove::{commit, hardware, record};
use crate::setup;

/// Relative to the root of the repository.
const RECORD: &str = "specs/linkage.md";
/// Where the numbers of whoever watches live are, which are the same in every run.
const NUMBERS: &str = "specs/linkage";

const HEADING: &str =
    "# The linkage game\n\nRuns of `cargo xtask linkage`: each adds its result below, whatever it was.\n";

/// How it is played.
#[derive(Args)]
pub struct Options {
    /// How many people sign
    #[arg(long, default_value_t = 300)]
    people: u64,
    /// What keeps the rows, sqlite or postgres; both without it
    #[arg(long)]
    engine: Option<String>,
    /// Who plays, seizure, live or mailboxes; all without it
    #[arg(long)]
    adversary: Option<String>,
    /// For arrivals, and for what is decided by lot
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Tags come from an evaluator, on a machine that is not seized
    #[arg(long)]
    evaluator: bool,
}

impl Options {
    /// Everyone, on both engines.
    pub fn large(people: u64) -> Self {
        Self { people, engine: None, adversary: None, seed: 1, evaluator: false }
    }
}

/// Plays, and adds the result to the record. Fails where somebody learns what he must not.
pub fn play(options: &Options) -> Result<()> {
    setup::compiler()?;
    setup::postgres::install()?;
    run(&mut cargo(["build", "--package", "undersign-server", "--package", "undersign-linkage"]))?;
    // Before the run: afterwards the tree may be another one than was tested.
    let commit = commit()?;
    let mut command = Command::new(root().join("target/debug/undersign-linkage"));
    command.args(["--people", &options.people.to_string(), "--seed", &options.seed.to_string()]);
    command.args(options.engine.iter().flat_map(|engine| ["--engine", engine]));
    command.args(options.adversary.iter().flat_map(|adversary| ["--adversary", adversary]));
    command.args(options.evaluator.then_some("--evaluator"));
    command.arg("--numbers").arg(root().join(NUMBERS));
    announce(&command);
    let played = command.stderr(Stdio::inherit()).output()?;
    let date = output(Command::new("date").args(["-u", "+%Y-%m-%d"]))?;
    let Options { people, seed, .. } = options;
    let result = format!(
        "\n## {date}, commit {commit}, {people} people, seed {seed}\n\n{}\n- hardware: {}\n",
        String::from_utf8_lossy(&played.stdout).trim_end(),
        hardware()
    );
    if !played.stdout.is_empty() {
        record(RECORD, HEADING, &result)?;
        eprintln!("{result}\nAdded to {RECORD}.");
    }
    ensure!(played.status.success(), "`{}` failed: {}", line(&command), played.status);
    Ok(())
}
