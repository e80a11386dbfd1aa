//! `undersign-audit-vectors`: prints what is in `specs/vectors/audit.json`.

use anyhow::Result;
use undersign_log_generator::vectors::vectors;

fn main() -> Result<()> {
    println!("{}", serde_json::to_string_pretty(&vectors()?)?);
    Ok(())
}
