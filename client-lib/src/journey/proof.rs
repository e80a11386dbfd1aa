use undersign_protocol::email_verification::proof_of_work::{
    Challenge, ChallengeRequest, ProofOfWork, ProvenVerificationRequest, Solver, SolverError,
};
use undersign_protocol::petition::Language;

use super::Prepared;
use crate::request::{Request, Side, Stage};
use crate::response::{AnswerError, Response};

/// Why there is nothing to solve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeError {
    /// It is for another request, or asks for more than a device should do.
    #[error(transparent)]
    Solver(#[from] SolverError),
    /// Another answer.
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

/// Proofs of work: where the server asks for one (`proof-required`), or where a mail is asked for again, for which one buys what a limit
/// would keep back.
impl Prepared {
    /// Asks for a challenge. It names the request and no address.
    pub fn challenge_request(&self) -> Request {
        self.post("/v1/email-verifications/challenge").json(&ChallengeRequest { request_digest: self.request_digest() })
    }

    /// Takes the answer.
    pub fn challenge_answered(&self, response: &Response) -> Result<Solver, ChallengeError> {
        let challenge: Challenge = response.expect_json(200)?;
        Ok(Solver::new(challenge, &self.request_digest())?)
    }

    /// Asks for a mail, as [`verification_request`](Self::verification_request), with a proof: each is taken once.
    pub fn proven_verification_request(&self, email: &str, locale: &Language, proof: ProofOfWork) -> Request {
        let message = ProvenVerificationRequest {
            email: email.to_owned(),
            locale: locale.clone(),
            request_digest: self.request_digest(),
            proof_of_work: Some(proof),
        };
        let request = self.post("/v1/email-verifications").json(&message);
        drop(zeroize::Zeroizing::new(message.email));
        request
    }

    fn post(&self, path: &str) -> Request {
        Request::post(Side::Identified, Stage::EmailVerification, &self.terms.endpoints.issuer, path)
    }
}
