//! One audit from beginning to end, wherever the bundles come from.

use getrandom::SysRng;
use getrandom::rand_core::TryRng as _;
use undersign_client_lib::audit::{
    AuditFailure, Claims, Defect, NonceKey, Recount, RecountError, Verdict, on_all_cores,
};
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::{Checkpoint, TilePath};
use undersign_protocol::tally::TotalDocument;

use super::remembered::Remembered;
use super::verdict::failed;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;

/// What is audited.
pub struct Subject {
    /// With which the log must begin.
    pub petition: VerifiedManifest,
    /// The head that is shown now, and the note that it was read from.
    pub checkpoint: (Checkpoint, String),
    /// The total that is shown now.
    pub total: Option<TotalDocument>,
    /// What the last audit has seen.
    pub remembered: Option<Remembered>,
}

impl Subject {
    /// Everything that must be found true. What contradicts itself is found here, before a bundle is fetched.
    pub fn claims(&self, output: &Output) -> CommandResult<Claims> {
        let make = || {
            let claims = Claims::new(&self.checkpoint.0);
            let claims = match &self.total {
                Some(total) => claims.with_total(total)?,
                None => claims,
            };
            match self.remembered.as_ref().and_then(Remembered::checkpoint) {
                Some(remembered) => claims.with_remembered(remembered),
                None => Ok(claims),
            }
        };
        make().map_err(|failure| self.failed(&failure, output))
    }

    /// The note of the largest head that is shown.
    pub fn note(&self) -> &str {
        match &self.total {
            Some(total) if total.tree_size > self.checkpoint.0.tree_size => &total.checkpoint,
            _ => &self.checkpoint.1,
        }
    }

    /// Tells a failure, and keeps what proves it.
    fn failed(&self, failure: &AuditFailure, output: &Output) -> Failure {
        let told = failed(failure, output);
        let contradicts =
            matches!(failure.defect, Defect::Shrunk { .. } | Defect::Forked { .. } | Defect::Rewritten { .. });
        let Some(remembered) = self.remembered.as_ref().filter(|_| contradicts) else { return told };
        match remembered.keep_evidence(self.note()) {
            Ok(Some(path)) => {
                let message = format!(
                    "{} Both signed heads, the one remembered and the one shown now, are in {}: publish them.",
                    told.message,
                    path.display()
                );
                Failure { message, ..told }
            }
            Ok(None) => told,
            Err(error) => Failure { message: format!("{} {}", told.message, error.message), ..told },
        }
    }
}

/// Recounts on all cores, in a thread that may block, and remembers the head where nothing is wrong.
pub async fn recount(
    subject: Subject,
    claims: Claims,
    mut fetch: impl FnMut(TilePath) -> CommandResult<Vec<u8>> + Send + 'static,
    output: Output,
) -> CommandResult<Verdict> {
    let mut key = [0; 32];
    SysRng.try_fill_bytes(&mut key).map_err(|_| Failure::new(Exit::Unexpected, "This machine gives no randomness."))?;
    let signatures = subject.total.as_ref().map_or(claims.tree_size(), |total| total.signatures);
    let recount = Recount::new(subject.petition.clone(), claims, NonceKey::from(key));
    let counting = output.counting("Verifying signatures", signatures);
    let running = move || on_all_cores(recount, &mut fetch, |progress| counting.set(progress.signatures));
    let result = tokio::task::spawn_blocking(running).await;
    let result = result.map_err(|_| Failure::new(Exit::Unexpected, "The recount broke off. Please report it."))?;
    let verdict = result.map_err(|error| match error {
        RecountError::Source(failure) => failure,
        RecountError::Failure(failure) => subject.failed(&failure, &output),
        RecountError::OpenSsl(error) => Failure::new(Exit::Unexpected, format!("OpenSSL: {error}.")),
    })?;
    if let Some(remembered) = &subject.remembered {
        remembered.write(subject.petition.petition_id(), subject.note())?;
    }
    Ok(verdict)
}
