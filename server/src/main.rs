//! `undersign-server`: see `--help`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Parser, Subcommand, ValueEnum};
use undersign_protocol::timestamp::Timestamp;
use undersign_server::backup;
use undersign_server::check_config::{self, Finding, Moment, Severity};
use undersign_server::clock::{Clock as _, SystemClock};
use undersign_server::config::Config;
use undersign_server::daily_counts::command::OperatorCounts;
use undersign_server::demo::{self, Demo};
use undersign_server::entropy::SystemEntropy;
use undersign_server::evaluator::{self, config::EvaluatorConfig};
use undersign_server::init::{self, Init, Layout};
use undersign_server::migrate;
use undersign_server::moderation::{OrganisersCommand, PetitionsCommand};
use undersign_server::operator_notice::{self, OperatorNotice};
use undersign_server::relay::{self, config::RelayConfig};
use undersign_server::serve::{OrganiserPolicy, Server};
use undersign_server::storage::Side;
use undersign_server::witness::{self, config::WitnessConfig};

/// A fifth of a redemption's processor time went to the C library's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
        /// Address to listen on in place of the configuration's: where several processes serve, each has its own.
        #[arg(long, value_name = "ADDR")]
        listen: Option<SocketAddr>,
    },
    /// Makes what a machine needs before the first start: keys, configuration, systemd units, proxies that log nothing. What is there
    /// already is left alone.
    #[command(group(clap::ArgGroup::new("hosts").required(true).multiple(true).args(["host", "issuer_host", "origin_host"])))]
    Init {
        /// One name for both sides, in one process.
        #[arg(long, conflicts_with_all = ["issuer_host", "origin_host", "side"])]
        host: Option<String>,
        /// The identified side's name, which takes addresses.
        #[arg(long, value_name = "HOST", requires = "origin_host")]
        issuer_host: Option<String>,
        /// The anonymous side's name, which people read.
        #[arg(long, value_name = "HOST", requires = "issuer_host")]
        origin_host: Option<String>,
        /// The neutral name in mails.
        #[arg(long, value_name = "HOST")]
        mail_host: Option<String>,
        /// The side that this machine is to be; without it, both.
        #[arg(long)]
        side: Option<SideArgument>,
        /// Where configuration, keys and databases are kept.
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
    },
    /// Reads a configuration and says what is wrong with it.
    CheckConfig {
        /// The configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// It is a relay's.
        #[arg(long)]
        relay: bool,
    },
    /// Serves as a witness: signs that the logs of the configured hosts only grow.
    Witness {
        /// The witness's configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Serves as an evaluator: computes what an issuer's tags are made of, so often and not oftener, without seeing for whom.
    Evaluator {
        /// The evaluator's configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Serves as a relay of Oblivious HTTP: passes sealed requests on to the hosts in its configuration, and keeps nothing of them.
    Relay {
        /// The relay's configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Signs a notice about a petition with its log's key and publishes it at both sides, which must be running.
    Notice {
        /// The configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The petition's short name or id.
        #[arg(long, value_name = "PETITION", allow_hyphen_values = true)]
        petition: String,
        /// The petition closes then, earlier than it said.
        #[arg(long, value_name = "TIME")]
        close: Option<Timestamp>,
        /// The notice's folder: a Markdown file for each language (en.md), and notice.toml with what it does.
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
    /// What was handed in and what is public: list, read, accept, refuse. It acts on the sides that are in the configuration; where the
    /// two are on two machines, accept on the identified one's first.
    #[command(subcommand)]
    Petitions(PetitionsCommand),
    /// Whose petitions are published at once, beside those of the configuration. A running server knows at once.
    #[command(subcommand)]
    Organisers(OrganisersCommand),
    /// Copies one side while it runs: database, configuration, and the keys but those that are there to be destroyed. It takes the
    /// place of the backup before it.
    Backup {
        /// The configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The side. The other one's backup goes to another medium.
        #[arg(long)]
        side: SideArgument,
        /// A folder on the medium; it must be there.
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
    },
    /// Fills an empty database of PostgreSQL's with a backup, or with the SQLite database that was used before.
    Import {
        /// The configuration file, with the new database's URL.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The side.
        #[arg(long)]
        side: SideArgument,
        /// The file of SQLite's. Its server must not be running.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
    /// Shows what each side has counted of days that are over: whole tens, and nothing about a person.
    Counts {
        /// The configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// All days that are kept, as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Brings the databases to this version's schema and ends.
    Migrate {
        /// The configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Goes on with an identified side that is behind the public log, because an older database was restored: addresses that were
        /// given a token since can get a second one.
        #[arg(long)]
        accept_loss: bool,
        /// Lets the identified side begin with other tags, once every petition is closed: with an evaluator, without, or with another.
        /// Waiting mails and links that are out are void.
        #[arg(long)]
        new_tags: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum SideArgument {
    Identified,
    Anonymous,
}

impl From<SideArgument> for Side {
    fn from(side: SideArgument) -> Self {
        match side {
            SideArgument::Identified => Self::Identified,
            SideArgument::Anonymous => Self::Anonymous,
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Databases, mails and whatever else is made are for this user alone.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let filter = tracing_subscriber::EnvFilter::try_from_env("UNDERSIGN_LOG")
        .unwrap_or_else(|_| "warn,undersign_server=info".into());
    // No time stamps: when something happened is not written down anywhere.
    let log = tracing_subscriber::fmt().without_time().with_env_filter(filter).with_writer(std::io::stderr);
    // A line that cannot be written, on a full disk, would be told of in the same place, and whoever was being answered get no answer.
    log.log_internal_errors(false).init();
    match Arguments::parse().command {
        Command::Demo { listen, data_dir, publish_interval, client_dir } => {
            demo::run(Demo { listen, data_dir, publish_interval, client_dir }).await
        }
        Command::Serve { config, side, listen } => {
            let (mut config, side) = (read(&config)?, side.map(Side::from));
            listen.map_or(Ok(()), |address| config.listen_at(address, side))?;
            let server = Server::open(&config, side, OrganiserPolicy::Listed).await?;
            server.run(|| println!("ready")).await
        }
        Command::Witness { config } => {
            let config = WitnessConfig::parse(&read_text(&config)?).with_context(|| config.display().to_string())?;
            witness::serve(&config, |key| println!("witness {key}\nready")).await
        }
        Command::Evaluator { config } => {
            let config = EvaluatorConfig::parse(&read_text(&config)?).with_context(|| config.display().to_string())?;
            evaluator::serve(&config, |key| println!("evaluator {key}\nready")).await
        }
        Command::Relay { config } => relay::serve(&read_relay(&config)?, || println!("ready")).await,
        Command::Notice { config, petition, close, directory } => {
            let notice = OperatorNotice { petition, directory, close };
            operator_notice::publish(&read(&config)?, &notice).await?;
            println!("published");
            Ok(())
        }
        Command::Petitions(command) => {
            print!("{}", command.run(&read(command.config())?).await?);
            Ok(())
        }
        Command::Organisers(command) => {
            print!("{}", command.run(&read(command.config())?).await?);
            Ok(())
        }
        Command::Init { host, issuer_host, origin_host, mail_host, side, dir } => {
            let layout = match (host, issuer_host, origin_host) {
                (Some(host), _, _) => Layout::OneHost(host),
                (None, issuer, origin) => Layout::TwoHosts {
                    issuer: issuer.unwrap_or_default(),
                    origin: origin.unwrap_or_default(),
                    side: side.map(Side::from),
                },
            };
            let report = init::run(&Init { layout, mail_host, directory: dir }, &SystemEntropy)?;
            print!("{report}");
            Ok(())
        }
        Command::CheckConfig { config, relay: true } => {
            report(&config, &check_config::relay::check(&read_relay(&config)?).await)
        }
        Command::CheckConfig { config, relay: false } => check(&config).await,
        Command::Backup { config, side, to } => {
            let made = backup::run(&read(&config)?, &config, side.into(), &to).await?;
            println!("the backup is {}", made.display());
            Ok(())
        }
        Command::Import { config, side, from } => migrate::import(&read(&config)?, side.into(), &from).await,
        Command::Counts { config, json } => {
            let counts = OperatorCounts::read(&read(&config)?, SystemClock.now()).await?;
            if json {
                println!("{:#}", counts.json())
            } else {
                print!("{counts}")
            }
            Ok(())
        }
        Command::Migrate { config, accept_loss, new_tags } => {
            let config = read(&config)?;
            migrate::run(&config).await?;
            if new_tags {
                migrate::new_tags(&config).await?;
            }
            if accept_loss {
                for (petition_id, lost) in migrate::accept_loss(&config).await? {
                    println!("{petition_id}: {lost} tokens are in the public log's count and not in this database");
                }
            }
            Ok(())
        }
    }
}

/// Prints what is wrong, a line each. Warnings alone are no failure.
async fn check(path: &Path) -> anyhow::Result<()> {
    let config = read(path)?;
    report(path, &check_config::check(&config, Moment { now: SystemClock.now(), program: written_at() }).await)
}

fn report(path: &Path, findings: &[Finding]) -> anyhow::Result<()> {
    for finding in findings {
        println!("{}", finding.line());
    }
    let errors = findings.iter().filter(|finding| finding.severity() == Severity::Error).count();
    anyhow::ensure!(errors == 0, "{} is not to be used as it is: {errors} errors", path.display());
    println!("{} can be used", path.display());
    Ok(())
}

/// When this program's file was written.
fn written_at() -> Option<Timestamp> {
    let written = std::env::current_exe().and_then(std::fs::metadata).and_then(|file| file.modified()).ok()?;
    Timestamp::from_seconds(written.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs()).ok()
}

fn read(path: &Path) -> anyhow::Result<Config> {
    Config::parse(&read_text(path)?).with_context(|| path.display().to_string())
}

fn read_relay(path: &Path) -> anyhow::Result<RelayConfig> {
    RelayConfig::parse(&read_text(path)?).with_context(|| path.display().to_string())
}

fn read_text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
