use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use undersign_protocol::ed25519::PublicKey;

use super::{
    Decision, add_organiser, decide, list_organisers, list_petitions, picture, remove_organiser, show_petition,
};
use crate::config::Config;

/// `undersign-server petitions`.
#[derive(Debug, Subcommand)]
pub enum PetitionsCommand {
    /// Everything that waits, was refused or is public, a line each.
    List(ConfigArgument),
    /// The whole text, with keys and links.
    Show {
        /// Which.
        #[command(flatten)]
        petition: PetitionArguments,
        /// Writes the picture of a petition that waits to this file, as its page will show it; the file must not exist.
        #[arg(long, value_name = "FILE.jpg")]
        picture: Option<PathBuf>,
    },
    /// Publishes a petition that waits, exactly as it was handed in.
    Accept(PetitionArguments),
    /// Refuses a petition that waits: its keys are destroyed, its short name is free, its text is deleted after thirty days.
    Refuse {
        /// Which.
        #[command(flatten)]
        petition: PetitionArguments,
        /// Why: its organiser reads this, and nobody else.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// `undersign-server organisers`.
#[derive(Debug, Subcommand)]
pub enum OrganisersCommand {
    /// Those of the configuration and of this list, a line each.
    List(ConfigArgument),
    /// Lists an organiser, or gives one that is listed another name.
    Add {
        /// Where.
        #[command(flatten)]
        file: ConfigArgument,
        /// The key that `undersign organiser keygen` printed.
        #[arg(value_name = "KEY", allow_hyphen_values = true)]
        key: PublicKey,
        /// Your own name for it.
        #[arg(long, value_name = "NAME")]
        name: String,
    },
    /// Takes an organiser off this list. What it has published stays.
    Remove {
        /// Where.
        #[command(flatten)]
        file: ConfigArgument,
        /// The key.
        #[arg(value_name = "KEY", allow_hyphen_values = true)]
        key: PublicKey,
    },
}

/// `--config FILE`.
#[derive(Debug, Args)]
pub struct ConfigArgument {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
}

/// `--config FILE PETITION`.
#[derive(Debug, Args)]
pub struct PetitionArguments {
    /// Where.
    #[command(flatten)]
    pub file: ConfigArgument,
    /// Its short name or id.
    // One id in 64 begins with a hyphen, and so may a name.
    #[arg(value_name = "PETITION", allow_hyphen_values = true)]
    pub petition: String,
}

impl PetitionsCommand {
    /// The configuration file.
    pub fn config(&self) -> &Path {
        match self {
            Self::List(file) => &file.config,
            Self::Accept(petition) | Self::Show { petition, .. } | Self::Refuse { petition, .. } => {
                &petition.file.config
            }
        }
    }

    /// Does it, and gives back what is to be printed.
    pub async fn run(&self, config: &Config) -> anyhow::Result<String> {
        match self {
            Self::List(_) => list_petitions(config).await,
            Self::Show { petition, picture: file } => {
                if let Some(file) = file {
                    let jpeg = picture(config, &petition.petition).await?;
                    let mut new = File::create_new(file).with_context(|| file.display().to_string())?;
                    new.write_all(&jpeg)?;
                }
                show_petition(config, &petition.petition).await
            }
            Self::Accept(arguments) => decide(config, &arguments.petition, &Decision::Accept).await,
            Self::Refuse { petition, reason } => {
                decide(config, &petition.petition, &Decision::Refuse { reason: reason.clone() }).await
            }
        }
    }
}

impl OrganisersCommand {
    /// The configuration file.
    pub fn config(&self) -> &Path {
        match self {
            Self::List(file) | Self::Add { file, .. } | Self::Remove { file, .. } => &file.config,
        }
    }

    /// Does it, and gives back what is to be printed.
    pub async fn run(&self, config: &Config) -> anyhow::Result<String> {
        match self {
            Self::List(_) => list_organisers(config).await,
            Self::Add { key, name, .. } => add_organiser(config, *key, name).await.map(|()| "listed\n".to_owned()),
            Self::Remove { key, .. } => remove_organiser(config, *key).await.map(|()| "listed no longer\n".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{OrganisersCommand, PetitionsCommand};

    #[derive(Parser)]
    enum Words {
        #[command(subcommand)]
        Petitions(PetitionsCommand),
        #[command(subcommand)]
        Organisers(OrganisersCommand),
    }

    /// One in 64 does.
    #[test]
    fn ids_and_keys_may_begin_with_a_hyphen() {
        let id = format!("-Y{}", "A".repeat(41));
        let read = |words: &[&str]| Words::try_parse_from([["server"].as_slice(), words].concat());
        for words in [
            ["petitions", "show", "--config", "file", &id].as_slice(),
            &["petitions", "show", &id, "--config", "file"],
            &["petitions", "refuse", "--config", "file", &id, "--reason", "text"],
            &["organisers", "remove", "--config", "file", &id],
            &["organisers", "add", "--config", "file", &id, "--name", "text"],
        ] {
            let outcome = read(words);
            assert!(outcome.is_ok(), "{words:?}: {}", outcome.err().map(|error| error.to_string()).unwrap_or_default());
        }
        assert!(read(&["petitions", "show", "--config", "file"]).is_err());
    }
}
