//! `cargo xtask linkage`: who has everything at rest of both sides pairs addresses with signatures. The game starts real servers, so it is a
//! program of its own, which is built when it is wanted.

use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use clap::Args;

use crate::command::{announce, cargo, line, output, root, run};
use crate::prove::{commit, hardware, record};
use crate::setup;

/// Relative to the root of the repository.
const RECORD: &str = "specs/linkage.md";

const HEADING: &str = "# The linkage game\n
Runs of `cargo xtask linkage` (and of `cargo xtask prove`, which ends with a large one). Each adds its result below, whatever it was. What is\nplayed, and what the numbers mean: [decisions/0046](decisions/0046-how-the-linkage-game-is-played.md).\n";

/// How it is played.
#[derive(Args)]
pub struct Options {
    /// How many people sign
    #[arg(long, default_value_t = 300)]
    people: u64,
    /// What keeps the rows, sqlite or postgres; both without it
    #[arg(long)]
    engine: Option<String>,
    /// For arrivals, and for what is decided by lot
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Options {
    /// On both engines.
    pub fn large(people: u64) -> Self {
        Self { people, engine: None, seed: 1 }
    }
}

/// Plays, and adds the result to the record. Fails where a trick beats guessing.
pub fn play(options: &Options) -> Result<()> {
    setup::compiler()?;
    setup::postgres::install()?;
    run(&mut cargo(["build", "--package", "undersign-server", "--package", "undersign-linkage"]))?;
    // Before the run: afterwards the tree may be another one than was tested.
    let commit = commit()?;
    let mut command = Command::new(root().join("target/debug/undersign-linkage"));
    command.args(["--people", &options.people.to_string(), "--seed", &options.seed.to_string()]);
    command.args(options.engine.iter().flat_map(|engine| ["--engine", engine]));
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
