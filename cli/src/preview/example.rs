//! What a folder has not got: a count, a log, and the moment at which its page is read.

use undersign_pages::verify::LogHead;
use undersign_protocol::petition::Manifest;
use undersign_protocol::public_log::tree_root;
use undersign_protocol::tally::Tally;
use undersign_protocol::timestamp::Timestamp;

/// Stands where a page shows the log's signed head.
const CHECKPOINT: &str = "petitions.example/…\n\nThe log's signed head stands here.\n";

/// A count on its way to the first goal.
pub fn total(manifest: &Manifest) -> u64 {
    manifest.goals.first().map_or(64, |goal| (goal.saturating_mul(64) / 100).max(1))
}

/// A log of which nothing is known but the count: the manifest, the signatures, and one statement.
pub fn head(manifest: &Manifest) -> LogHead<'static> {
    let signatures = total(manifest);
    LogHead {
        tree_size: signatures + 2,
        root: tree_root(&[]),
        tally: Tally { signatures, withdrawals: 0, issued: signatures },
        checkpoint: CHECKPOINT,
    }
}

/// When the page is read: now, or at the opening where people could not sign now. That is the page that most will see.
pub fn moment(manifest: &Manifest, now: Timestamp) -> Timestamp {
    if manifest.opens_at <= now && now < manifest.closes_at { now } else { manifest.opens_at }
}
