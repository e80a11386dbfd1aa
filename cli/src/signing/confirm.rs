use std::time::Duration;

use serde_json::json;
use undersign_client_lib::journey::{ConfirmationError, Confirmed, PollError, Prepared, Rejected};
use undersign_client_lib::native::TransportError;
use undersign_client_lib::response::{AnswerError, Response};
use undersign_protocol::email_verification::Code;
use undersign_protocol::problem::Problem;

use super::patience::{A_WHILE, Backoff, sleep};
use super::typed_code::TypedCodes;
use super::{Signing, stopped};
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::problems;

/// What ends one round of waiting.
enum Woken {
    Polled(Result<Response, TransportError>),
    Typed(Code),
    TimeOver,
}

impl Signing<'_> {
    /// Waits until the address is confirmed: by a code that was given, by one that is typed, or by the link, opened in whatever browser.
    ///
    /// # Returns
    /// The next state, and the answer that showed it where it may already hold the tokens.
    pub(super) async fn confirm(&mut self, mut prepared: Prepared) -> CommandResult<(Confirmed, Option<Response>)> {
        if let Some(mail) = self.mail.take() {
            prepared = self.ask_for_mail(prepared, &mail).await?;
        }
        self.tell_check_number(&prepared);
        if let Some(code) = self.code.take() {
            return match self.try_code(prepared, &code).await? {
                Ok(confirmed) => Ok((confirmed, None)),
                Err(rejected) => Err(code_failure(&rejected)),
            };
        }
        let (confirmed, answer) = self.wait_for_confirmation(prepared).await?;
        if answer.is_some() {
            self.tell_confirmed();
        }
        Ok((confirmed, answer))
    }

    async fn wait_for_confirmation(&self, mut prepared: Prepared) -> CommandResult<(Confirmed, Option<Response>)> {
        let mut codes = TypedCodes::listen(self.output);
        codes.ask();
        // A moving sign would overwrite what a person types.
        let _sign =
            (!codes.are_asked_for()).then(|| self.output.waiting("Waiting until the link in the mail is opened …"));
        let (mut backoff, mut pause) = (Backoff::default(), 0);
        loop {
            match self.wake(&prepared, pause, &mut codes).await {
                Woken::TimeOver => return Err(stopped(prepared.slug(), "The address was not confirmed in time.")),
                Woken::Typed(code) => match self.try_code(prepared, &code).await? {
                    Ok(confirmed) => return Ok((confirmed, None)),
                    Err(rejected) if may_go_on(&rejected.error) => {
                        self.output.note(code_failure(&rejected).message);
                        codes.ask();
                        prepared = rejected.state;
                    }
                    Err(rejected) => return Err(code_failure(&rejected)),
                },
                Woken::Polled(Err(error)) if !error.is_transient() => {
                    return Err(super::patience::unreachable(&prepared.endpoints().issuer, error));
                }
                Woken::Polled(Err(_)) => pause = backoff.next(None),
                Woken::Polled(Ok(response)) => match prepared.poll(&response) {
                    Ok(confirmed) => return Ok((confirmed, Some(response))),
                    Err(Rejected { state, error: PollError::NotConfirmed }) => {
                        backoff = Backoff::default();
                        // The server holds the request for a while; where it did not, it says how long to stay away.
                        pause = response.retry_after.unwrap_or(1).clamp(1, 60);
                        prepared = state;
                    }
                    Err(Rejected { state, error: PollError::Refused(refusal) }) if refusal.is_transient() => {
                        pause = backoff.next(refusal.retry_after);
                        prepared = state;
                    }
                    Err(Rejected { state, error: PollError::Refused(refusal) }) => {
                        return Err(problems::refused(&state.endpoints().issuer, &refusal));
                    }
                },
            }
        }
    }

    async fn wake(&self, prepared: &Prepared, pause: u64, codes: &mut TypedCodes) -> Woken {
        let left = self.link_deadline().seconds().saturating_sub(clock::now().seconds());
        let request = prepared.token_request();
        let poll = async {
            sleep(pause).await;
            self.transport.send(&request).await
        };
        tokio::select! {
            answer = poll => Woken::Polled(answer),
            code = codes.next() => Woken::Typed(code),
            () = tokio::time::sleep(Duration::from_secs(left)) => Woken::TimeOver,
        }
    }

    async fn try_code(
        &self,
        prepared: Prepared,
        code: &Code,
    ) -> CommandResult<Result<Confirmed, Rejected<Prepared, ConfirmationError>>> {
        let Some(request) = prepared.confirm_with_code(code) else {
            let message =
                "No mail was asked for from here, so no code fits. Ask for one: undersign resume --email ADDRESS";
            return Err(Failure::new(Exit::Refused, message));
        };
        let base = prepared.endpoints().issuer.clone();
        let answer = self.send_until(&request, &base, clock::now().plus(A_WHILE)).await?;
        let outcome = prepared.code_answered(&answer);
        if let Ok(confirmed) = &outcome {
            self.entry.write(&confirmed.save())?;
            self.tell_confirmed();
        }
        Ok(outcome)
    }

    fn tell_check_number(&self, prepared: &Prepared) {
        let check = prepared.check_number().to_string();
        self.output.event(
            "waiting",
            json!({ "check": check, "slug": prepared.slug() }),
            format!(
                "Open the link in the mail in any browser and type this check number there: {check}\n\
                 Or give the code from the mail's subject here, or later with: undersign resume --code CODE"
            ),
        );
    }

    fn tell_confirmed(&self) {
        self.output.event("confirmed", json!({}), "The address is confirmed.");
    }
}

/// Whether another code, or the link, may still confirm.
fn may_go_on(error: &ConfirmationError) -> bool {
    match error {
        ConfirmationError::WrongCode | ConfirmationError::UseTheLink => true,
        ConfirmationError::Answer(error) => error.is_transient(),
        _ => false,
    }
}

fn code_failure(rejected: &Rejected<Prepared, ConfirmationError>) -> Failure {
    let problem = match &rejected.error {
        ConfirmationError::WrongCode => Problem::WrongCode,
        ConfirmationError::AttemptsExhausted => Problem::AttemptsExhausted,
        ConfirmationError::NotValid => Problem::VerificationNotValid,
        ConfirmationError::UseTheLink => Problem::UseTheLink,
        ConfirmationError::ByAnother => Problem::ConfirmedByAnother,
        ConfirmationError::Answer(error) => return answer_failure(&rejected.state, error),
    };
    Failure::new(Exit::Refused, problems::sentence(problem)).with_problem(Some(problem))
}

fn answer_failure(prepared: &Prepared, error: &AnswerError) -> Failure {
    problems::answer(&prepared.endpoints().issuer, error)
}
