use std::path::Path;

use serde_json::{Value, json};
use undersign_client_lib::link::PetitionLink;
use undersign_client_lib::native::Transport;
use undersign_client_lib::published::WatchError;
use undersign_client_lib::receipt::{Finding, ReceiptCheck, Standing};
use undersign_client_lib::request::Request;
use undersign_client_lib::response::Response;
use undersign_protocol::base::Base;
use undersign_protocol::public_log::{NotWitnessed, TlogProof};
use undersign_protocol::redemption::Evidence;
use undersign_protocol::timestamp::Timestamp;

use crate::args::VerifyArguments;
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::files::write_new_secret;
use crate::output::Output;
use crate::petition::{
    Purpose, Trust, WITNESS_PAUSE, WITNESS_TRIES, look_up, transport, trust_in_copy, trust_in_server,
};
use crate::problems;
use crate::signing::read_receipt;

/// `undersign receipt verify FILE`.
pub async fn verify(arguments: VerifyArguments, output: &Output) -> CommandResult {
    let check = ReceiptCheck::new(read_receipt(&arguments.file)?);
    let mut written = [&arguments.evidence, &arguments.write_proof].into_iter().flatten();
    if let Some(path) = written.find(|path| path.exists()) {
        let message = format!("{} exists already, and is not written over. Name another file.", path.display());
        return Err(Failure::new(Exit::File, message));
    }
    if let Some(path) = &arguments.proof {
        return offline(&check, path, trust_in_copy(&arguments.trust)?.as_ref(), output);
    }
    let transport = transport(&arguments.connection)?;
    let finding = match trust_in_server(&arguments.trust)? {
        Some(trust) => look_witnessed(&transport, &check, &trust, output).await?,
        None => look(&transport, &check, output).await?,
    };
    let read =
        format!("All {} entries were read; they give the root that the log has signed.", finding.checkpoint.tree_size);
    tell(&check, &finding, &read, output);
    if let (Some(path), Some(proof)) = (&arguments.write_proof, &finding.proof) {
        let written = write_new_secret(path, proof.encode().as_bytes()).map_err(|error| error.to_string());
        written.map_err(|error| Failure::new(Exit::File, format!("{} cannot be written: {error}", path.display())))?;
    }
    match &finding.standing {
        Standing::Pending { .. } | Standing::Included { .. } | Standing::Withdrawn { .. } => Ok(()),
        Standing::PromiseBroken(evidence) => Err(broken(evidence, arguments.evidence.as_deref())),
        Standing::Missing => Err(Failure::new(
            Exit::NotTrusted,
            "The server had said that the signature is in the public log, and the log does not hold it. That word was not signed, so it \
             proves nothing to others. Tell the organiser.",
        )),
    }
}

/// What a proof of before says, without the log.
fn offline(check: &ReceiptCheck, path: &Path, trust: Option<&Trust>, output: &Output) -> CommandResult {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(Exit::File, format!("{} cannot be read: {error}.", path.display())))?;
    let proof =
        TlogProof::parse(&text).map_err(|error| Failure::new(Exit::File, format!("{}: {error}.", path.display())))?;
    let finding = check.read_proof(&proof).map_err(|error| {
        let message =
            format!("The proof does not fit the receipt: {error}. Look into the log itself: leave --proof out.");
        Failure::new(Exit::NotTrusted, message)
    })?;
    if let Some(trust) = trust {
        // When the petition ends is not in a receipt: an age is counted from now.
        trust.demand().check(&finding.checkpoint_note, Timestamp::MAX).map_err(|reason| not_witnessed(&reason))?;
    }
    let read = format!(
        "By the proof, offline: so it stood when the log had {} entries. What came later, only the log tells.",
        finding.checkpoint.tree_size
    );
    tell(check, &finding, &read, output);
    Ok(())
}

/// The same under a witness policy: the petition must be announced and witnessed as for anyone who signs it, and so must the head that
/// was read. What convicts the log is told whoever has cosigned it.
async fn look_witnessed(
    transport: &Transport,
    check: &ReceiptCheck,
    trust: &Trust,
    output: &Output,
) -> CommandResult<Finding> {
    let receipt = check.receipt();
    let link = PetitionLink { slug: receipt.slug().clone(), pin: Some(receipt.petition_id()) };
    let petition = look_up(transport, receipt.base(), &link, Some(trust), Purpose::Receipt, output).await?;
    let mut tries = 1;
    loop {
        let finding = look(transport, check, output).await?;
        let judged = trust.demand().check(&finding.checkpoint_note, petition.ends_at());
        match (judged, &finding.standing) {
            (Ok(()), _) | (_, Standing::PromiseBroken(_) | Standing::Missing) => return Ok(finding),
            // The log has grown; its witnesses sign the larger head within seconds.
            (Err(NotWitnessed::Missing), _) if tries < WITNESS_TRIES => {
                tries += 1;
                tokio::time::sleep(WITNESS_PAUSE).await;
            }
            (Err(reason), _) => return Err(not_witnessed(&reason)),
        }
    }
}

fn not_witnessed(reason: &NotWitnessed) -> Failure {
    let message = format!(
        "The log holds what it should, but its head {reason}. Others may be shown another log. Repeat the command, and tell the organiser \
         if it stays so."
    );
    Failure::new(Exit::NotTrusted, message)
}

async fn look(transport: &Transport, check: &ReceiptCheck, output: &Output) -> CommandResult<Finding> {
    let _sign = output.waiting("Reading the public log …");
    let base = check.receipt().base();
    let not_believed = |error| match error {
        WatchError::Answer(error) => problems::answer(base, &error),
        WatchError::Log(error) => Failure::new(
            Exit::NotTrusted,
            format!(
                "The public log cannot be believed: {error}. Repeat the command, and tell the organiser if it stays so."
            ),
        ),
    };
    let checkpoint = send(transport, &check.checkpoint_request(), base).await?;
    let now = clock::now();
    let (reading, requests) = check.opened(&checkpoint).map_err(not_believed)?;
    let responses = transport.send_all(&requests).await.map_err(|error| unreachable(base, &error))?;
    check.read(reading, &responses, now).map_err(not_believed)
}

async fn send(transport: &Transport, request: &Request, base: &Base) -> CommandResult<Response> {
    transport.send(request).await.map_err(|error| unreachable(base, &error))
}

fn unreachable(base: &Base, error: &impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Unreachable, format!("{base}: {error}. It is safe to repeat this command."))
}

fn tell(check: &ReceiptCheck, finding: &Finding, read: &str, output: &Output) {
    let receipt = check.receipt();
    let slug = receipt.slug();
    let (standing, name, value, text): (_, _, Value, _) = match &finding.standing {
        Standing::Pending { publish_by } => (
            "pending",
            "publish_by",
            json!(publish_by),
            format!(
                "Pending: your signature under {slug} will be in the public log by {publish_by}; so the log has signed."
            ),
        ),
        Standing::Included { leaf_index } => (
            "included",
            "leaf_index",
            json!(leaf_index),
            format!("Counted: your signature under {slug} is entry {leaf_index} of the public log."),
        ),
        Standing::Withdrawn { leaf_index } => (
            "withdrawn",
            "leaf_index",
            json!(leaf_index),
            format!(
                "Taken back: the withdrawal of your signature under {slug} is entry {leaf_index} of the public log."
            ),
        ),
        Standing::PromiseBroken(evidence) => (
            "promise_broken",
            "publish_by",
            json!(evidence.promise.publish_by),
            format!("Promise broken: your signature under {slug} is not in the public log."),
        ),
        Standing::Missing => (
            "missing",
            "publish_by",
            Value::Null,
            format!("Missing: your signature under {slug} is not in the public log."),
        ),
    };
    let checkpoint = &finding.checkpoint;
    let mut fields = json!({
        "petition_id": receipt.petition_id(), "slug": slug, "leaf_hash": receipt.leaf_hash(), "standing": standing,
        "tree_size": checkpoint.tree_size, "root": checkpoint.root,
    });
    fields[name] = value;
    output.event("receipt", fields, format!("{text}\n{read}"));
}

/// Evidence is written only where its owner says so: whoever publishes it says that they hold a receipt.
fn broken(evidence: &Evidence, path: Option<&Path>) -> Failure {
    let until = evidence.promise.publish_by;
    let promised = format!("The log promised to hold the signature by {until}, and its newest signed head does not.");
    let message = match path.map(|path| (path, write(evidence, path))) {
        None => format!(
            "{promised} --evidence FILE writes what proves it, to be published: the promise and that head. It cannot take the signature \
             back, and shows nothing of you but that you have a receipt."
        ),
        Some((path, Ok(()))) => format!(
            "{promised} What proves it is in {}: publish it, or give it to the organiser. It cannot take the signature back.",
            path.display()
        ),
        Some((path, Err(error))) => {
            return Failure::new(Exit::File, format!("{promised} {} cannot be written: {error}", path.display()));
        }
    };
    Failure::new(Exit::NotTrusted, message)
}

fn write(evidence: &Evidence, path: &Path) -> Result<(), String> {
    let content = evidence.encode().map_err(|error| error.to_string())?;
    write_new_secret(path, &content).map_err(|error| error.to_string())
}
