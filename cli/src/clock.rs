use std::time::{SystemTime, UNIX_EPOCH};

use undersign_protocol::timestamp::Timestamp;

/// The machine's clock, in whole seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "the command's one reading of the clock; everything else takes the time as an argument"
)]
pub fn now() -> Timestamp {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs());
    Timestamp::from_seconds(seconds).unwrap_or(Timestamp::MAX)
}
