//! `undersign-server`: see `--help`.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Parser, Subcommand, ValueEnum};
use undersign_protocol::timestamp::Timestamp;
use undersign_server::config::Config;
use undersign_server::demo::{self, Demo};
use undersign_server::operator_notice::{self, OperatorNotice};
use undersign_server::serve::{self, OrganiserPolicy, Server};
use undersign_server::storage::Side;
use undersign_server::witness::{self, config::WitnessConfig};

/// Petitions for people to whom signing is dangerous.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything in one process on SQLite: three sample petitions are open, mails are written to DIR/outbox.
    Demo {
        /// Address to listen on.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Where databases, keys and mails are kept.
        #[arg(long, default_value = "undersign-demo", value_name = "DIR")]
        data_dir: PathBuf,
        /// Seconds between publications.
        #[arg(long, default_value_t = 5, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
        publish_interval: u64,
        /// The client package that `cargo xtask client` builds; without it pages can be read but not signed on.
        #[arg(long, value_name = "DIR")]
        client_dir: Option<PathBuf>,
    },
    /// Serves what the configuration says: both sides, or one of them.
    Serve {
        /// The configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Only this side.
        #[arg(long)]
        side: Option<SideArgument>,
    },
    /// Reads a configuration and says what is wrong with it.
    CheckConfig {
        /// The configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Serves as a witness: signs that the logs of the configured hosts only grow.
    Witness {
        /// The witness's configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Signs a notice about a petition with its log's key and publishes it at both sides, which must be running.
    Notice {
        /// The configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The petition's short name or id.
        #[arg(long, value_name = "PETITION")]
        petition: String,
        /// The petition closes then, earlier than it said.
        #[arg(long, value_name = "TIME")]
        close: Option<Timestamp>,
        /// The notice's folder: a Markdown file for each language (en.md), and notice.toml with what it does.
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
    /// Brings the databases to this version's schema and ends.
    Migrate {
        /// The configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum SideArgument {
    Identified,
    Anonymous,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Databases, mails and whatever else is made are for this user alone.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let filter = tracing_subscriber::EnvFilter::try_from_env("UNDERSIGN_LOG")
        .unwrap_or_else(|_| "warn,undersign_server=info".into());
    // No time stamps: when something happened is not written down anywhere.
    tracing_subscriber::fmt().without_time().with_env_filter(filter).with_writer(std::io::stderr).init();
    match Arguments::parse().command {
        Command::Demo { listen, data_dir, publish_interval, client_dir } => {
            demo::run(Demo { listen, data_dir, publish_interval, client_dir }).await
        }
        Command::Serve { config, side } => {
            let side = side.map(|side| match side {
                SideArgument::Identified => Side::Identified,
                SideArgument::Anonymous => Side::Anonymous,
            });
            let server = Server::open(&read(&config)?, side, OrganiserPolicy::Listed).await?;
            server.run(|| println!("ready")).await
        }
        Command::CheckConfig { config } => read(&config).map(|_| println!("the configuration is valid")),
        Command::Witness { config } => {
            let config = WitnessConfig::parse(&read_text(&config)?).with_context(|| config.display().to_string())?;
            witness::serve(&config, |key| println!("witness {key}\nready")).await
        }
        Command::Notice { config, petition, close, directory } => {
            let notice = OperatorNotice { petition, directory, close };
            operator_notice::publish(&read(&config)?, &notice).await?;
            println!("published");
            Ok(())
        }
        Command::Migrate { config } => serve::migrate(&read(&config)?).await,
    }
}

fn read(path: &PathBuf) -> anyhow::Result<Config> {
    Config::parse(&read_text(path)?).with_context(|| path.display().to_string())
}

fn read_text(path: &PathBuf) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
