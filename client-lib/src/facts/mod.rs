//! The list of facts at the end of a delivery's or an answer's text: to whom, when, until when; and which answers are overdue by it
//! (specs/petition.md).

mod list;
mod overdue;
mod reader;
mod words;

pub use list::{Day, Facts, FactsError};
pub use overdue::{Overdue, overdue};
