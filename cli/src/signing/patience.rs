use std::time::Duration;

use undersign_client_lib::endpoints::Base;
use undersign_client_lib::native::TransportError;
use undersign_client_lib::request::Request;
use undersign_client_lib::response::Response;
use undersign_protocol::petition::Slug;
use undersign_protocol::problem::Problem;
use undersign_protocol::timestamp::Timestamp;

use super::{Signing, stopped};
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;

/// Longest pause between two tries, in seconds.
const LONGEST: u64 = 60;

/// Seconds for which a step that is not about waiting is tried again.
pub(super) const A_WHILE: u64 = 120;

/// Pauses that double from one second to a minute.
#[derive(Default)]
pub(super) struct Backoff {
    tries: u32,
}

impl Backoff {
    /// Seconds to wait before the next try; not less than the server asks for, within a minute.
    pub fn next(&mut self, retry_after: Option<u64>) -> u64 {
        let own = 1u64 << self.tries.min(6);
        self.tries += 1;
        own.max(retry_after.unwrap_or(0)).min(LONGEST)
    }
}

/// Why a try brought no answer.
pub(super) enum Failed {
    /// It can pass by itself.
    ForNow(Failure),
    /// It does not.
    ForGood(Failure),
}

/// Tries until something other than a passing failure comes back, or the time is over. Everything we send may be sent again: it counts
/// once.
pub(super) async fn try_until(
    limit: Timestamp,
    output: &Output,
    base: &Base,
    mut send: impl AsyncFnMut() -> Result<Response, Failed>,
) -> CommandResult<Response> {
    let (mut backoff, mut told) = (Backoff::default(), false);
    loop {
        let (failure, retry_after) = match send().await {
            Ok(response) => {
                let refusal = response.refusal();
                if response.status < 400 || !refusal.is_transient() || clock::now() >= limit {
                    return Ok(response);
                }
                if refusal.problem == Some(Problem::ReadOnly) && !told {
                    output.note("The operator has paused signing for a while. Nothing is lost; asking again …");
                    told = true;
                }
                (None, refusal.retry_after)
            }
            Err(Failed::ForGood(failure)) => return Err(failure),
            Err(Failed::ForNow(failure)) => (Some(failure), None),
        };
        if clock::now() >= limit {
            return Err(failure.unwrap_or_else(|| Failure::new(Exit::Unreachable, format!("{base} is not available."))));
        }
        sleep(backoff.next(retry_after)).await;
    }
}

impl Signing<'_> {
    /// Sends a request as [`try_until`] does.
    pub(super) async fn send_until(&self, request: &Request, base: &Base, limit: Timestamp) -> CommandResult<Response> {
        try_until(limit, self.output, base, async || {
            self.transport.send(request).await.map_err(|error| not_sent(base, error))
        })
        .await
    }

    /// Waits until a moment, by the machine's clock, which may jump (a laptop that slept).
    pub(super) async fn wait_until(&self, moment: Timestamp, slug: &Slug) -> CommandResult {
        while clock::now() < moment {
            let target = self.deadline().map_or(moment, |deadline| deadline.min(moment));
            let left = target.seconds().saturating_sub(clock::now().seconds());
            if left == 0 {
                return Err(stopped(slug, "Stopped waiting, as --timeout says."));
            }
            sleep(left.min(LONGEST)).await;
        }
        Ok(())
    }
}

/// No answer of a server that was asked directly.
pub(super) fn not_sent(base: &Base, error: TransportError) -> Failed {
    let failure = unreachable(base, error);
    if error.is_transient() { Failed::ForNow(failure) } else { Failed::ForGood(failure) }
}

/// No connection, in words.
pub(super) fn unreachable(base: &Base, error: TransportError) -> Failure {
    let message = format!("{base}: {error}. Nothing of yours is lost: undersign resume goes on.");
    Failure::new(Exit::Unreachable, message)
}

pub async fn sleep(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[cfg(test)]
mod tests {
    use super::Backoff;

    #[test]
    fn pauses_grow_to_a_minute_and_heed_the_server() {
        let mut backoff = Backoff::default();
        let pauses: Vec<u64> = (0..8).map(|_| backoff.next(None)).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(Backoff::default().next(Some(30)), 30);
        assert_eq!(Backoff::default().next(Some(86_400)), 60);
    }
}
