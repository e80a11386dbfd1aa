//! What the operator's moderator does: reads what was handed in, accepts or refuses it, and lists organisers. Each command acts on every
//! side that is in the configuration, by its database; the servers that run find it there and do it.

mod command;
mod organisers;
mod queue;
mod text;

pub use command::{ConfigArgument, OrganisersCommand, PetitionArguments, PetitionsCommand};
pub use organisers::{add_organiser, list_organisers, remove_organiser};
pub use queue::{Decision, decide, list_petitions, picture, show_petition};

use undersign_protocol::ed25519::PublicKey;

use crate::anonymous::AnonymousDatabase;
use crate::config::{Config, ConfigError};
use crate::identified::IdentifiedDatabase;
use crate::storage::Database;

/// A side of this configuration.
struct OpenSide {
    name: &'static str,
    database: Database,
    /// The same, of the anonymous side, which has the pictures.
    pictures: Option<AnonymousDatabase>,
    /// Keys of the configuration's list.
    organisers: Vec<PublicKey>,
}

/// The sides of the configuration: the identified one first, for a petition that people can see is one they can sign.
async fn open(config: &Config) -> anyhow::Result<Vec<OpenSide>> {
    let mut sides = Vec::new();
    if let Some(section) = &config.identified {
        let database = (*IdentifiedDatabase::open(&section.database).await?).clone();
        sides.push(OpenSide { name: "identified", database, pictures: None, organisers: section.organisers.clone() });
    }
    if let Some(section) = &config.anonymous {
        let anonymous = AnonymousDatabase::open(&section.database).await?;
        let (database, organisers) = ((*anonymous).clone(), section.organisers.clone());
        sides.push(OpenSide { name: "anonymous", database, pictures: Some(anonymous), organisers });
    }
    anyhow::ensure!(!sides.is_empty(), ConfigError::Missing("identified"));
    Ok(sides)
}
