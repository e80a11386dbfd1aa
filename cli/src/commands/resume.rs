use std::path::Path;

use undersign_client_lib::state::Saved;
use zeroize::Zeroizing;

use crate::args::ResumeArguments;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::signing::{ReceiptFile, Signing, Store, check_address, hand_in_what_is_due};

/// `undersign resume [PETITION]`.
pub async fn run(arguments: ResumeArguments, output: &Output) -> CommandResult {
    let ResumeArguments { petition, email, no_receipt, due, journey } = arguments;
    let mail = match email.map(Zeroizing::new) {
        Some(email) => Some(check_address(&email, None, output)?),
        None => None,
    };
    let store = Store::new(&journey.state)?;
    if due {
        return hand_in_what_is_due(&store, &journey, output).await;
    }
    store.check_detached(journey.detach)?;
    let petition_id = choose(store.list()?, petition.as_deref())?.petition_id();
    let entry = store.entry(&petition_id)?;
    // Read again: another process may have finished it before the lock was ours.
    let saved = entry.read()?.ok_or_else(nothing)?;
    let receipt = receipt_file(&saved, journey.receipt.as_deref(), no_receipt)?;
    Signing::new(&journey, entry, mail, receipt, output)?.run(saved).await
}

/// Where the receipt goes that the signing was begun with. It is neither forgotten nor written without its owner's word.
fn receipt_file(saved: &Saved, named: Option<&Path>, declined: bool) -> CommandResult<Option<ReceiptFile>> {
    let slug = saved.slug();
    match named {
        Some(path) if saved.keeps_keys() => ReceiptFile::of_resumed(path, &saved.petition_id()).map(Some),
        Some(_) if !matches!(saved, Saved::Spoiled(_)) => {
            let message = format!(
                "This signing was begun without --receipt, and the key for a receipt was forgotten then. Go on without: undersign \
                 resume {slug}"
            );
            Err(Failure::new(Exit::Refused, message))
        }
        None if saved.keeps_keys() && !declined => {
            let message = format!(
                "This signing was begun with --receipt. Say again where the receipt goes: undersign resume {slug} --receipt FILE. Or go \
                 on without one: --no-receipt"
            );
            Err(Failure::new(Exit::Usage, message))
        }
        _ => Ok(None),
    }
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
