use std::fmt::Write as _;

use anyhow::ensure;
use undersign_protocol::ed25519::PublicKey;

use super::open;
use crate::config::Config;
use crate::petition::review::Listed;

/// Most characters of the operator's name for an organiser.
const MAX_NAME: usize = 100;

/// The organisers who are listed, a line each: side, key, name.
pub async fn list_organisers(config: &Config) -> anyhow::Result<String> {
    let mut lines = String::new();
    for side in open(config).await? {
        for key in &side.organisers {
            writeln!(lines, "{:<10}  {key}  (in the configuration)", side.name)?;
        }
        let mut tx = side.database.begin_read("moderation::organisers").await?;
        for Listed { public_key, name } in tx.listed_organisers().await? {
            writeln!(lines, "{:<10}  {public_key}  {name}", side.name)?;
        }
    }
    Ok(lines)
}

/// Lists an organiser at every side of the configuration; whoever is listed gets the new name.
pub async fn add_organiser(config: &Config, public_key: PublicKey, name: &str) -> anyhow::Result<()> {
    let is_line = !name.trim().is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    ensure!(is_line, "--name must be one line of 1 to {MAX_NAME} characters");
    for side in open(config).await? {
        let mut tx = side.database.begin("moderation::add_organiser").await?;
        tx.list_organiser(&Listed { public_key, name: name.trim().to_owned() }).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Lists an organiser no longer. Its petitions stay; from now on it publishes none, or they wait.
pub async fn remove_organiser(config: &Config, public_key: PublicKey) -> anyhow::Result<()> {
    let mut was_listed = false;
    let sides = open(config).await?;
    for side in &sides {
        let mut tx = side.database.begin("moderation::remove_organiser").await?;
        was_listed |= tx.unlist_organiser(&public_key).await?;
        tx.commit().await?;
    }
    let in_file = sides.iter().any(|side| side.organisers.contains(&public_key));
    ensure!(!in_file, "the key is in the configuration's list as well: remove it there, and start the server again");
    ensure!(was_listed, "no organiser with this key is listed");
    Ok(())
}
