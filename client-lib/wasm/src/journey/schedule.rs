use undersign_client_lib::journey::When;
use wasm_bindgen::prelude::wasm_bindgen;

use super::Journey;
use super::state::State;
use crate::arguments;
use crate::error::ClientError;
use crate::random::rng;

#[wasm_bindgen]
impl Journey {
    /// Chooses again when the token is handed in; the petition's rule is kept either way.
    ///
    /// @param later - at a moment that is drawn, so that whoever watches the servers does not see one follow the other; else as
    /// early as the rule allows
    /// @param now - seconds since 1970, as in `Date.now() / 1000`
    /// @throws ClientError `argument`; `step` unless TokenHeld
    pub fn schedule(&mut self, later: bool, now: f64) -> Result<(), ClientError> {
        let now = arguments::moment(now)?;
        let Some(State::TokenHeld(held)) = &mut self.state else { return Err(ClientError::step()) };
        held.schedule(if later { When::Auto } else { When::Now }, now, &mut rng());
        Ok(())
    }
}
