//! `undersign-linkage`: plays the linkage game. Markdown on stdout; fails where an adversary learns what he must not. Started by
//! `cargo xtask linkage`, which builds what it needs and keeps the result.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use clap::{Parser, ValueEnum};
use undersign_linkage::disks::Engine;
use undersign_linkage::game::{Settings, play};
use undersign_linkage::report::Report;
use undersign_linkage::{live, mailboxes};

/// Seconds between ticks: far apart, so that many come in one interval; and close together, so that the log tells more of when each
/// signature came.
const INTERVALS: [u64; 2] = [20, 1];

/// Plays the linkage game.
#[derive(Parser)]
struct Arguments {
    /// How many people sign.
    #[arg(long, default_value_t = 300)]
    people: usize,
    /// What keeps the rows; both without it.
    #[arg(long, value_enum)]
    engine: Vec<Engine>,
    /// For arrivals, and for what is decided by lot.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Who plays; all without it.
    #[arg(long, value_enum)]
    adversary: Vec<Adversary>,
    /// Whether tags come from an evaluator, where everything else is seized.
    #[arg(long)]
    evaluator: bool,
    /// Where the numbers and plots of whoever watches live are written.
    #[arg(long, default_value = "specs/linkage")]
    numbers: PathBuf,
}

/// Who pairs addresses with signatures.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Adversary {
    /// Who seizes everything at rest.
    Seizure,
    /// Who watches live.
    Live,
    /// Who reads mailboxes, and asks himself.
    Mailboxes,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { people, engine, seed, adversary, evaluator, numbers } = Arguments::parse();
    let engines = if engine.is_empty() { vec![Engine::Sqlite, Engine::Postgres] } else { engine };
    let plays = |who| adversary.is_empty() || adversary.contains(&who);
    // Each tells what it has found before anything fails.
    let mut failures = Vec::new();
    if plays(Adversary::Live) {
        failures.extend(watch(&numbers)?);
    }
    if plays(Adversary::Mailboxes) {
        failures.extend(read_mailboxes(&engines, people, seed).await?);
    }
    if plays(Adversary::Seizure) {
        failures.extend(seize(&engines, people, seed, evaluator).await?);
    }
    ensure!(failures.is_empty(), "addresses can be paired with signatures: {failures:#?}");
    Ok(())
}

async fn seize(engines: &[Engine], people: usize, seed: u64, evaluator: bool) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for (engine, interval) in engines.iter().flat_map(|engine| INTERVALS.map(|interval| (*engine, interval))) {
        eprintln!("… who seizes: {}, ticks of {interval} s", engine.name());
        findings.extend(play(Settings { engine, people, seed, interval, days: 2, evaluator }).await?);
    }
    let report = Report::new(&findings);
    println!("### Who seizes\n\n{}", report.markdown());
    Ok(report.leaks().into_iter().map(|leak| format!("{leak:?}")).collect())
}

/// The numbers are those of one seed, whatever else is played: whoever plays again gets the same page.
fn watch(directory: &Path) -> Result<Vec<String>> {
    let played = live::grid::play_all(1, |setting| {
        eprintln!("… who watches: {}, {} an hour", setting.behaviour.name, setting.per_hour);
    });
    let page = directory.join("live.md");
    let before = fs::read_to_string(&page).unwrap_or_default();
    fs::create_dir_all(directory).with_context(|| format!("could not make {}", directory.display()))?;
    let document = live::table::document(&played);
    let are = if before == document { "are the same as before" } else { "have changed" };
    for (path, text) in [
        (page, document),
        (directory.join("live.svg"), live::plot::of_the_operator(&played)),
        (directory.join("log.svg"), live::plot::of_the_log(&played)),
    ] {
        fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))?;
    }
    println!("### Who watches\n\nThe numbers of [linkage/live.md](linkage/live.md) {are}.\n");
    Ok(live::grid::beyond_expectation(&played))
}

async fn read_mailboxes(engines: &[Engine], people: usize, seed: u64) -> Result<Vec<String>> {
    let mut games = Vec::new();
    for engine in engines {
        eprintln!("… who reads mailboxes: {}", engine.name());
        games.push((*engine, mailboxes::game::play(*engine, people, seed).await?));
    }
    let report = mailboxes::report::Report::new(&games);
    println!("### Who reads mailboxes\n\n{}", report.markdown());
    let wrong = report.leaks().into_iter().chain(report.unseen());
    Ok(wrong.map(|finding| format!("{finding:?}")).collect())
}
