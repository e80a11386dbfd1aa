//! Proofs of work as the server in memory asks for them: signed by nobody, and solved by the fifth of seven tries.

use undersign_protocol::email_verification::proof_of_work::{
    Algorithm, Challenge, ChallengeData, ChallengeParameters, ChallengeRequest, Hex, ProofOfWork,
    ProvenVerificationRequest, derive,
};

#[derive(Default)]
pub struct Proofs {
    /// Whether a mail needs one.
    pub are_needed: bool,
    /// How many are refused as too easy before one is taken.
    pub too_easy: usize,
    /// Whether it knows nothing of proofs, as older servers.
    pub are_unknown: bool,
    /// Those that came, in order.
    pub seen: Vec<ProofOfWork>,
}

impl Proofs {
    pub fn challenge(&self, body: &[u8]) -> Option<Challenge> {
        let request: ChallengeRequest = serde_json::from_slice(body).ok().filter(|_| !self.are_unknown)?;
        let (nonce, salt) = ([self.seen.len() as u8; 16], [2; 16]);
        let key = derive(&nonce, &salt, 5, 3);
        let data = ChallengeData { level: 1, most_tries: 7, request_digest: request.request_digest, valid_until: 9 };
        let parameters = ChallengeParameters {
            algorithm: Algorithm::Pbkdf2Sha256,
            cost: 3,
            data,
            key_length: 32,
            key_prefix: Hex(key[..16].try_into().unwrap()),
            key_signature: Hex([3; 32]),
            nonce: Hex(nonce),
            salt: Hex(salt),
        };
        Some(Challenge { parameters, signature: Hex([4; 32]) })
    }

    /// Looks at what came with a request.
    pub fn take(&mut self, request: &ProvenVerificationRequest) -> bool {
        let Some(proof) = &request.proof_of_work else { return !self.are_needed };
        let parameters = &proof.challenge.parameters;
        let key = derive(&parameters.nonce.0, &parameters.salt.0, proof.solution.counter, parameters.cost);
        let is_new = !self.seen.contains(proof);
        let is_right = parameters.data.request_digest == request.request_digest && key == proof.solution.derived_key.0;
        self.seen.push(proof.clone());
        is_right && is_new && proof.solution.counter == 5 && self.seen.len() > self.too_easy
    }
}
