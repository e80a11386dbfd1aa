/// Recount a petition from its log.
pub mod audit;

/// Check what somebody has published against a log.
pub mod evidence;

/// Write, check and publish a petition.
pub mod organiser;

/// Look what became of a signature.
pub mod receipt;

/// Go on with a signing that was stopped.
pub mod resume;

/// Show and check a petition.
pub mod show;

/// Sign a petition.
pub mod sign;

/// Take a signature back.
pub mod withdraw;
