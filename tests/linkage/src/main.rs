//! `undersign-linkage`: plays the linkage game. Markdown on stdout; fails where a trick beats guessing. Started by `cargo xtask linkage`,
//! which builds what it needs and keeps the result.

use anyhow::{Result, ensure};
use clap::Parser;
use undersign_linkage::disks::Engine;
use undersign_linkage::game::{Settings, play};
use undersign_linkage::report::Report;

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
}

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { people, engine, seed } = Arguments::parse();
    let engines = if engine.is_empty() { vec![Engine::Sqlite, Engine::Postgres] } else { engine };
    let mut findings = Vec::new();
    for (engine, interval) in engines.iter().flat_map(|engine| INTERVALS.map(|interval| (*engine, interval))) {
        eprintln!("… {}, ticks of {interval} s", engine.name());
        findings.extend(play(Settings { engine, people, seed, interval, days: 2 }).await?);
    }
    let report = Report::new(&findings);
    println!("{}", report.markdown());
    let leaks = report.leaks();
    ensure!(leaks.is_empty(), "addresses can be paired with signatures: {leaks:#?}");
    Ok(())
}
