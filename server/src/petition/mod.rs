//! Petitions are public and belong to neither side: each side keeps its own copy in its own database.

/// Who may publish, what a side answers for, errors.
pub mod rules;

/// Reading routes that both sides serve, and errors to problem documents.
pub mod http;

/// The petitions of one side's database.
pub mod registry;

mod store;

pub use http::Checked;
pub use registry::{Petition, Registry};
pub use rules::{Organisers, PetitionError};
