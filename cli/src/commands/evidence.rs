use serde_json::{Value, json};
use undersign_client_lib::evidence::{EvidenceCheck, EvidenceFinding};
use undersign_client_lib::link::Link;
use undersign_client_lib::native::Transport;
use undersign_client_lib::published::WatchError;
use undersign_protocol::base::Base;
use undersign_protocol::redemption::Evidence;

use crate::args::EvidenceArguments;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::petition::{Purpose, look_up, transport, trust_in_server};
use crate::problems;

/// `undersign receipt evidence FILE URL`.
pub async fn run(arguments: EvidenceArguments, output: &Output) -> CommandResult {
    let EvidenceArguments { file, link, trust, connection } = arguments;
    let Link { base, petition: Some(link) } = &link else {
        return Err(Failure::new(
            Exit::Usage,
            "The link leads to a server; name a petition of it, as https://host/p/name.",
        ));
    };
    let unusable = |reason: String| Failure::new(Exit::File, format!("{}: {reason}.", file.display()));
    let bytes = std::fs::read(&file).map_err(|error| unusable(error.to_string()))?;
    let proves_nothing =
        |error: &dyn std::fmt::Display| Failure::new(Exit::NotTrusted, format!("This proves nothing: {error}."));
    let evidence = Evidence::decode(&bytes).map_err(|error| proves_nothing(&error))?;
    let (leaf_hash, promised, seen_at) = (evidence.promise.leaf_hash, evidence.promise.publish_by, evidence.seen_at);
    let check = EvidenceCheck::new(evidence, base.clone()).map_err(|error| proves_nothing(&error))?;

    let transport = transport(&connection)?;
    let petition = look_up(&transport, base, link, trust_in_server(&trust)?.as_ref(), Purpose::Recount, output).await?;
    if check.log_key() != petition.log_key() {
        return Err(Failure::new(Exit::NotTrusted, "This accuses the log of another petition than the link names."));
    }
    let finding = look(&transport, &check, base, output).await?;
    let size = check.head().tree_size;
    let (standing, place, text) = match finding {
        EvidenceFinding::Missing => (
            "promise_broken",
            Value::Null,
            "The evidence holds: the log has signed the promise, and neither the head in the evidence nor the newest one keeps it.",
        ),
        EvidenceFinding::Late { leaf_index } => (
            "late",
            json!(leaf_index),
            "The evidence holds for its head, which does not keep the promise. By now the signature is in the log.",
        ),
        EvidenceFinding::Kept { leaf_index } => {
            let message = format!(
                "This proves nothing: the signature is entry {leaf_index} of the log, and below the head of {size} entries in the evidence."
            );
            return Err(Failure::new(Exit::NotTrusted, message));
        }
    };
    output.event(
        "evidence",
        json!({
            "petition_id": petition.petition_id(), "leaf_hash": leaf_hash, "publish_by": promised, "seen_at": seen_at,
            "tree_size": size, "standing": standing, "leaf_index": place,
        }),
        format!(
            "{text}\nPromised until {promised}. That the head was seen at {seen_at} is the word of whoever published this; cosignatures \
             in it, if there are any, and the log itself tell the time."
        ),
    );
    Ok(())
}

async fn look(
    transport: &Transport,
    check: &EvidenceCheck,
    base: &Base,
    output: &Output,
) -> CommandResult<EvidenceFinding> {
    let _sign = output.waiting("Reading the public log …");
    let unreachable = |error: &dyn std::fmt::Display| Failure::new(Exit::Unreachable, format!("{base}: {error}."));
    let not_believed = |error| match error {
        WatchError::Answer(error) => problems::answer(base, &error),
        WatchError::Log(error) => {
            let message = format!(
                "The public log cannot be believed: {error}. Where it is not the one whose head is in the evidence, that is evidence too: \
                 keep both."
            );
            Failure::new(Exit::NotTrusted, message)
        }
    };
    let checkpoint = transport.send(&check.checkpoint_request()).await.map_err(|error| unreachable(&error))?;
    let (reading, requests) = check.opened(&checkpoint).map_err(not_believed)?;
    let answers = transport.send_all(&requests).await.map_err(|error| unreachable(&error))?;
    check.read(&reading, &answers).map_err(not_believed)
}
