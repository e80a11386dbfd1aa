use wasm_bindgen::prelude::wasm_bindgen;

use super::Journey;
use super::state::{State, rejected};
use crate::answer::Answer;
use crate::arguments;
use crate::error::ClientError;
use crate::receipt::Receipt;
use crate::request::Outgoing;
use crate::watch::Watch;

#[wasm_bindgen]
impl Journey {
    /// Redeems the token: this is the signature. To be sent without credentials, and on a connection of its own where there is a
    /// choice.
    ///
    /// @param now - seconds since 1970, as in `Date.now() / 1000`
    /// @throws ClientError `too-early` before `redeemAt`, `argument`; `step` unless TokenHeld
    #[wasm_bindgen(js_name = redemptionRequest)]
    pub fn redemption_request(&self, now: f64) -> Result<Outgoing, ClientError> {
        let State::TokenHeld(held) = self.state() else { return Err(ClientError::step()) };
        Ok(held.redemption_request(arguments::moment(now)?)?.into())
    }

    /// Takes the answer and verifies the promise in it: the journey is Signed.
    ///
    /// @param now - seconds since 1970, as in `Date.now() / 1000`
    /// @throws ClientError `promise`, `nonce-used`, `withdrawn`, `closed`, `token-not-valid`, `answer`, `argument`; `step` unless
    /// TokenHeld
    pub fn redeemed(&mut self, answer: Answer, now: f64) -> Result<(), ClientError> {
        let now = arguments::moment(now)?;
        self.step_from(|state| match state {
            State::TokenHeld(held) => {
                let issued_at = held.issued_at();
                match held.redeemed(answer.response(), now) {
                    Ok(signed) => (State::Signed { signed, issued_at }, Ok(())),
                    Err(error) => rejected(error, State::TokenHeld),
                }
            }
            other => other.without(),
        })
    }

    /// What the signer may keep, to see later that the signature is counted or to take it back. To be shown only to who asks for it,
    /// and once: it cannot be saved, and is gone with the journey.
    ///
    /// @returns `undefined` where the withdrawal key was not kept, or `forgetReceipt` was called
    /// @throws ClientError `step` unless Signed
    pub fn receipt(&self) -> Result<Option<Receipt>, ClientError> {
        match self.state() {
            State::Signed { signed, .. } => Ok(signed.receipt().map(Receipt::from)),
            _ => Err(ClientError::step()),
        }
    }

    /// Wipes what a receipt is made of. The rest of the journey stays.
    #[wasm_bindgen(js_name = forgetReceipt)]
    pub fn forget_receipt(&mut self) {
        if let Some(State::Signed { signed, .. }) = &mut self.state {
            signed.forget_receipt();
        }
    }

    /// Watches the public log until the signature is in it.
    ///
    /// @throws ClientError `step` unless Signed
    pub fn watch(&self) -> Result<Watch, ClientError> {
        match self.state() {
            State::Signed { signed, .. } => Ok(signed.watch().into()),
            _ => Err(ClientError::step()),
        }
    }
}
