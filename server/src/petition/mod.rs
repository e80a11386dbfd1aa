//! Petitions are public and belong to neither side: each side keeps its own copy in its own database.

/// Who may publish, what a side answers for, errors.
pub mod rules;

/// Reading routes that both sides serve, and errors to problem documents.
pub mod http;

/// How many petitions of one organiser are open at once.
pub mod limits;

/// The petitions of one side's database.
pub mod registry;

/// What waits for the operator's moderator.
pub mod review;

/// What may be said about a petition after its publication.
pub mod notices;

#[cfg(test)]
mod contract;
mod following;
mod store;

pub use http::Checked;
pub use limits::OrganiserLimits;
pub use notices::NewNoticeError;
pub use registry::Registry;
pub use rules::{Organisers, PetitionError};
pub use undersign_pages::{Petition, PublishedNotice};
