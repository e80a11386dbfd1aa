use undersign_client_lib::journey::{Confirmed, IssuanceFailure, PollError, Rejected, TokenHeld};
use undersign_client_lib::response::Response;
use undersign_protocol::timestamp::Timestamp;
use wasm_bindgen::prelude::wasm_bindgen;

use super::state::{State, rejected};
use super::{Journey, Step};
use crate::answer::Answer;
use crate::arguments;
use crate::error::ClientError;
use crate::random::rng;
use crate::request::Outgoing;

#[wasm_bindgen]
impl Journey {
    /// Asks for the tokens. While the address is not confirmed, the server holds the answer for up to 20 seconds.
    ///
    /// @throws ClientError `step` unless Prepared or Confirmed
    #[wasm_bindgen(js_name = tokenRequest)]
    pub fn token_request(&self) -> Result<Outgoing, ClientError> {
        match self.state() {
            State::Prepared(prepared) => Ok(prepared.token_request().into()),
            State::Confirmed(confirmed) => Ok(confirmed.token_request().into()),
            _ => Err(ClientError::step()),
        }
    }

    /// Takes the answer, unblinds it and verifies each token. Under a rule that makes tokens wait, the wait is drawn here.
    ///
    /// @param now - seconds since 1970, as in `Date.now() / 1000`
    /// @returns the step that came of it: Prepared, the address is not confirmed yet (ask again; where a code was taken before, the
    /// server has forgotten it, and a new mail brings it back); TokenHeld; AlreadyIssued; Spoiled
    /// @throws ClientError `answer`, `argument`; `step` unless Prepared or Confirmed. The journey is then in its step, or Confirmed
    /// where the answer has shown that much
    #[wasm_bindgen(js_name = tokenAnswered)]
    pub fn token_answered(&mut self, answer: Answer, now: f64) -> Result<Step, ClientError> {
        let now = arguments::moment(now)?;
        let response = answer.response();
        self.step_from(|state| match state {
            State::Prepared(prepared) => match prepared.poll(response) {
                Ok(confirmed) => unblind(confirmed, response, now),
                Err(Rejected { state, error: PollError::NotConfirmed }) => (State::Prepared(state), Ok(Step::Prepared)),
                Err(Rejected { state, error: PollError::Refused(refusal) }) => {
                    (State::Prepared(state), Err(refusal.into()))
                }
            },
            State::Confirmed(confirmed) => unblind(confirmed, response, now),
            other => other.without(),
        })
    }
}

fn unblind(confirmed: Confirmed, response: &Response, now: Timestamp) -> (State, Result<Step, ClientError>) {
    let (petition_id, slug) = (confirmed.petition_id(), confirmed.slug().clone());
    let state = match confirmed.token_answered(response, now) {
        Ok(held) => scheduled(held),
        Err(IssuanceFailure::Again(error)) => return rejected(error, State::Confirmed),
        Err(IssuanceFailure::NotConfirmed(prepared)) => State::Prepared(prepared),
        Err(IssuanceFailure::AlreadyIssued(others)) => {
            State::AlreadyIssued { petition_id, slug, others, issued_at: now }
        }
        Err(IssuanceFailure::Spoiled(spoiled)) => State::Spoiled(spoiled),
    };
    let step = state.step();
    (state, Ok(step))
}

/// A token that is to be redeemed when its petition's rule suggests.
pub(super) fn scheduled(mut held: TokenHeld) -> State {
    held.schedule(held.suggested(), held.issued_at(), &mut rng());
    State::TokenHeld(held)
}
