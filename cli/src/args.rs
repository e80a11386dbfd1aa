mod connection;
mod organiser;

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand};
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::link::{Link, LinkError, PetitionLink};
use undersign_protocol::petition::{Language, PetitionId};

pub use connection::{ConnectionArguments, RelayArguments, TrustArguments};
pub use organiser::{
    CheckArguments, CloseArguments, KeygenArguments, NewArguments, NoticeArguments, OrganiserCommand, PreviewArguments,
    PublishArguments, ReportArguments, StatsArguments,
};

use crate::exit;

// What holds an address or a code has no `Debug`.

/// Sign petitions without leaving your name, recount them, and publish them.
#[derive(Parser)]
#[command(name = "undersign", version, after_help = exit::HELP, propagate_version = true)]
pub struct Arguments {
    /// Write one JSON object a line to standard output instead of sentences
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Show a petition, check it and its log, and say what was checked
    #[command(after_help = exit::HELP)]
    Show(ShowArguments),
    /// Sign a petition: asks for a mail, waits until it is confirmed, and hands in a signature that nobody can join to the address
    #[command(after_help = exit::HELP)]
    Sign(SignArguments),
    /// Go on with a signing that was stopped
    #[command(after_help = exit::HELP)]
    Resume(ResumeArguments),
    /// Take a signature back, for good, with what was kept of it; it names nobody
    #[command(after_help = exit::HELP)]
    Withdraw(WithdrawArguments),
    /// Look what became of a signature whose receipt was kept
    #[command(after_help = exit::HELP)]
    Receipt {
        /// What to do.
        #[command(subcommand)]
        command: ReceiptCommand,
    },
    /// Recount a petition from its public log, and say whether the shown total is right
    #[command(after_help = exit::HELP)]
    Audit(AuditArguments),
    /// Write, check and publish a petition
    #[command(after_help = exit::HELP)]
    Organiser {
        /// What to do.
        #[command(subcommand)]
        command: OrganiserCommand,
    },
}

/// `undersign show`.
#[derive(Debug, Args)]
pub struct ShowArguments {
    /// The petition's link, https://host/p/name; what follows a # pins its text and keys
    #[arg(value_name = "URL")]
    pub link: Link,
    /// Language to show it in, where the petition has it
    #[arg(long, value_name = "LANGUAGE")]
    pub locale: Option<Language>,
    #[command(flatten)]
    pub trust: TrustArguments,
    #[command(flatten)]
    pub connection: ConnectionArguments,
}

/// `undersign sign`.
#[derive(Args)]
pub struct SignArguments {
    /// The petition's link, https://host/p/name; what follows a # pins its text and keys
    #[arg(value_name = "URL")]
    pub link: Link,
    /// Address that the mail goes to. It is sent once and never written to this machine
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// Language of the mail
    #[arg(long, value_name = "LANGUAGE")]
    pub locale: Option<Language>,
    /// Ask for a token of this petition alone. Otherwise the whole group of open petitions is asked for, which hides the choice,
    /// and this address can then not sign the others later
    #[arg(long)]
    pub only_this: bool,
    /// Forget a signing of this petition that was begun here, and begin again
    #[arg(long)]
    pub start_over: bool,
    #[command(flatten)]
    pub journey: JourneyArguments,
}

/// `undersign resume`.
#[derive(Args)]
pub struct ResumeArguments {
    /// Which one, by name or id, where several were begun
    #[arg(value_name = "PETITION", allow_hyphen_values = true)]
    pub petition: Option<String>,
    /// Address to send a new mail to, where the first one was not confirmed in time
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// Make no receipt, although the signing was begun with --receipt; nobody can then take the signature back
    #[arg(long, conflicts_with = "receipt")]
    pub no_receipt: bool,
    /// Hand in everything whose time has come, wait for nothing, ask nobody: for a timer. What is not due, or needs a person, is told and
    /// left
    #[arg(long, conflicts_with_all = ["petition", "email", "no_receipt", "code", "when", "receipt", "wait_published", "detach"])]
    pub due: bool,
    #[command(flatten)]
    pub journey: JourneyArguments,
}

/// What `sign` and `resume` have in common.
#[derive(Args)]
pub struct JourneyArguments {
    /// Code from the mail's subject; otherwise the command waits until the link in the mail is opened anywhere
    #[arg(long, value_name = "CODE")]
    pub code: Option<String>,
    /// When to hand in the signature: now, auto (a random moment that the petition's rules suggest), or after 90s, 30m, 2h, 1d.
    /// Without this, what the petition's rules suggest
    #[arg(long, value_name = "now|auto|DURATION")]
    pub when: Option<When>,
    /// Keep a receipt in this new file: with it you can look later whether the signature is counted, and take it back. Whoever finds
    /// the file sees that you signed, and can take it back too
    #[arg(long, value_name = "FILE")]
    pub receipt: Option<PathBuf>,
    /// Go on until the signature stands in the public log, and check that
    #[arg(long)]
    pub wait_published: bool,
    /// Stop waiting after so many seconds; `undersign resume` goes on. Without this, a day for the mail, and as long as it takes for
    /// the rest
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
    /// Do not stay until the signature may be handed in: leave its token here, sealed, and end with 6. `undersign resume` hands it in
    /// when it is time, and `undersign resume --due` does so without a person
    #[arg(long, conflicts_with = "wait_published")]
    pub detach: bool,
    #[command(flatten)]
    pub state: StateArguments,
    #[command(flatten)]
    pub trust: TrustArguments,
    #[command(flatten)]
    pub relay: RelayArguments,
    #[command(flatten)]
    pub connection: ConnectionArguments,
}

/// Where what is begun is kept, and under what.
#[derive(Debug, Args)]
pub struct StateArguments {
    /// Where to keep what `resume` needs [default: a folder of the system for such data]
    #[arg(long, value_name = "DIR", env = "UNDERSIGN_STATE_DIR")]
    pub state_dir: Option<PathBuf>,
    /// Seal what is kept there with a passphrase, and ask for it. A folder that was sealed once stays sealed
    #[arg(long)]
    pub seal: bool,
    /// The same with the passphrase in the first line of this file
    #[arg(long, value_name = "FILE", env = "UNDERSIGN_PASSPHRASE_FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// `undersign withdraw`.
#[derive(Args)]
pub struct WithdrawArguments {
    /// The receipt's file, or the code itself; - reads either from standard input, so that no code stands in the shell's history
    #[arg(value_name = "FILE-or-CODE")]
    pub kept: String,
    /// Do not ask whether it is meant
    #[arg(long)]
    pub yes: bool,
    /// Go on until the withdrawal stands in the public log, and check that
    #[arg(long)]
    pub wait_published: bool,
    /// Stop waiting for the log after so many seconds. Without this, as long as it takes
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
    #[command(flatten)]
    pub trust: TrustArguments,
    #[command(flatten)]
    pub relay: RelayArguments,
    #[command(flatten)]
    pub connection: ConnectionArguments,
}

/// `undersign receipt`.
#[derive(Debug, Subcommand)]
pub enum ReceiptCommand {
    /// Say whether the signature is counted, still to be counted, taken back, or missing although it was promised. The whole log is
    /// read, so that nobody learns which signature is looked for
    #[command(after_help = exit::HELP)]
    Verify(VerifyArguments),
    /// Check evidence of a broken promise that somebody has published: its signatures, and that the log lacks the signature
    #[command(after_help = exit::HELP)]
    Evidence(EvidenceArguments),
}

/// `undersign receipt evidence`.
#[derive(Debug, Args)]
pub struct EvidenceArguments {
    /// The evidence
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Link of the petition whose log is accused, https://host/p/name; what follows a # pins it
    #[arg(value_name = "URL")]
    pub link: Link,
    #[command(flatten)]
    pub trust: TrustArguments,
    #[command(flatten)]
    pub connection: ConnectionArguments,
}

/// `undersign receipt verify`.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The receipt
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the promise is broken, write what proves it to this new file, to be published; it cannot take the signature back
    #[arg(long, value_name = "FILE")]
    pub evidence: Option<PathBuf>,
    /// Where the signature or its withdrawal is in the log, write a proof of it (C2SP tlog-proof) to this new file
    #[arg(long, value_name = "FILE")]
    pub write_proof: Option<PathBuf>,
    /// Check a proof that was written before, offline; nothing is sent
    #[arg(long, value_name = "FILE", conflicts_with_all = ["evidence", "write_proof"])]
    pub proof: Option<PathBuf>,
    #[command(flatten)]
    pub trust: TrustArguments,
    #[command(flatten)]
    pub connection: ConnectionArguments,
}

/// `undersign audit`.
#[derive(Debug, Args)]
pub struct AuditArguments {
    #[command(flatten)]
    pub log: SourceArguments,
    /// Remember the log's signed head in this file; the next audit with it proves that the log only grew
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Keep a copy that can be audited without a network: a tar file where the name ends in .tar, else a folder. An interrupted
    /// download goes on from it
    #[arg(long, value_name = "COPY")]
    pub export: Option<PathBuf>,
    /// Language of title and organiser, where the petition has it
    #[arg(long, value_name = "LANGUAGE")]
    pub locale: Option<Language>,
}

/// Which log is recounted, and what it is compared with.
#[derive(Debug, Args)]
pub struct SourceArguments {
    /// The petition's link, https://host/p/name, or a copy of its log: a folder or a tar file that `undersign audit --export` wrote
    #[arg(value_name = "URL|COPY")]
    pub source: AuditSource,
    /// The petition's id, as it stands behind the # of its link: any other petition is refused
    #[arg(long, value_name = "PETITION_ID", allow_hyphen_values = true)]
    pub pin: Option<PetitionId>,
    #[command(flatten)]
    pub trust: TrustArguments,
    #[command(flatten)]
    pub connection: ConnectionArguments,
}

/// Where a log is.
#[derive(Debug, Clone)]
pub enum AuditSource {
    /// At a server.
    Server {
        /// The server.
        base: Base,
        /// The petition.
        petition: PetitionLink,
    },
    /// In a folder or a file.
    Copy(PathBuf),
}

impl FromStr for AuditSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.trim_start().starts_with("https://") && !text.trim_start().starts_with("http://") {
            return Ok(Self::Copy(text.into()));
        }
        let Link { base, petition } = text.parse().map_err(|error: LinkError| error.to_string())?;
        let petition = petition.ok_or("the link leads to a server; name a petition of it, as https://host/p/name")?;
        Ok(Self::Server { base, petition })
    }
}

/// When a signature is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// As soon as the petition's rule allows.
    Now,
    /// At a moment that says little.
    Auto,
    /// After so many seconds, or later where the petition's rule says so.
    After(u64),
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "now" => Ok(Self::Now),
            "auto" => Ok(Self::Auto),
            duration => seconds(duration)
                .map(Self::After)
                .ok_or_else(|| "say now, auto, or a duration such as 90s, 30m, 2h or 1d".to_owned()),
        }
    }
}

fn seconds(duration: &str) -> Option<u64> {
    let (number, unit) = duration.split_at_checked(duration.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| number.parse::<u64>().ok()?.checked_mul(unit)).flatten()
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::{Arguments, When};

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_documents_its_exit_codes() {
        fn check(command: &clap::Command) {
            assert!(command.get_after_help().is_some(), "{} has no exit codes in its help", command.get_name());
            command.get_subcommands().for_each(check);
        }
        check(&Arguments::command());
    }

    /// One in 64 does.
    #[test]
    fn ids_may_begin_with_a_hyphen() {
        let id = format!("-Y{}", "A".repeat(41));
        for words in
            [["audit", "https://host/p/name", "--pin", &id].as_slice(), &["resume", &id], &["resume", "--seal", &id]]
        {
            let words = ["undersign"].iter().chain(words);
            assert!(Arguments::try_parse_from(words).is_ok());
        }
        assert!(Arguments::try_parse_from(["undersign", "resume", "--nothing-like-this", "name"]).is_err());
    }

    #[test]
    fn durations() {
        assert_eq!("now".parse(), Ok(When::Now));
        assert_eq!("auto".parse(), Ok(When::Auto));
        assert_eq!("90s".parse(), Ok(When::After(90)));
        assert_eq!("2h".parse(), Ok(When::After(7_200)));
        for wrong in ["", "h", "2", "-1h", "+1h", "1w", "1.5h", "99999999999999999999d", "999999999999999999d", "2ч"] {
            assert!(wrong.parse::<When>().is_err(), "{wrong}");
        }
    }
}
