//! The report that is handed over with a total: on paper (PDF), as a page, and as JSON. It says only what an audit has found.

mod chart;
mod document;
mod page;
mod paper;
mod section;
mod words;

pub use chart::bars;
pub use document::{Report, batches, overdue_answers, overdue_fields};
pub use page::page;
pub use paper::paper;
