//! Watching a public log until an entry is in it.

use undersign_client_lib::journey::Counted;
use undersign_client_lib::log_reader::LogError;
use undersign_client_lib::native::Transport;
use undersign_client_lib::published::{Inclusion, Watch, WatchError};
use undersign_protocol::timestamp::Timestamp;

use crate::clock;
use crate::signing::sleep;

/// Seconds between two looks at the log.
const PAUSE: u64 = 5;

/// Seconds for which the log may be late, by this machine's clock.
const TOLERANCE: u64 = 600;

/// Why an entry was not found in the log.
pub enum FollowError {
    /// The time that the caller gave is over.
    TimeIsOver,
    /// The log cannot be believed, or has not kept its promise.
    NotTrusted(String),
}

/// One look at the log that found nothing out.
enum LookError {
    Unreachable,
    Watch(WatchError),
}

/// Looks until the entry is in the log, its promise is broken, or the deadline has passed.
pub async fn follow(
    transport: &Transport,
    watch: &mut Watch,
    counted: Counted,
    deadline: Option<Timestamp>,
) -> Result<Inclusion, FollowError> {
    let promised = match counted {
        Counted::Promised(promise) => promise.publish_by.plus(TOLERANCE),
        Counted::Published { .. } => clock::now().plus(TOLERANCE),
    };
    loop {
        match look(transport, watch).await {
            Ok(Some(inclusion)) => return Ok(inclusion),
            Err(LookError::Watch(WatchError::Log(error))) if error != LogError::Tile => {
                return Err(FollowError::NotTrusted(format!("the public log cannot be believed: {error}")));
            }
            Err(LookError::Watch(WatchError::Answer(error))) if !error.is_transient() => {
                return Err(FollowError::NotTrusted(format!("the public log cannot be read: {error}")));
            }
            Ok(None) | Err(LookError::Unreachable | LookError::Watch(_)) => {}
        }
        if clock::now() >= promised {
            let why = "the log has not published it by the time that it promised".to_owned();
            return Err(FollowError::NotTrusted(why));
        }
        if deadline.is_some_and(|deadline| clock::now() >= deadline) {
            return Err(FollowError::TimeIsOver);
        }
        sleep(PAUSE).await;
    }
}

async fn look(transport: &Transport, watch: &mut Watch) -> Result<Option<Inclusion>, LookError> {
    let checkpoint = transport.send(&watch.checkpoint_request()).await.map_err(|_| LookError::Unreachable)?;
    let (reading, requests) = watch.opened(&checkpoint).map_err(LookError::Watch)?;
    let responses = transport.send_all(&requests).await.map_err(|_| LookError::Unreachable)?;
    watch.read(reading, &responses).map_err(LookError::Watch)
}
