//! Proofs of work for JavaScript: what `undersign sign` does where a server asks for one, for the worker of the petition's page.

use undersign_protocol::email_verification::proof_of_work::Solver;
use undersign_protocol::json::{from_slice, to_vec};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// A challenge that is being solved.
#[wasm_bindgen]
pub struct Work(Solver);

#[wasm_bindgen]
impl Work {
    /// Begins.
    ///
    /// @param challenge - the server's answer to `/v1/email-verifications/challenge`, all of it
    /// @param requestDigest - the request that it was asked for
    /// @throws Error it is no challenge, for another request, or asks for more than a device should do
    #[wasm_bindgen(constructor)]
    pub fn new(
        challenge: &[u8],
        #[wasm_bindgen(js_name = requestDigest)] request_digest: &str,
    ) -> Result<Self, JsError> {
        let challenge = from_slice(challenge).map_err(|_| JsError::new("not a challenge"))?;
        let request_digest = request_digest.parse().map_err(|_| JsError::new("not a digest"))?;
        Ok(Self(Solver::new(challenge, &request_digest)?))
    }

    /// Goes on for some tries.
    ///
    /// @returns the proof as JSON, the value of `proof_of_work`; `undefined` where it was not among them
    /// @throws Error all were tried in vain
    pub fn run(&mut self, tries: u32) -> Result<Option<String>, JsError> {
        let proof = self.0.run(tries)?;
        Ok(proof.map(|proof| String::from_utf8_lossy(&to_vec(&proof)).into_owned()))
    }

    /// Which part of all tries was made, from 0 to 1.
    #[wasm_bindgen(getter)]
    pub fn part(&self) -> f64 {
        self.0.part()
    }
}
