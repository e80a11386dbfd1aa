//! `undersign resume --due`: what a timer calls.

use serde_json::json;
use undersign_client_lib::state::Saved;
use undersign_protocol::timestamp::Timestamp;

use super::{Signing, Store};
use crate::args::JourneyArguments;
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;

/// Why something is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Its time has not come.
    NotDue(Timestamp),
    /// Its mail is not confirmed.
    Mail,
    /// Its receipt is wanted, and where is not written down here.
    Receipt,
    /// It has failed for good.
    Failed,
    /// Another command has it.
    Busy,
}

/// Goes through everything that was begun. One that fails does not keep the others waiting.
///
/// # Errors
/// The first failure; where there is none, that something is left whose time comes.
pub async fn hand_in_what_is_due(store: &Store, arguments: &JourneyArguments, output: &Output) -> CommandResult {
    let mut failed = None;
    let mut waits = false;
    for saved in store.list()? {
        let (slug, petition_id) = (saved.slug().clone(), saved.petition_id());
        let left = match why_left(&saved, clock::now()) {
            Some(left) => left,
            None => match store.entry(&petition_id) {
                Err(failure) if failure.exit == Exit::Refused => Left::Busy,
                Err(failure) => return Err(failure),
                Ok(entry) => {
                    // Read again: another process may have finished it before the lock was ours.
                    let Some(saved) = entry.read()? else { continue };
                    // A transport for each: two signatures have nothing in common, at a proxy either.
                    match Signing::new(arguments, entry, None, None, output)?.detached().run(saved).await {
                        Ok(()) => {}
                        Err(failure) if failure.exit == Exit::Waiting => waits = true,
                        Err(failure) => {
                            output.note(format!("{slug}: {}", failure.message));
                            failed = failed.or(Some(failure));
                        }
                    }
                    continue;
                }
            },
        };
        waits |= matches!(left, Left::NotDue(_) | Left::Busy);
        tell(&slug.to_string(), left, output);
    }
    match failed {
        Some(failure) => Err(failure),
        None if waits => Err(Failure::new(Exit::Waiting, "What is not due yet is kept: undersign resume --due.")),
        None => Ok(()),
    }
}

fn why_left(saved: &Saved, now: Timestamp) -> Option<Left> {
    match saved {
        Saved::Prepared(_) => Some(Left::Mail),
        Saved::Spoiled(_) => Some(Left::Failed),
        Saved::Confirmed(_) | Saved::TokenHeld(_) if saved.keeps_keys() => Some(Left::Receipt),
        Saved::TokenHeld(held) if held.redeem_at() > now => Some(Left::NotDue(held.redeem_at())),
        Saved::Confirmed(_) | Saved::TokenHeld(_) => None,
    }
}

fn tell(slug: &str, left: Left, output: &Output) {
    let mut fields = json!({ "slug": slug });
    let (reason, text) = match left {
        Left::NotDue(redeem_at) => {
            fields["redeem_at"] = json!(redeem_at);
            ("not_due", format!("{slug}: is handed in at {redeem_at}, not before."))
        }
        Left::Mail => ("mail", format!("{slug}: its mail is not confirmed yet. undersign resume {slug}")),
        Left::Receipt => (
            "receipt",
            format!(
                "{slug}: its receipt is wanted. Say where it goes: undersign resume {slug} --receipt FILE, or --no-receipt"
            ),
        ),
        Left::Failed => ("failed", format!("{slug}: has failed for good. undersign resume {slug} says why.")),
        Left::Busy => ("busy", format!("{slug}: another undersign is at work on it.")),
    };
    fields["reason"] = json!(reason);
    output.event("left", fields, text);
}
