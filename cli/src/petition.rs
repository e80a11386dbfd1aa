//! A petition as it is fetched, checked and named.

use undersign_client_lib::checked::CheckedPetition;
use undersign_client_lib::checks::{CheckError, check};
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::link::PetitionLink;
use undersign_client_lib::lookup::LookupError;
use undersign_client_lib::native::{FetchError, Transport};
use undersign_protocol::petition::Language;

use crate::args::ConnectionArguments;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::problems;
use crate::text::{in_language, plain};

/// Opens connections as the arguments say.
pub fn transport(arguments: &ConnectionArguments) -> CommandResult<Transport> {
    Transport::new(arguments.proxy.as_deref()).map_err(|error| Failure::new(Exit::Usage, format!("--proxy: {error}.")))
}

/// Fetches a petition and makes every check.
pub async fn look_up(
    transport: &Transport,
    base: &Base,
    link: &PetitionLink,
    output: &Output,
) -> CommandResult<CheckedPetition> {
    let waiting = output.waiting("Fetching the petition and checking it …");
    let documents = transport.look_up(base, link).await.map_err(|error| match error {
        FetchError::Transport(error) => {
            Failure::new(Exit::Unreachable, format!("{base}: {error}. It is safe to repeat this command."))
        }
        FetchError::Lookup(LookupError::Answer(error)) => problems::answer(base, &error),
        FetchError::Lookup(LookupError::Check(error)) => not_trusted(&error),
    })?;
    let checked = check(base, link, &documents).map_err(|error| not_trusted(&error));
    drop(waiting);
    checked
}

/// Title and organiser's name, for a terminal.
pub fn names(petition: &CheckedPetition, language: Option<&Language>) -> (String, String) {
    let manifest = petition.manifest();
    let title = in_language(&manifest.texts, language).map(|text| plain(&text.title));
    let organiser = in_language(&manifest.organiser.name, language).map(|name| plain(name));
    (title.unwrap_or_default(), organiser.unwrap_or_default())
}

/// One line about what stands behind the checks.
pub fn pin_line(petition: &CheckedPetition) -> &'static str {
    if petition.is_pinned() {
        "pinned: the link names this very text, key and log"
    } else {
        "not pinned: this server could show you another petition than others see; a link with # and the petition's id rules that out"
    }
}

fn not_trusted(error: &CheckError) -> Failure {
    let message = format!(
        "Do not sign: {}. Nothing was sent. Compare the link with one from the organiser, and tell the operator.",
        plain(&error.to_string())
    );
    Failure::new(Exit::NotTrusted, message)
}
