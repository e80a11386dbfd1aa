//! The system's tests, in one program. Each file asks one question.

/// The six stages in order: read this first.
mod journey;

/// What can be done with a mailed code, and how often.
mod codes;

/// Signing through a mail server of its own process, in all the ways in which it can fail.
mod smtp;
