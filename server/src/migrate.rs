//! `undersign-server migrate` and `import`: the schema; rows from another engine; and, where an operator has restored a database that is
//! older than the public log and says so, what is needed to go on.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use undersign_protocol::petition::PetitionId;

use crate::anonymous::AnonymousDatabase;
use crate::config::Config;
use crate::identified::IdentifiedDatabase;
use crate::identified::issuance::OriginClient;
use crate::key_directory::KeyDirectory;
use crate::storage::{self, PostgresAddress, Side};

/// Brings the databases of a configuration to this version's schema.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    if let Some(section) = &config.identified {
        IdentifiedDatabase::open(&section.database).await?.close().await;
    }
    if let Some(section) = &config.anonymous {
        AnonymousDatabase::open(&section.database).await?.close().await;
    }
    Ok(())
}

/// Fills a side's database, which is PostgreSQL's and empty, from a file of SQLite's.
pub async fn import(config: &Config, side: Side, from: &Path) -> anyhow::Result<()> {
    let database = match side {
        Side::Identified => config.identified.as_ref().map(|section| &section.database),
        Side::Anonymous => config.anonymous.as_ref().map(|section| &section.database),
    };
    let url = database.context("the configuration does not have this side")?;
    anyhow::ensure!(from.is_file(), "{} is not a file", from.display());
    anyhow::ensure!(
        PostgresAddress::of(url).is_some(),
        "the configuration's database is not PostgreSQL's: copy the file there"
    );
    storage::import(from, side, url).await.with_context(|| format!("nothing was taken from {}", from.display()))
}

/// Lets the identified side go on from the counts of the public logs, though its database does not know who was given those tokens.
/// Says for which petitions, and how many tokens: so many addresses can get a second one.
pub async fn accept_loss(config: &Config) -> anyhow::Result<Vec<(PetitionId, u64)>> {
    let section =
        config.identified.as_ref().context("--accept-loss is for the identified side: [identified] is missing")?;
    let database = IdentifiedDatabase::open(&section.database).await?;
    let mut published = BTreeMap::new();
    for petition_id in database.petition_ids().await? {
        published.insert(petition_id, published_count(config, &petition_id).await?);
    }
    let lost = database.accept_loss(&published).await?;
    database.close().await;
    Ok(lost)
}

/// Lets the identified side go on with the other kind of tags, or with another evaluator: once every petition is closed.
pub async fn new_tags(config: &Config) -> anyhow::Result<()> {
    let section =
        config.identified.as_ref().context("--new-tags is for the identified side: [identified] is missing")?;
    let database = IdentifiedDatabase::open(&section.database).await?;
    database.forget_tags(&KeyDirectory::open(&section.keys)?).await?;
    database.close().await;
    Ok(())
}

/// What a petition's log says: from the database beside it, where this machine has both sides, else from the other host.
async fn published_count(config: &Config, petition_id: &PetitionId) -> anyhow::Result<u64> {
    if let Some(section) = &config.anonymous {
        let database = AnonymousDatabase::open(&section.database).await?;
        let issued = database.published_issued(petition_id).await?;
        database.close().await;
        return Ok(issued);
    }
    let url = config.origin_url().context("identified.origin_url is missing: where is the public log?")?;
    let issued = OriginClient::new(&url)?.issued(petition_id).await;
    Ok(issued.with_context(|| format!("{url} does not answer"))?.unwrap_or(0))
}
