//! The states of client-lib are values that a step consumes; a JavaScript object stays. So each step takes the state out, and puts
//! back the one that came of it, whatever happened: see `Journey::step_from`.

mod others;
mod redemption;
mod saved;
mod schedule;
mod state;
mod tokens;
mod verification;
mod view;

use undersign_client_lib::journey::Prepared;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::ClientError;
use state::State;

/// Where a journey is.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The token requests are made; the address is not confirmed yet, perhaps not even named.
    Prepared,
    /// The address is confirmed; the tokens can be asked for, again and again, until they are there.
    Confirmed,
    /// The token is there and verified. From here on no address is involved.
    TokenHeld,
    /// The signature is accepted. An end.
    Signed,
    /// This address has had its token for this petition, by another request. An end; `others` may hold tokens for other petitions.
    AlreadyIssued,
    /// The issuer's answer is no signature over what was asked. An end: nothing was signed, and this request must not be used again.
    Spoiled,
}

/// One signature, from the first request to the public log.
///
/// A method whose name ends in `Request` gives what is to be sent and changes nothing; its counterpart takes the answer. `save()`
/// before sending and after each answer, and a killed page goes on where it was: every request is then a repeat of itself, and one
/// signature is counted. A method that throws leaves the journey in its step and loses nothing.
#[wasm_bindgen]
pub struct Journey {
    /// `None` only within `step_from`.
    state: Option<State>,
}

impl Journey {
    /// Takes the state out, lets a step make the next one of it, and puts that back: a step cannot end without a state.
    fn step_from<T>(&mut self, step: impl FnOnce(State) -> (State, Result<T, ClientError>)) -> Result<T, ClientError> {
        let state = self.state.take().ok_or_else(ClientError::step)?;
        let (state, result) = step(state);
        self.state = Some(state);
        result
    }

    /// Unwrap safety: every step puts a state back before it returns, and none looks here before.
    fn state(&self) -> &State {
        self.state.as_ref().expect("a journey has a state")
    }
}

impl From<State> for Journey {
    fn from(state: State) -> Self {
        Self { state: Some(state) }
    }
}

impl From<Prepared> for Journey {
    fn from(prepared: Prepared) -> Self {
        State::Prepared(prepared).into()
    }
}
