use undersign_client_lib::state::Saved;
use zeroize::Zeroizing;

use crate::args::ResumeArguments;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::signing::{Signing, Store, check_address};

/// `undersign resume [PETITION]`.
pub async fn run(arguments: ResumeArguments, output: &Output) -> CommandResult {
    let ResumeArguments { petition, email, journey } = arguments;
    let mail = match email.map(Zeroizing::new) {
        Some(email) => Some(check_address(&email, None, output)?),
        None => None,
    };
    let store = Store::new(journey.state_dir.as_deref())?;
    let petition_id = choose(store.list()?, petition.as_deref())?.petition_id();
    let entry = store.entry(&petition_id)?;
    // Read again: another process may have finished it before the lock was ours.
    let saved = entry.read()?.ok_or_else(nothing)?;
    Signing::new(&journey, entry, mail, output)?.run(saved).await
}

fn choose(saved: Vec<Saved>, named: Option<&str>) -> CommandResult<Saved> {
    let fits = |saved: &Saved| {
        named.is_none_or(|name| saved.slug().as_str() == name || saved.petition_id().to_string() == name)
    };
    let all: Vec<String> = saved.iter().map(|saved| format!("{} ({})", saved.slug(), saved.petition_id())).collect();
    let mut found: Vec<Saved> = saved.into_iter().filter(fits).collect();
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) if all.is_empty() => Err(nothing()),
        (None, _) => {
            let message = format!("No signing of that name was begun here. There is: {}.", all.join(", "));
            Err(Failure::new(Exit::Refused, message))
        }
        (Some(_), false) => {
            let message = format!("Several were begun here. Name one, by its name or by its id: {}.", all.join(", "));
            Err(Failure::new(Exit::Usage, message))
        }
    }
}

fn nothing() -> Failure {
    Failure::new(
        Exit::Refused,
        "Nothing is to be gone on with here. Either it is done, or it was begun with another --state-dir or on another machine.",
    )
}
