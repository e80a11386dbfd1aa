use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};

use serde_json::{Value, json};
use undersign_client_lib::journey::Counted;
use undersign_client_lib::native::{Transport, TransportError};
use undersign_client_lib::request::Request;
use undersign_client_lib::response::Response;
use undersign_client_lib::withdrawal::{
    PetitionError, ReadError, ReadyToWithdraw, WithdrawalError, Withdrawing, Withdrawn, read,
};
use undersign_protocol::base::Base;
use undersign_protocol::oblivious::RelayUrl;
use undersign_protocol::problem::Problem;
use undersign_protocol::redemption::{Receipt, WithdrawalCode};
use zeroize::Zeroizing;

use crate::args::WithdrawArguments;
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::following::{FollowError, follow};
use crate::output::Output;
use crate::petition::{transport, trust_in_server};
use crate::problems;
use crate::relays::{NotSent, Relayed, Relays, no_relay, way_line};
use crate::text::{in_language, plain};

/// `undersign withdraw FILE-or-CODE`.
pub async fn run(arguments: WithdrawArguments, output: &Output) -> CommandResult {
    let started = clock::now();
    let kept = Zeroizing::new(arguments.kept);
    let code = code(&kept)?;
    let transport = transport(&arguments.connection)?;
    let trust = trust_in_server(&arguments.trust)?;
    let petition = petition(&transport, code, output).await?;
    let mut relays = Relays::new(&arguments.relay, trust, petition.base(), &petition.manifest().origin.host);
    relays.find(&transport).await.map_err(|unknown| unknown.failure)?;
    tell_petition(&petition, output);
    confirm(&petition, arguments.yes, output)?;
    let (withdrawn, relay) = withdraw(&transport, &mut relays, &petition, output).await?;
    tell_withdrawn(&petition, &withdrawn, relay.as_ref(), output);
    if arguments.wait_published {
        let deadline = arguments.timeout.map(|seconds| started.plus(seconds));
        let _sign = output.waiting("Waiting until the withdrawal is in the public log …");
        let found = follow(&transport, &mut withdrawn.watch(), withdrawn.counted(), deadline).await;
        let inclusion = found.map_err(not_published)?;
        let tree_size = inclusion.checkpoint.tree_size;
        output.event(
            "published",
            json!({ "leaf_index": inclusion.leaf_index, "tree_size": tree_size }),
            format!("It is in the public log, and the log's {tree_size} entries give the root that it has signed."),
        );
    }
    Ok(())
}

/// From standard input, from a file, or from the argument itself.
fn code(kept: &str) -> CommandResult<WithdrawalCode> {
    // One byte more than the largest receipt with some space around it: what is longer is no receipt.
    let mut content = Zeroizing::new(Vec::with_capacity(2 * Receipt::MAX_SIZE));
    let limit = 2 * Receipt::MAX_SIZE as u64;
    let unreadable = |error| Failure::new(Exit::File, format!("{kept} cannot be read: {error}."));
    if kept == "-" && std::io::stdin().is_terminal() {
        ask("Code: ");
        std::io::stdin().lock().take(limit).read_until(b'\n', &mut content).map_err(unreadable)?;
    } else if kept == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut content).map_err(unreadable)?;
    } else if std::path::Path::new(kept).exists() {
        let file = std::fs::File::open(kept).map_err(unreadable)?;
        file.take(limit).read_to_end(&mut content).map_err(unreadable)?;
    } else if kept.starts_with("undersign1.") {
        content.extend_from_slice(kept.as_bytes());
    } else {
        let message = "There is no such file, and it is no code either: codes begin with undersign1. and are one word.";
        return Err(Failure::new(Exit::File, message));
    }
    read(&content).map_err(|error| {
        let what = match error {
            ReadError::Receipt(error) => error.to_string(),
            ReadError::Code(error) => error.to_string(),
        };
        Failure::new(Exit::File, format!("Nothing was sent: {what}."))
    })
}

async fn petition(transport: &Transport, code: WithdrawalCode, output: &Output) -> CommandResult<ReadyToWithdraw> {
    let _sign = output.waiting("Fetching the petition …");
    let withdrawing = Withdrawing::new(code);
    let answer = send(transport, &withdrawing.petition_request(), withdrawing.base()).await?;
    withdrawing.petition_answered(&answer).map_err(|rejected| match rejected.error {
        PetitionError::Answer(error) => problems::answer(rejected.state.base(), &error),
        PetitionError::Another => Failure::new(
            Exit::NotTrusted,
            "Nothing was taken back: the server shows another petition than the one that was signed. Tell the organiser.",
        ),
    })
}

fn tell_petition(petition: &ReadyToWithdraw, output: &Output) {
    let title = title(petition);
    output.event(
        "petition",
        json!({ "petition_id": petition.petition_id(), "slug": petition.slug(), "title": title }),
        format!("This is a signature under: {title}"),
    );
}

fn title(petition: &ReadyToWithdraw) -> String {
    in_language(&petition.manifest().texts, None).map(|text| plain(&text.title)).unwrap_or_default()
}

/// It cannot be undone, so a person is asked. A program says that it is meant.
fn confirm(petition: &ReadyToWithdraw, said: bool, output: &Output) -> CommandResult {
    if said {
        return Ok(());
    }
    if !output.is_for_people() || !std::io::stdin().is_terminal() {
        return Err(Failure::new(Exit::Usage, "Taking back cannot be undone. Where nobody can be asked, add --yes."));
    }
    ask(&format!(
        "This is for good: the address that it was given for cannot sign {} again. The public log will show that some signature was \
         taken back, and not whose. Type yes to take it back: ",
        petition.slug()
    ));
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line).is_ok() && line.trim().eq_ignore_ascii_case("yes") {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Refused,
        "Nothing was taken back. The signature stays as it is; run the command again if you want.",
    ))
}

fn ask(question: &str) {
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{question}").and_then(|()| stderr.flush());
}

async fn withdraw(
    transport: &Transport,
    relays: &mut Relays,
    petition: &ReadyToWithdraw,
    output: &Output,
) -> CommandResult<(Withdrawn, Option<RelayUrl>)> {
    let _sign = output.waiting("Taking back the signature …");
    let sent = relays.send(transport, &petition.withdrawal_request(), output).await;
    let Relayed { answer, relay } = sent.map_err(|error| match error {
        NotSent::Direct(error) => not_reached(petition.base(), error),
        NotSent::Log(unknown) => unknown.failure,
        NotSent::NoRelay(said) => no_relay(&said, "the same command"),
    })?;
    let withdrawn = petition.withdrawn(&answer, clock::now());
    withdrawn.map(|withdrawn| (withdrawn, relay)).map_err(|error| {
        let problem = match error {
            WithdrawalError::NotValid => Problem::WithdrawalNotValid,
            WithdrawalError::Closed => Problem::Closed,
            WithdrawalError::Answer(error) => return problems::answer(petition.base(), &error),
            WithdrawalError::Promise(error) => {
                let message = format!(
                    "The signature was perhaps taken back, but {error}. Check this machine's clock and repeat the command; twice counts \
                     once. Tell the organiser if it stays so."
                );
                return Failure::new(Exit::NotTrusted, message);
            }
        };
        Failure::new(Exit::Refused, problems::sentence(problem)).with_problem(Some(problem))
    })
}

async fn send(transport: &Transport, request: &Request, base: &Base) -> CommandResult<Response> {
    transport.send(request).await.map_err(|error| not_reached(base, error))
}

fn not_reached(base: &Base, error: TransportError) -> Failure {
    Failure::new(Exit::Unreachable, format!("{base}: {error}. It is safe to repeat this command: twice counts once."))
}

fn tell_withdrawn(petition: &ReadyToWithdraw, withdrawn: &Withdrawn, relay: Option<&RelayUrl>, output: &Output) {
    let (name, value, when): (_, Value, _) = match withdrawn.counted() {
        Counted::Promised(promise) => {
            let publish_by = promise.publish_by;
            ("publish_by", json!(publish_by), format!("The public count falls by one by {publish_by}."))
        }
        Counted::Published { leaf_index } => {
            ("leaf_index", json!(leaf_index), "It is in the public log already.".to_owned())
        }
    };
    let mut fields = json!({
        "petition_id": petition.petition_id(), "slug": petition.slug(), "leaf_hash": withdrawn.leaf_hash(),
        "relay": relay.map(ToString::to_string),
    });
    fields[name] = value;
    let text = format!(
        "Taken back, for good. {when} {} What you kept, file or code, still shows that you had signed: delete it when you no longer want \
         to look.",
        way_line(relay)
    );
    output.event("withdrawn", fields, text);
}

fn not_published(error: FollowError) -> Failure {
    match error {
        FollowError::TimeIsOver => Failure::new(
            Exit::Waiting,
            "The withdrawal is accepted, but not in the public log yet. The same command again looks again; twice counts once.",
        ),
        FollowError::NotTrusted(what) => Failure::new(
            Exit::NotTrusted,
            format!("The withdrawal was accepted, but {what}. Tell the organiser if it stays so."),
        ),
    }
}
