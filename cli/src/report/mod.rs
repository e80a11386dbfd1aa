//! The report that is handed over with a total: a page to be printed, and the same as JSON. It says only what an audit has found.

mod chart;
mod document;
mod page;
mod words;

pub use chart::bars;
pub use document::{Report, batches};
pub use page::page;
