use undersign_client_lib::blind::{blind, finalize};
use undersign_protocol::issuance::{TokenKey, TokenResponse};
use undersign_protocol::redemption::{Nonce, TokenInput};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::random::rng;

/// What is subtracted from 2^2048 to make the modulus of nobody's key.
const BELOW: u32 = 1_942_289;

/// Blinds and unblinds once with a key that belongs to nobody, and forgets it. A browser compiles code when it runs for the first time;
/// to be called while answers are awaited, so that a person does not wait for that. Nothing depends on it.
#[wasm_bindgen(js_name = warmUp)]
pub fn warm_up() {
    let mut modulus = [0xff; 256];
    modulus[252..].copy_from_slice(&BELOW.wrapping_neg().to_be_bytes());
    let Ok(key) = TokenKey::from_modulus(modulus) else { return };
    let input = TokenInput { nonce: Nonce::from([0; 32]), challenge_digest: [0; 32].into(), token_key_id: key.id() };
    if let Ok((request, secret)) = blind(&key, &input, &mut rng()) {
        // No signature: it is verified, and refused.
        drop(finalize(&key, &input, secret, &TokenResponse { blind_sig: request.blinded_msg }));
    }
}
