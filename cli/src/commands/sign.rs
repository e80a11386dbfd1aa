use getrandom::SysRng;
use rand_core::UnwrapErr;
use serde_json::json;
use undersign_client_lib::checked::CheckedPetition;
use undersign_client_lib::journey::{Bundle, Keys, PrepareError, Prepared};
use undersign_client_lib::link::Link;
use undersign_client_lib::state::Saved;
use undersign_protocol::petition::{Language, PetitionState};
use undersign_protocol::problem::Problem;
use zeroize::Zeroizing;

use crate::args::SignArguments;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::petition::{Purpose, look_up, names, pin_line, transport, trust_in_server};
use crate::problems;
use crate::signing::{Entry, ReceiptFile, Signing, Store, check_address};

/// `undersign sign URL --email ADDRESS`.
pub async fn run(arguments: SignArguments, output: &Output) -> CommandResult {
    let SignArguments { link, email, locale, only_this, start_over, journey } = arguments;
    let email = Zeroizing::new(email);
    let Link { base, petition: Some(link) } = &link else {
        let message = format!("This link names no petition. undersign show {link} lists what can be signed there.");
        return Err(Failure::new(Exit::Usage, message));
    };
    let mail = check_address(&email, locale.as_ref(), output)?;
    let receipt = journey.receipt.as_deref().map(ReceiptFile::new).transpose()?;
    let transport = transport(&journey.connection)?;
    let store = Store::new(&journey.state)?;
    store.check_detached(journey.detach)?;
    let trust = trust_in_server(&journey.trust)?;
    let petition = look_up(&transport, base, link, trust.as_ref(), Purpose::Sign, output).await?;
    // Its connections end here: the address is not sent on one that has asked for this petition.
    drop(transport);
    let entry = store.entry(&petition.petition_id())?;
    make_room(&entry, &petition, start_over, output)?;

    let bundle = if only_this { Bundle::OnlyThis } else { Bundle::WholeRun };
    // What nobody asks for is not kept, not even until the end.
    let keys = if receipt.is_some() { Keys::Keep } else { Keys::Forget };
    let prepared = Prepared::new(&petition, bundle, keys, &mut UnwrapErr(SysRng)).map_err(cannot_begin)?;
    tell(&petition, &prepared, only_this, locale.as_ref(), output);
    let signing = Signing::new(&journey, entry, Some(mail), receipt, output)?.knowing(petition.announced());
    signing.begin(prepared).await
}

/// A signing that was begun is not begun a second time, unless its owner says so knowing what that means.
fn make_room(entry: &Entry, petition: &CheckedPetition, start_over: bool, output: &Output) -> CommandResult {
    let slug = &petition.manifest().slug;
    let begun = match entry.read() {
        Ok(None) => return Ok(()),
        Ok(Some(saved)) => Some(saved),
        Err(_) if start_over => None,
        Err(failure) => return Err(failure),
    };
    if !start_over {
        let message = format!(
            "You have begun to sign this petition here. Go on with it: undersign resume {slug}\n\
             To forget it and begin again, add --start-over. {}",
            loss(begun.as_ref())
        );
        return Err(Failure::new(Exit::Refused, message));
    }
    output.event(
        "discarded",
        json!({ "slug": slug }),
        format!("What was begun is forgotten. {}", loss(begun.as_ref())),
    );
    entry.remove()
}

/// What is lost with a saved state.
fn loss(saved: Option<&Saved>) -> String {
    match saved {
        Some(Saved::TokenHeld(held)) => {
            let others: Vec<_> = held.other_tokens().iter().map(|token| token.slug().as_str()).collect();
            let others = if others.is_empty() { String::new() } else { format!(", nor {}", others.join(", ")) };
            format!(
                "A token was issued and not handed in yet. It cannot be issued again: without it, the address that it was issued for \
                 cannot sign {}{others}.",
                held.slug()
            )
        }
        Some(Saved::Spoiled(_)) => "That request had failed for good, so nothing more is lost with it.".to_owned(),
        _ => "If its mail was confirmed and a token was issued, that token cannot be issued again: then that address cannot sign this \
              petition any more, nor the others that were asked for together with it. If the mail was never confirmed, nothing was \
              used up."
            .to_owned(),
    }
}

fn tell(
    petition: &CheckedPetition,
    prepared: &Prepared,
    only_this: bool,
    language: Option<&Language>,
    output: &Output,
) {
    let (title, organiser) = names(petition.manifest(), language);
    output.event(
        "petition",
        json!({
            "petition_id": petition.petition_id(), "slug": prepared.slug(), "title": title, "organiser": organiser,
            "pinned": petition.is_pinned(), "witnessed": petition.is_witnessed(),
        }),
        format!("You sign: {title}\nby {organiser}\n{}", pin_line(petition)),
    );
    let run: Vec<_> = prepared.run().collect();
    let others: Vec<_> = run.iter().filter(|slug| **slug != prepared.slug()).map(|slug| slug.as_str()).collect();
    let text = match (others.is_empty(), only_this) {
        (false, _) => format!(
            "So that nobody learns which petition this address asked for, tokens are asked for all {} that are open together. This \
             program hands in the one and drops the others: this address can then not sign {}. --only-this asks for the one alone; then \
             whoever reads the server's database sees that this address asked for it.",
            run.len(),
            others.join(", ")
        ),
        (true, true) => {
            "A token is asked for this petition alone: whoever reads the server's database sees that this address asked for it.".into()
        }
        (true, false) => {
            "No other petition is open together with this one: whoever reads the server's database sees that this address asked for it, \
             but not whether it was signed."
                .into()
        }
    };
    output.event("bundle", json!({ "petitions": run, "only_this": only_this }), text);
}

fn cannot_begin(error: PrepareError) -> Failure {
    let problem = match error {
        PrepareError::NotOpen(PetitionState::Announced | PetitionState::Open) => Problem::NotYetOpen,
        PrepareError::NotOpen(PetitionState::Closing | PetitionState::Closed) => Problem::Closed,
        PrepareError::Blind(error) => {
            return Failure::new(
                Exit::NotTrusted,
                format!("Do not sign: {error}. Nothing was sent. Tell the operator."),
            );
        }
    };
    Failure::new(Exit::Refused, problems::sentence(problem)).with_problem(Some(problem))
}
