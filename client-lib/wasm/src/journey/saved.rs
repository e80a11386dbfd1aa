use undersign_client_lib::state::Saved;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use super::Journey;
use super::state::State;
use crate::bytes::Uint8Array;
use crate::error::ClientError;

#[wasm_bindgen]
impl Journey {
    /// Goes on with a journey that was saved.
    ///
    /// @param bytes - what `save()` gave
    /// @throws ClientError `damaged`, `version`
    pub fn restore(bytes: Vec<u8>) -> Result<Self, ClientError> {
        let bytes = Zeroizing::new(bytes);
        let state = match Saved::read(&bytes)? {
            Saved::Prepared(prepared) => State::Prepared(prepared),
            Saved::Confirmed(confirmed) => State::Confirmed(confirmed),
            Saved::TokenHeld(held) => State::TokenHeld(held),
            Saved::Spoiled(spoiled) => State::Spoiled(spoiled),
        };
        Ok(state.into())
    }

    /// The bytes to keep. They hold no address, but they name the petition, and whoever has them can finish the journey: keep them in
    /// a private place and remove them at the end.
    ///
    /// @throws ClientError `step` when Signed or AlreadyIssued: what was saved before leads there again, by the same requests, until
    /// it is removed
    pub fn save(&self) -> Result<Uint8Array, ClientError> {
        self.saved().map(|bytes| Uint8Array::new(&bytes))
    }
}

impl Journey {
    /// As `save`, for callers in Rust.
    pub fn saved(&self) -> Result<Zeroizing<Vec<u8>>, ClientError> {
        match self.state() {
            State::Prepared(state) => Ok(state.save()),
            State::Confirmed(state) => Ok(state.save()),
            State::TokenHeld(state) => Ok(state.save()),
            State::Spoiled(state) => Ok(state.save()),
            State::Signed { .. } | State::AlreadyIssued { .. } => Err(ClientError::step()),
        }
    }
}
