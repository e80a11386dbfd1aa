use std::fs;
use std::io::IsTerminal as _;
use std::path::Path;

use zeroize::Zeroizing;

use crate::args::StateArguments;
use crate::exit::{CommandResult, Exit, Failure};

/// Longest file that is read for a passphrase.
const LONGEST: u64 = 64 * 1024;

/// The passphrase, where the folder is sealed or is to be.
///
/// # Arguments
/// * `is_sealed` – whether the folder was sealed before; then there is no way without
pub fn passphrase(arguments: &StateArguments, is_sealed: bool) -> CommandResult<Option<Zeroizing<String>>> {
    if let Some(file) = &arguments.passphrase_file {
        return of_file(file).map(Some);
    }
    if !arguments.seal && !is_sealed {
        return Ok(None);
    }
    if !std::io::stdin().is_terminal() {
        let message = "What is kept here is sealed with a passphrase, and nobody can be asked for it. Name a file that holds it: \
                       --passphrase-file FILE";
        return Err(Failure::new(Exit::Usage, message));
    }
    let first = ask(if is_sealed { "Passphrase: " } else { "New passphrase for what is kept here: " })?;
    if !is_sealed && *ask("Once more: ")? != *first {
        return Err(Failure::new(Exit::Usage, "The two are not the same. Nothing was sealed and nothing sent."));
    }
    Ok(Some(first))
}

fn ask(question: &str) -> CommandResult<Zeroizing<String>> {
    let typed = rpassword::prompt_password(question)
        .map_err(|error| Failure::new(Exit::File, format!("The terminal cannot be read: {error}.")))?;
    not_empty(Zeroizing::new(typed).trim_end_matches(['\r', '\n']))
        .ok_or_else(|| Failure::new(Exit::Usage, "An empty passphrase seals nothing. Nothing was sent."))
}

fn of_file(file: &Path) -> CommandResult<Zeroizing<String>> {
    let unusable = |reason: &str| Failure::new(Exit::File, format!("--passphrase-file {}: {reason}.", file.display()));
    let length = fs::metadata(file).map_err(|error| unusable(&error.to_string()))?.len();
    if length > LONGEST {
        return Err(unusable("it is too long for a passphrase"));
    }
    let text = fs::read_to_string(file).map(Zeroizing::new).map_err(|error| unusable(&error.to_string()))?;
    not_empty(text.lines().next().unwrap_or_default()).ok_or_else(|| unusable("its first line is empty"))
}

fn not_empty(text: &str) -> Option<Zeroizing<String>> {
    (!text.is_empty()).then(|| Zeroizing::new(text.to_owned()))
}
