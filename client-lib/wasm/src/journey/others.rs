use undersign_client_lib::journey::{HeldToken, TokenHeld};
use wasm_bindgen::prelude::wasm_bindgen;

use super::Journey;
use super::state::State;
use super::tokens::scheduled;
use crate::error::{ClientError, ErrorKind};
use crate::petition::CheckedPetition;

#[wasm_bindgen]
impl Journey {
    /// Short names of the petitions for which tokens came beside this one's; each can be signed at once. They are wiped with the
    /// journey. What is missing in a kept set shows what was signed.
    #[wasm_bindgen(getter)]
    pub fn others(&self) -> Vec<String> {
        self.state().others().iter().map(|token| token.slug().to_string()).collect()
    }

    /// Begins the journey of another petition with its token, and takes the token out of `others`. Save the new journey first.
    ///
    /// @returns a journey that is TokenHeld
    /// @throws ClientError `token-not-valid`: the token is not for this petition as it was checked; `step` where there is no token
    /// for it
    #[wasm_bindgen(js_name = beginOther)]
    pub fn begin_other(&mut self, petition: &CheckedPetition) -> Result<Self, ClientError> {
        let petition = petition.checked();
        let petition_id = petition.petition_id();
        let token = self.state().others().iter().find(|token| token.petition_id() == petition_id);
        let binding = token.ok_or_else(ClientError::step)?.token().input;
        // Before it is taken out: a token that does not fit stays where it is.
        binding
            .check_binding(petition.manifest(), &petition_id)
            .map_err(|error| ClientError::new(ErrorKind::TokenNotValid, error.to_string()))?;
        let (token, issued_at) = match self.state.as_mut() {
            Some(State::TokenHeld(held)) => (held.take_other(&petition_id), held.issued_at()),
            Some(State::Signed { signed, issued_at }) => (signed.take_other(&petition_id), *issued_at),
            Some(State::AlreadyIssued { others, issued_at, .. }) => (HeldToken::take(others, &petition_id), *issued_at),
            _ => return Err(ClientError::step()),
        };
        let held = TokenHeld::of_other(petition, token.ok_or_else(ClientError::step)?, issued_at)
            .map_err(|error| ClientError::new(ErrorKind::TokenNotValid, error.to_string()))?;
        Ok(scheduled(held).into())
    }
}
