//! The total: distinct valid signatures less distinct valid withdrawals, a function of the log and of nothing else. The counts move in
//! the transaction that appends, so page, badge and report show the number that a recount gives.

/// Route: `total`.
pub mod http;
