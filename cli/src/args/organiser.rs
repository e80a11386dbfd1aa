use std::net::SocketAddr;
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
    /// Show a petition's folder as the page that it will be, on this machine alone; the page follows what is changed
    #[command(after_help = exit::HELP)]
    Preview(PreviewArguments),
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
    /// Publish how many signatures were collected before, elsewhere; they are shown apart and never counted. notice.toml must say
    /// kind = "earlier_total", count, counted_on and source. A later one takes the place of an earlier one. It is safe to repeat
    #[command(after_help = exit::HELP)]
    EarlierTotal(NoticeArguments),
    /// Show how a petition grew, batch by batch, from its public log alone; it is audited first. With --key, also what the server
    /// has counted of each day
    #[command(after_help = exit::HELP)]
    Stats(StatsArguments),
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

/// `undersign organiser preview`.
#[derive(Debug, Args)]
pub struct PreviewArguments {
    /// The petition's folder
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// Where browsers find it: an address of this machine alone; port 0 is any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0", value_parser = loopback)]
    pub listen: SocketAddr,
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
    /// news, notice.toml with kind = "delivery", "answer", "correction" (and replaced_by), "take_down" or
    /// "earlier_total" (and count, counted_on, source)
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

/// `undersign organiser stats`.
#[derive(Debug, Args)]
pub struct StatsArguments {
    #[command(flatten)]
    pub log: SourceArguments,
    /// The organiser's key, from `undersign organiser keygen`: the server shows its daily counts to the petition's organiser alone
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
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

/// An address that other machines do not reach: what is previewed is not published.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr =
        text.parse().map_err(|_| "this must look like 127.0.0.1:8000 or [::1]:8000".to_owned())?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    Err("what is previewed is not published, so only this machine may see it: 127.0.0.1 or [::1]".to_owned())
}
