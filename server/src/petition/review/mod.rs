//! What is handed in and not published: it waits until the operator's moderator accepts it, and nobody but its organiser can ask about it.

/// Whose petitions wait, and how many may.
pub mod rules;

/// The organiser's question and its answer.
pub mod http;

mod asking;
#[cfg(test)]
mod contract;
mod pace;
mod store;
mod taking;

pub(crate) use pace::Pace;
pub use rules::{Admission, Review, ReviewError};
pub(crate) use store::{Decided, Listed, Reviewed};
pub(crate) use taking::{Place, Taken};
