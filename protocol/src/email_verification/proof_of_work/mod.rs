//! Proofs of work, in ALTCHA's form (proof of work, version 2): what a server asks for before it sends mails while many are asked for,
//! and what buys one more mail.

mod hex;
mod key;
mod messages;
mod solver;

pub use hex::Hex;
pub use key::derive;
pub use messages::{
    Algorithm, Challenge, ChallengeData, ChallengeParameters, ChallengeRequest, ProofOfWork, ProvenVerificationRequest,
    Solution,
};
pub use solver::{MOST_WORK, Solver, SolverError};
