use std::io::{IsTerminal as _, Write as _};

use serde_json::json;
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::journey::{Prepared, Rejected, VerificationError};
use undersign_protocol::email_verification::{Address, suggest};
use undersign_protocol::petition::Language;
use undersign_protocol::problem::Problem;
use zeroize::Zeroizing;

use super::Signing;
use super::patience::A_WHILE;
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::problems;
use crate::text::mail_language;

/// Proofs of work that are made for one mail before it is given up.
const MOST_ROUNDS: u32 = 8;

/// Where a mail goes and in which language. It is never written down.
pub struct Mail {
    address: Address,
    locale: Language,
}

/// Checks an address. Where its domain is one slip away from a common one, a person at a terminal is asked which is meant; anywhere
/// else that is said and the address is used as it was typed, because a program cannot know better than its owner.
pub fn check_address(typed: &str, locale: Option<&Language>, output: &Output) -> CommandResult<Mail> {
    let mut address = Address::parse(typed).map_err(|error| {
        Failure::new(Exit::Usage, format!("--email: {error}. Nothing was sent. Check it for typing errors."))
    })?;
    if let Some(meant) = suggest(&address).map(Zeroizing::new) {
        // The domain alone: what is printed may end up in a log.
        let domain = meant.rsplit_once('@').map_or("", |(_, domain)| domain);
        let question = format!("The address ends in @{}. Did you mean @{domain}?", address.domain());
        if output.is_for_people() && std::io::stdin().is_terminal() {
            if ask(&question) {
                address = Address::parse(&meant).unwrap_or(address);
            }
        } else {
            output.event(
                "did_you_mean",
                json!({ "domain": domain }),
                format!("{question} The mail goes to the address as it was typed."),
            );
        }
    }
    let locale = mail_language(locale).ok_or_else(|| Failure::new(Exit::Usage, "Name a language with --locale."))?;
    Ok(Mail { address, locale })
}

impl Signing<'_> {
    /// Asks for a mail and keeps what a code will need.
    pub(super) async fn ask_for_mail(&mut self, mut prepared: Prepared, mail: &Mail) -> CommandResult<Prepared> {
        let base = prepared.endpoints().issuer.clone();
        let address = Zeroizing::new(mail.address.as_typed());
        // Asked for again, the first may have been kept back: a proof buys one more.
        let mut proof = if prepared.mail_was_asked() { self.prove(&prepared).await? } else { None };
        let mut rounds = 0;
        let prepared = loop {
            let request = match proof.take() {
                Some(proof) => prepared.proven_verification_request(&address, &mail.locale, proof),
                None => prepared.verification_request(&address, &mail.locale),
            };
            let waiting = self.output.waiting("Asking for the mail …");
            let answer = self.send_until(&request, &base, clock::now().plus(A_WHILE)).await?;
            drop(waiting);
            let Rejected { state, error } = match prepared.verification_answered(&answer) {
                Ok(prepared) => break prepared,
                Err(rejected) => rejected,
            };
            prepared = state;
            // What was enough when the work began may be too easy when it is done: while a flood rises, some times in a row.
            if needs_proof(&error) && rounds < MOST_ROUNDS {
                if rounds == 0 {
                    self.output
                        .note("The server is asked for very many mails just now. Please wait: some work comes first.");
                }
                rounds += 1;
                proof = self.prove(&prepared).await?;
            }
            if proof.is_none() {
                return Err(failure(&base, &error));
            }
        };
        self.entry.write(&prepared.save())?;
        self.output.event(
            "mail",
            json!({}),
            "A mail is on its way. If none comes in some minutes, look among the spam.",
        );
        Ok(prepared)
    }
}

fn needs_proof(error: &VerificationError) -> bool {
    matches!(error, VerificationError::Answer(error) if error.problem() == Some(Problem::ProofRequired))
}

fn failure(base: &Base, error: &VerificationError) -> Failure {
    match error {
        VerificationError::Address => {
            let problem = Problem::AddressNotValid;
            Failure::new(Exit::Refused, problems::sentence(problem)).with_problem(Some(problem))
        }
        VerificationError::Answer(error) => problems::answer(base, error),
    }
}

/// Anything but a clear yes is no.
fn ask(question: &str) -> bool {
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line).is_ok();
    read && matches!(line.trim(), "y" | "Y" | "yes" | "д" | "да")
}
