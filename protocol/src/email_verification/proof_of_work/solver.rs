use super::{Challenge, Hex, ProofOfWork, Solution, derive};
use crate::email_verification::RequestDigest;

/// Most iterations that any challenge may take: 64 times what an easy one does. A server that asks for more asks for a person's battery.
pub const MOST_WORK: u64 = 200_000_000;

/// Finds the counter that a challenge asks for, a few tries at a time, so that whoever waits is told how far it is and can leave.
pub struct Solver {
    challenge: Challenge,
    tried: u32,
}

/// Why a challenge is not solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SolverError {
    /// It is for another request.
    #[error("the challenge is for another request")]
    OtherRequest,
    /// More work than any server may ask for, or a key of another size.
    #[error("the challenge asks for more than a device should do")]
    TooHard,
    /// No counter of those that were to be tried fits.
    #[error("the challenge has no solution")]
    NoSolution,
}

impl Solver {
    /// Begins with a challenge, if it is one for this request and asks for no more than it may.
    pub fn new(challenge: Challenge, request_digest: &RequestDigest) -> Result<Self, SolverError> {
        let parameters = &challenge.parameters;
        if parameters.data.request_digest != *request_digest {
            return Err(SolverError::OtherRequest);
        }
        let work = u64::from(parameters.cost) * u64::from(parameters.data.most_tries);
        if parameters.key_length != 32 || work == 0 || work > MOST_WORK {
            return Err(SolverError::TooHard);
        }
        Ok(Self { challenge, tried: 0 })
    }

    /// Tries some more counters.
    ///
    /// # Returns
    /// The proof, or `None` where it was not among them.
    pub fn run(&mut self, tries: u32) -> Result<Option<ProofOfWork>, SolverError> {
        let parameters = &self.challenge.parameters;
        let last = self.tried.saturating_add(tries).min(parameters.data.most_tries);
        if self.tried == last {
            return Err(SolverError::NoSolution);
        }
        for counter in self.tried + 1..=last {
            let key = derive(&parameters.nonce.0, &parameters.salt.0, counter, parameters.cost);
            if key.starts_with(&parameters.key_prefix.0) {
                let solution = Solution { counter, derived_key: Hex(key) };
                return Ok(Some(ProofOfWork { challenge: self.challenge.clone(), solution }));
            }
        }
        self.tried = last;
        Ok(None)
    }

    /// Which part of all tries was made, from 0 to 1. At 1 it is certainly found.
    pub fn part(&self) -> f64 {
        f64::from(self.tried) / f64::from(self.challenge.parameters.data.most_tries)
    }
}
