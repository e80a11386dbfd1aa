use undersign_client_lib::journey::Counted;
use undersign_protocol::petition::{PetitionId, Slug};
use wasm_bindgen::prelude::wasm_bindgen;

use super::state::State;
use super::{Journey, Step};

#[wasm_bindgen]
impl Journey {
    /// Where it is.
    #[wasm_bindgen(getter)]
    pub fn step(&self) -> Step {
        self.state().step()
    }

    /// The petition that is being signed, 43 characters of base64url.
    #[wasm_bindgen(getter, js_name = petitionId)]
    pub fn petition_id(&self) -> String {
        self.petition().0.to_string()
    }

    /// Its short name.
    #[wasm_bindgen(getter)]
    pub fn slug(&self) -> String {
        self.petition().1.to_string()
    }

    /// Short names of all petitions that tokens are asked for, in order; empty once the answer is there.
    #[wasm_bindgen(getter)]
    pub fn run(&self) -> Vec<String> {
        match self.state() {
            State::Prepared(prepared) => prepared.run().map(Slug::to_string).collect(),
            State::Confirmed(confirmed) => confirmed.run().map(Slug::to_string).collect(),
            _ => Vec::new(),
        }
    }

    /// Two digits to show where the signer waits; the confirm page asks for them. While Prepared or Confirmed.
    #[wasm_bindgen(getter, js_name = checkNumber)]
    pub fn check_number(&self) -> Option<String> {
        match self.state() {
            State::Prepared(prepared) => Some(prepared.check_number().to_string()),
            State::Confirmed(confirmed) => Some(confirmed.check_number().to_string()),
            _ => None,
        }
    }

    /// Whether a mail was asked for, so that a code can be sent. False again where the server has forgotten a confirmation.
    #[wasm_bindgen(getter, js_name = mailAsked)]
    pub fn mail_asked(&self) -> bool {
        match self.state() {
            State::Prepared(prepared) => prepared.mail_was_asked(),
            _ => true,
        }
    }

    /// When the token is to be redeemed, in seconds since 1970, not earlier. While TokenHeld.
    #[wasm_bindgen(getter, js_name = redeemAt)]
    pub fn redeem_at(&self) -> Option<f64> {
        match self.state() {
            State::TokenHeld(held) => Some(held.redeem_at().seconds() as f64),
            _ => None,
        }
    }

    /// When the signature will be in the public log at the latest, in seconds since 1970, by a promise that the log has signed. When
    /// Signed, unless it is there already: then see `leafIndex`.
    #[wasm_bindgen(getter, js_name = publishBy)]
    pub fn publish_by(&self) -> Option<f64> {
        match self.counted()? {
            Counted::Promised(promise) => Some(promise.publish_by.seconds() as f64),
            Counted::Published { .. } => None,
        }
    }

    /// The signature's place in the public log, from 0, by the server's word. When Signed, where it was in the log already.
    #[wasm_bindgen(getter, js_name = leafIndex)]
    pub fn leaf_index(&self) -> Option<f64> {
        match self.counted()? {
            Counted::Promised(_) => None,
            Counted::Published { leaf_index } => Some(leaf_index as f64),
        }
    }
}

impl Journey {
    fn petition(&self) -> (PetitionId, &Slug) {
        match self.state() {
            State::Prepared(state) => (state.petition_id(), state.slug()),
            State::Confirmed(state) => (state.petition_id(), state.slug()),
            State::TokenHeld(state) => (state.petition_id(), state.slug()),
            State::Signed { signed, .. } => (signed.petition_id(), signed.slug()),
            State::AlreadyIssued { petition_id, slug, .. } => (*petition_id, slug),
            State::Spoiled(state) => (state.petition_id(), state.slug()),
        }
    }

    fn counted(&self) -> Option<Counted> {
        match self.state() {
            State::Signed { signed, .. } => Some(signed.counted()),
            _ => None,
        }
    }
}
