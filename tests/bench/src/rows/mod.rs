//! The rows of the table.

pub mod crowd;
pub mod growth;
pub mod idle;
pub mod reads;
pub mod signings;
pub mod steps;
