use std::path::PathBuf;

use clap::{Args, Subcommand};
use undersign_client_lib::endpoints::{Base, BaseError};
use undersign_client_lib::link::Link;
use undersign_protocol::petition::{Language, Slug};
use undersign_protocol::timestamp::Timestamp;

use super::{ConnectionArguments, SourceArguments};
use crate::exit;

/// `undersign organiser`.
#[derive(Debug, Subcommand)]
pub enum OrganiserCommand {
    /// Write a new organiser's key to a file, and print its public half for the operator's list
    #[command(after_help = exit::HELP)]
    Keygen(KeygenArguments),
    /// Make a folder with a commented petition to fill in
    #[command(after_help = exit::HELP)]
    New(NewArguments),
    /// Say everything that is wrong with a petition's folder, and what could be better
    #[command(after_help = exit::HELP)]
    Check(CheckArguments),
    /// Publish a petition's folder for good. It is safe to repeat
    #[command(after_help = exit::HELP)]
    Publish(PublishArguments),
    /// Publish news about a petition, or that it was handed over, answered, replaced or taken down. It is safe to repeat
    #[command(after_help = exit::HELP)]
    Update(NoticeArguments),
    /// Publish to whom and when the total was handed over. notice.toml must say kind = "delivery", addressees and on. It is safe to
    /// repeat
    #[command(after_help = exit::HELP)]
    Deliver(NoticeArguments),
    /// Publish what an addressee answered. notice.toml must say kind = "answer", addressees and on. It is safe to repeat
    #[command(after_help = exit::HELP)]
    Answer(NoticeArguments),
    /// Publish that another petition replaces this one. notice.toml must say kind = "correction" and replaced_by. It is safe to repeat
    #[command(after_help = exit::HELP)]
    Correct(NoticeArguments),
    /// Show how a petition grew, batch by batch, from its public log alone; it is audited first
    #[command(after_help = exit::HELP)]
    Stats(SourceArguments),
    /// Write a report to hand over with the total, as PDF, HTML and JSON, and a copy of the log beside it; the log is audited first
    #[command(after_help = exit::HELP)]
    Report(ReportArguments),
    /// Close a petition earlier than it said. It is safe to repeat
    #[command(after_help = exit::HELP)]
    Close(CloseArguments),
}

/// `undersign organiser keygen`.
#[derive(Debug, Args)]
pub struct KeygenArguments {
    /// File to write; it must not exist
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `undersign organiser new`.
#[derive(Debug, Args)]
pub struct NewArguments {
    /// Folder to make; it must not exist, or be empty
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// The petition's short name in links: 1 to 40 of a-z, 0-9 and -
    #[arg(long)]
    pub slug: Slug,
    /// Languages of the petition, the first one also of the explanations
    #[arg(long, value_name = "en,ru", value_delimiter = ',', required = true)]
    pub languages: Vec<Language>,
}

/// `undersign organiser check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// The petition's folder
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
}

/// `undersign organiser publish`.
#[derive(Debug, Args)]
pub struct PublishArguments {
    /// The petition's folder
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// The organiser's key, from `undersign organiser keygen`
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The server, https://host; where there are two, the one that shows petitions and counts signatures
    #[arg(long, value_name = "URL", value_parser = base)]
    pub server: Base,
    /// The server that confirms addresses and issues tokens, where it is another one
    #[arg(long, value_name = "URL", value_parser = base)]
    pub issuer_server: Option<Base>,
    #[command(flatten)]
    pub connection: ConnectionArguments,
}

/// `undersign organiser update`, and what `close` has in common with it.
#[derive(Debug, Args)]
pub struct NoticeArguments {
    /// The notice's folder: for each language of the petition a file such as en.md, `# Title` and then the text; and, unless it is
    /// news, notice.toml with kind = "delivery", "answer", "correction" (and replaced_by) or "take_down"
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// The petition's link, https://host/p/name; what follows a # pins its text and keys
    #[arg(long = "petition", value_name = "URL")]
    pub link: Link,
    /// The organiser's key, from `undersign organiser keygen`
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    #[command(flatten)]
    pub connection: ConnectionArguments,
}

/// `undersign organiser close`.
#[derive(Debug, Args)]
pub struct CloseArguments {
    #[command(flatten)]
    pub notice: NoticeArguments,
    /// When it closes, as 2026-12-01T00:00:00Z; without this, now
    #[arg(long, value_name = "TIME")]
    pub at: Option<Timestamp>,
}

/// `undersign organiser report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    #[command(flatten)]
    pub log: SourceArguments,
    /// The file to write, FILE.pdf; FILE.html, FILE.json and, with a link, FILE.tar are written beside it. Files that are there are
    /// replaced
    #[arg(long, value_name = "FILE.pdf")]
    pub to: PathBuf,
    /// Write no copy of the log
    #[arg(long)]
    pub no_copy: bool,
}

/// A server as people copy it from a browser, with or without the slash at its end.
fn base(text: &str) -> Result<Base, BaseError> {
    text.strip_suffix('/').unwrap_or(text).parse()
}
