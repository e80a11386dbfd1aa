use serde_json::json;
use undersign_client_lib::journey::{Counted, Signed};
use undersign_client_lib::log_reader::LogError;
use undersign_client_lib::published::{Inclusion, Watch, WatchError};
use undersign_protocol::timestamp::Timestamp;

use super::patience::sleep;
use super::{Signing, stopped};
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};

/// Seconds between two looks at the log.
const PAUSE: u64 = 5;

/// Seconds for which the log may be late, by this machine's clock.
const TOLERANCE: u64 = 600;

/// One look at the log that found nothing out.
enum LookError {
    Unreachable,
    Watch(WatchError),
}

impl Signing<'_> {
    /// Watches the log until the signature is in it.
    pub(super) async fn wait_until_published(&self, signed: &Signed) -> CommandResult {
        let inclusion = self.find_in_log(signed).await?;
        self.tell_published(&inclusion);
        Ok(())
    }

    async fn find_in_log(&self, signed: &Signed) -> CommandResult<Inclusion> {
        let _sign = self.output.waiting("Waiting until the signature is in the public log …");
        let promised = match signed.counted() {
            Counted::Promised(promise) => promise.publish_by.plus(TOLERANCE),
            Counted::Published { .. } => clock::now().plus(TOLERANCE),
        };
        let mut watch = signed.watch();
        loop {
            match self.look(&mut watch).await {
                Ok(Some(inclusion)) => return Ok(inclusion),
                Ok(None) => self.check_promise(promised)?,
                Err(LookError::Watch(WatchError::Log(error))) if error != LogError::Tile => {
                    return Err(not_trusted(&format!("the public log cannot be believed: {error}")));
                }
                Err(LookError::Watch(WatchError::Answer(error))) if !error.is_transient() => {
                    return Err(not_trusted(&format!("the public log cannot be read: {error}")));
                }
                Err(LookError::Unreachable | LookError::Watch(_)) => self.check_promise(promised)?,
            }
            if self.deadline().is_some_and(|deadline| clock::now() >= deadline) {
                return Err(stopped(signed.slug(), "The signature is accepted, but not in the public log yet."));
            }
            sleep(PAUSE).await;
        }
    }

    async fn look(&self, watch: &mut Watch) -> Result<Option<Inclusion>, LookError> {
        let checkpoint = self.transport.send(&watch.checkpoint_request()).await.map_err(|_| LookError::Unreachable)?;
        let (reading, requests) = watch.opened(&checkpoint).map_err(LookError::Watch)?;
        let responses = self.transport.send_all(&requests).await.map_err(|_| LookError::Unreachable)?;
        watch.read(reading, &responses).map_err(LookError::Watch)
    }

    fn check_promise(&self, promised: Timestamp) -> CommandResult {
        if clock::now() < promised {
            return Ok(());
        }
        Err(not_trusted("the log has not published it by the time that it promised"))
    }

    fn tell_published(&self, inclusion: &Inclusion) {
        let tree_size = inclusion.checkpoint.tree_size;
        self.output.event(
            "published",
            json!({ "leaf_index": inclusion.leaf_index, "tree_size": tree_size }),
            format!("It is in the public log, and the log's {tree_size} entries give the root that it has signed."),
        );
    }
}

fn not_trusted(what: &str) -> Failure {
    let message = format!(
        "The signature was accepted, but {what}. What is needed to look again is kept: undersign resume --wait-published. Tell the \
         organiser if it stays so."
    );
    Failure::new(Exit::NotTrusted, message)
}
