use getrandom::rand_core::Rng as _;
use serde_json::{Value, json};
use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::email_verification::proof_of_work::{Challenge, Solver};

use crate::signer::rng;
use crate::wire::{Answer, Wire};

/// A digest of no request: enough for whoever wants mails sent and no token.
pub fn random_digest() -> RequestDigest {
    let mut bytes = [0; 32];
    rng().fill_bytes(&mut bytes);
    bytes.into()
}

/// Asks for a challenge, as hard as the server has it now, and does what it asks for.
///
/// # Returns
/// How hard it was, and the proof.
pub async fn work(wire: &Wire, digest: &RequestDigest) -> (u32, Value) {
    let path = wire.issuer("/v1/email-verifications/challenge");
    let answer = wire.post_json(&path, &json!({ "request_digest": digest.to_string() })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let challenge: Challenge = serde_json::from_slice(&answer.body).expect("a challenge");
    let level = challenge.parameters.data.level;
    let mut solver = Solver::new(challenge, digest).expect("a challenge for this digest");
    let solved = tokio::task::spawn_blocking(move || solver.run(u32::MAX)).await.expect("no panic");
    let proof = solved.expect("a solution").expect("all were tried");
    (level, serde_json::to_value(&proof).expect("JSON"))
}

/// Asks for a mail, with or without a proof of work.
pub async fn ask(wire: &Wire, email: &str, digest: &RequestDigest, proof: Option<&Value>) -> Answer {
    let mut body = json!({ "email": email, "locale": "en", "request_digest": digest.to_string() });
    if let Some(proof) = proof {
        body["proof_of_work"] = proof.clone();
    }
    wire.post_json(&wire.issuer("/v1/email-verifications"), &body).await
}
