/// Write, check and publish a petition.
pub mod organiser;

/// Go on with a signing that was stopped.
pub mod resume;

/// Show and check a petition.
pub mod show;

/// Sign a petition.
pub mod sign;
