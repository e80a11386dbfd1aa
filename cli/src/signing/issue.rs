use getrandom::SysRng;
use rand_core::UnwrapErr;
use serde_json::json;
use undersign_client_lib::journey::{Confirmed, HeldToken, IssuanceFailure, Rejected, Spoiled, TokenHeld};
use undersign_client_lib::response::Response;
use undersign_client_lib::state::Saved;
use undersign_protocol::problem::Problem;

use super::patience::{A_WHILE, Backoff, sleep};
use super::{Signing, servers};
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::problems;

impl Signing<'_> {
    /// Gets the tokens, from the answer that is there already or by asking, and keeps them.
    pub(super) async fn issue(&mut self, mut confirmed: Confirmed, answer: Option<Response>) -> CommandResult<Saved> {
        let sign = self.output.waiting("Fetching the token …");
        let base = confirmed.endpoints().issuer.clone();
        let limit = clock::now().plus(A_WHILE);
        let (mut backoff, mut answer) = (Backoff::default(), answer);
        loop {
            let response = match answer.take() {
                Some(response) => response,
                None => self.send_until(&confirmed.token_request(), &base, limit).await?,
            };
            match confirmed.token_answered(&response, clock::now()) {
                Ok(held) => {
                    drop(sign);
                    return self.keep(held);
                }
                Err(IssuanceFailure::Again(Rejected { state, error })) => {
                    if !error.is_transient() || clock::now() >= limit {
                        self.entry.write(&state.save())?;
                        return Err(problems::answer(&base, &error));
                    }
                    sleep(backoff.next(response.retry_after)).await;
                    confirmed = state;
                }
                Err(IssuanceFailure::NotConfirmed(prepared)) => {
                    self.entry.write(&prepared.save())?;
                    if self.mail.is_some() {
                        return Ok(Saved::Prepared(prepared));
                    }
                    let message = "The server has forgotten that the address was confirmed; it keeps that for two days. Nothing is lost: \
                                   confirm it once more with undersign resume --email ADDRESS";
                    return Err(Failure::new(Exit::Refused, message).with_problem(Some(Problem::NotConfirmed)));
                }
                Err(IssuanceFailure::AlreadyIssued(others)) => {
                    self.entry.remove()?;
                    return Err(already_issued(&others));
                }
                Err(IssuanceFailure::Spoiled(broken)) => {
                    self.entry.write(&broken.save())?;
                    return Err(spoiled(&broken));
                }
            }
        }
    }

    fn keep(&mut self, mut held: TokenHeld) -> CommandResult<Saved> {
        held.schedule(self.when.take().unwrap_or(held.suggested()), clock::now(), &mut UnwrapErr(SysRng));
        self.entry.write(&held.save())?;
        self.output.event(
            "token",
            json!({ "redeem_at": held.redeem_at() }),
            "The token is here. From now on no address is involved.",
        );
        Ok(Saved::TokenHeld(held))
    }
}

/// What it means that a token cannot be had.
fn already_issued(others: &[HeldToken]) -> Failure {
    let dropped = if others.is_empty() {
        String::new()
    } else {
        let names: Vec<_> = others.iter().map(|token| token.slug().as_str()).collect();
        format!(
            " Tokens for other petitions came and were dropped, as was said before: this address cannot sign {} either.",
            names.join(", ")
        )
    };
    let message = format!("{}{dropped}", problems::sentence(Problem::AlreadyIssued));
    Failure::new(Exit::Refused, message).with_problem(Some(Problem::AlreadyIssued))
}

/// What it means that an answer was no signature.
pub(super) fn spoiled(broken: &Spoiled) -> Failure {
    let message = format!(
        "The server's answer was not a valid signature for {}. Nothing was signed. This request is spent and is not tried again, \
         because a second answer could be used to recognise you; the address may not get another token for this petition. Tell the \
         organiser and the operator of {}: their server is broken, or it tries to mark people. `undersign sign --start-over` forgets \
         it here.",
        broken.slug(),
        servers(broken.endpoints())
    );
    Failure::new(Exit::NotTrusted, message)
}
