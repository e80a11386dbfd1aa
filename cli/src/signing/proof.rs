use undersign_client_lib::journey::Prepared;
use undersign_protocol::email_verification::proof_of_work::{ProofOfWork, Solver, SolverError};

use super::Signing;
use super::patience::A_WHILE;
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};

/// Tries between two looks at whether the command was stopped.
const AT_ONCE: u32 = 1_000;

impl Signing<'_> {
    /// Asks for a challenge and solves it, on one core.
    ///
    /// # Returns
    /// `None` where the server gives none that can be solved: an older one, for example.
    pub(super) async fn prove(&self, prepared: &Prepared) -> CommandResult<Option<ProofOfWork>> {
        let base = &prepared.endpoints().issuer;
        let limit = clock::now().plus(A_WHILE);
        let answer = self.send_until(&prepared.challenge_request(), base, limit).await?;
        let Ok(solver) = prepared.challenge_answered(&answer) else { return Ok(None) };
        let _sign = self.output.waiting("Please wait: this machine does some work, which shows that no flood asks …");
        let solved = tokio::task::spawn_blocking(move || solve(solver)).await;
        let solved =
            solved.map_err(|_| Failure::new(Exit::Unexpected, "The work could not be done. Repeat the command."))?;
        Ok(solved.ok())
    }
}

fn solve(mut solver: Solver) -> Result<ProofOfWork, SolverError> {
    loop {
        if let Some(proof) = solver.run(AT_ONCE)? {
            return Ok(proof);
        }
    }
}
