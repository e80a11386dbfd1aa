//! `undersign-bench`: every row of the table of speeds, each beside a peer in the same run. Markdown on stdout, progress on stderr.
//! Started by `cargo xtask bench`, which builds what it needs and keeps the result.

mod clock;
mod cost;
mod http;
mod load;
mod peer;
mod people;
mod primitives;
mod rows;
mod stage;

use std::fmt::Display;

use anyhow::{Context as _, Result};
use clap::{Parser, ValueEnum};

/// Measures the real server.
#[derive(Parser)]
pub struct Settings {
    /// Which engine keeps the rows.
    #[arg(long, value_enum, default_value_t = Engine::Sqlite)]
    engine: Engine,
    /// Larger numbers, for hours.
    #[arg(long)]
    large: bool,
    /// Only these rows.
    #[arg(long, value_enum)]
    only: Vec<Row>,
}

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// Embedded.
    Sqlite,
    /// Two throw-away clusters, durable.
    Postgres,
}

/// A row of the table, or several that are measured together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Row {
    /// Issuance and redemption, beside the arithmetic and `privacypass`.
    Steps,
    /// Whole signings with 1, 4 and 8 open petitions.
    Signings,
    /// Total and page, beside a bare axum handler.
    Reads,
    /// Memory and start.
    Idle,
    /// Redemption beside many nonces.
    Growth,
    /// Ten thousand readers while people sign.
    Crowd,
}

impl Settings {
    /// The number for a short run or for a long one.
    pub fn size(&self, short: usize, long: usize) -> usize {
        if self.large { long } else { short }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let settings = Settings::parse();
    let rows = Row::value_variants().iter().filter(|row| settings.only.is_empty() || settings.only.contains(row));
    for row in rows {
        eprintln!("… {row:?}");
        let measured = match row {
            Row::Steps => rows::steps::measure(&settings).await,
            Row::Signings => rows::signings::measure(&settings).await,
            Row::Reads => rows::reads::measure(&settings).await,
            Row::Idle => rows::idle::measure(&settings).await,
            Row::Growth => rows::growth::measure(&settings).await,
            Row::Crowd => rows::crowd::measure(&settings).await,
        };
        measured.with_context(|| format!("{row:?}"))?;
    }
    Ok(())
}

/// Adds a line to the result.
fn say(line: impl Display) {
    println!("- {line}");
    eprintln!("- {line}");
}

/// The middle of several measurements; of all of them the noise of the machine makes only some larger.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
