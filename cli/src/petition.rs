//! A petition as it is fetched, checked and named.

use std::time::Duration;

use getrandom::SysRng;
use rand_core::UnwrapErr;
use undersign_client_lib::checked::{CheckedPetition, TotalError};
use undersign_client_lib::checks::{CheckError, check_under};
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::link::PetitionLink;
use undersign_client_lib::lookup::LookupError;
use undersign_client_lib::native::{FetchError, Proxy, Transport};
use undersign_client_lib::witnesses::{Demand, MAX_AGE};
use undersign_protocol::petition::{Language, Manifest};
use undersign_protocol::public_log::{NotWitnessed, Policy};
use undersign_protocol::tally::TotalDocument;

use crate::args::{ConnectionArguments, TrustArguments};
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::problems;
use crate::text::{in_language, plain};

/// How often a checkpoint is fetched that witnesses have not signed yet.
pub const WITNESS_TRIES: u32 = 8;
/// The pause in between.
pub const WITNESS_PAUSE: Duration = Duration::from_secs(2);

/// What a petition is looked up for: what is not to be done where it fails a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To sign it.
    Sign,
    /// To read it.
    Show,
    /// To recount its log.
    Recount,
    /// To see what became of a signature.
    Receipt,
}

/// Whom to believe besides the server.
pub struct Trust {
    /// The witnesses.
    pub policy: Policy,
    /// Seconds: how long ago they may have cosigned.
    pub max_age: u64,
}

impl Trust {
    /// What is demanded now.
    pub fn demand(&self) -> Demand<'_> {
        Demand { policy: &self.policy, now: clock::now(), max_age: self.max_age }
    }
}

/// Opens connections as the arguments say. Those of two transports are two strangers' to the proxy.
pub fn transport(arguments: &ConnectionArguments) -> CommandResult<Transport> {
    let Some(proxy) = &arguments.proxy else { return Ok(Transport::direct()) };
    let proxy = proxy.parse::<Proxy>().map_err(|error| Failure::new(Exit::Usage, format!("--proxy: {error}.")))?;
    let proxy = if arguments.proxy_without_names { proxy.without_names() } else { proxy };
    Ok(Transport::through(proxy, &mut UnwrapErr(SysRng)))
}

/// The witness policy that the arguments name, for what a server shows now.
pub fn trust_in_server(arguments: &TrustArguments) -> CommandResult<Option<Trust>> {
    let policy = policy(arguments)?;
    Ok(policy.map(|policy| Trust { policy, max_age: arguments.max_age.unwrap_or(MAX_AGE) }))
}

/// The same for what was kept: it is as old as it is, unless the arguments name an age.
pub fn trust_in_copy(arguments: &TrustArguments) -> CommandResult<Option<Trust>> {
    let policy = policy(arguments)?;
    Ok(policy.map(|policy| Trust { policy, max_age: arguments.max_age.unwrap_or(u64::MAX) }))
}

fn policy(arguments: &TrustArguments) -> CommandResult<Option<Policy>> {
    let Some(file) = &arguments.policy else { return Ok(None) };
    let unusable = |reason: String| Failure::new(Exit::Usage, format!("{}: {reason}.", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| unusable(error.to_string()))?;
    Policy::parse(&text).map(Some).map_err(|error| unusable(error.to_string()))
}

/// Fetches a petition and makes every check. Where witnesses have not signed the newest checkpoint yet, looks again: a log asks them
/// when it has grown, and they answer within seconds.
pub async fn look_up(
    transport: &Transport,
    base: &Base,
    link: &PetitionLink,
    trust: Option<&Trust>,
    purpose: Purpose,
    output: &Output,
) -> CommandResult<CheckedPetition> {
    let waiting = output.waiting("Fetching the petition and checking it …");
    let mut tries = 1;
    let checked = loop {
        match look_up_once(transport, base, link, trust, purpose).await? {
            Err(CheckError::Witnesses(_, NotWitnessed::Missing)) if tries < WITNESS_TRIES => {
                tries += 1;
                tokio::time::sleep(WITNESS_PAUSE).await;
            }
            checked => break checked,
        }
    };
    drop(waiting);
    checked.map_err(|error| not_trusted(&error, purpose))
}

async fn look_up_once(
    transport: &Transport,
    base: &Base,
    link: &PetitionLink,
    trust: Option<&Trust>,
    purpose: Purpose,
) -> CommandResult<Result<CheckedPetition, CheckError>> {
    let documents = transport.look_up(base, link).await.map_err(|error| match error {
        FetchError::Transport(error) => {
            Failure::new(Exit::Unreachable, format!("{base}: {error}. It is safe to repeat this command."))
        }
        FetchError::Lookup(LookupError::Answer(error)) => problems::answer(base, &error),
        FetchError::Lookup(LookupError::Check(error)) => not_trusted(&error, purpose),
    })?;
    Ok(check_under(base, link, &documents, trust.map(Trust::demand)))
}

/// Fetches the total, which must be one that the petition's log has signed.
pub async fn total(transport: &Transport, petition: &CheckedPetition) -> CommandResult<TotalDocument> {
    let base = &petition.endpoints().origin;
    let answer = transport.send(&petition.total_request()).await.map_err(|error| {
        Failure::new(Exit::Unreachable, format!("{base}: {error}. It is safe to repeat this command."))
    })?;
    petition.total(&answer).map_err(|error| match error {
        TotalError::Answer(error) => problems::answer(base, &error),
        error => wrong_total(&error),
    })
}

/// A total that contradicts itself or its checkpoint.
pub fn wrong_total(error: &TotalError) -> Failure {
    Failure::new(Exit::NotTrusted, format!("Do not trust this count: {error}."))
}

/// Title and organiser's name, for a terminal.
pub fn names(manifest: &Manifest, language: Option<&Language>) -> (String, String) {
    let title = in_language(&manifest.texts, language).map(|text| plain(&text.title));
    let organiser = in_language(&manifest.organiser.name, language).map(|name| plain(name));
    (title.unwrap_or_default(), organiser.unwrap_or_default())
}

/// One line about what stands behind the checks.
pub fn pin_line(petition: &CheckedPetition) -> &'static str {
    if petition.is_witnessed() {
        "witnessed: the policy's witnesses have seen this petition announced, and its log only grow"
    } else if petition.is_pinned() {
        "pinned: the link names this very text, key and log"
    } else {
        "not pinned: this server could show you another petition than others see; a link with # and the petition's id rules that out"
    }
}

/// A host's log that is not believed, where something is to be handed in.
pub fn not_trusted_log(error: &CheckError) -> Failure {
    let message = format!(
        "Nothing was handed in: {}. Nothing of yours is lost. Compare the link with one from the organiser, and tell the operator.",
        plain(&error.to_string())
    );
    Failure::new(Exit::NotTrusted, message)
}

fn not_trusted(error: &CheckError, purpose: Purpose) -> Failure {
    let error = plain(&error.to_string());
    let warning = match purpose {
        Purpose::Sign => format!("Do not sign: {error}. Nothing was sent."),
        Purpose::Show => format!("Do not trust what this server shows of the petition: {error}."),
        Purpose::Recount => format!("Do not trust this count: {error}."),
        Purpose::Receipt => format!("Do not trust what this server says of the signature: {error}."),
    };
    let message = format!("{warning} Compare the link with one from the organiser, and tell the operator.");
    Failure::new(Exit::NotTrusted, message)
}
