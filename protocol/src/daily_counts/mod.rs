//! Counts of a day that name nobody: what each side counts, in tens, told once when the day is over.

mod request;
mod tens;

pub use request::{CountedBy, CountsNonce, CountsRequest};
pub use tens::{Remainders, THRESHOLD};

use std::collections::BTreeMap;

use crate::{json_object, serde_by_json};

/// Name of the count of processes that have counted a whole day, from its beginning to its end. It is about the server, and no ten.
pub const WHOLE: &str = "whole";

/// A day's counts, by name. A name that is missing has not reached a ten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedDay {
    /// Days since 1970-01-01, in UTC.
    pub day: u64,
    /// Whether every process counted all day. Where one was started anew, what it had counted of the day before is lost.
    pub whole: bool,
    /// Multiples of [`THRESHOLD`].
    pub counts: BTreeMap<String, u64>,
}

json_object!(open CountedDay { day, whole, counts });

/// A side's answer to a [`CountsRequest`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedDays {
    /// Oldest first; days on which nothing was told are left out.
    pub days: Vec<CountedDay>,
}

json_object!(open CountedDays { days });
serde_by_json!(CountedDay, CountedDays);
