//! `undersign-generate-log`: writes a log of any size; see the library.

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use undersign_log_generator::{Plan, generate};

/// Writes a petition's log for auditors to recount.
#[derive(Parser)]
#[command(name = "undersign-generate-log")]
struct Arguments {
    /// How many signatures
    #[arg(long)]
    signatures: u64,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How many of them are withdrawn [default: each hundredth]
    #[arg(long)]
    withdrawals: Option<u64>,
    /// Signatures of a batch
    #[arg(long, default_value_t = 1_000)]
    batch: u64,
    /// Leave the petition open: no close statement
    #[arg(long)]
    open: bool,
    /// The number from which all keys and tokens follow
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> Result<()> {
    let Arguments { signatures, out, withdrawals, batch, open, seed } = Arguments::parse();
    let withdrawals = withdrawals.unwrap_or(signatures / 100);
    let site = generate(&Plan { signatures, withdrawals, batch, close: !open, seed }, &out)?;
    println!("{} entries, root {}", site.checkpoint.tree_size, site.checkpoint.root);
    println!("without a network:  undersign audit {}", site.copy.display());
    let verified = &site.petition.verified;
    println!("served from {}:  /p/{}#{}", out.display(), verified.manifest().slug, verified.petition_id());
    Ok(())
}
