//! The system's tests, in one program. Each file asks one question.

/// The six stages in order: read this first.
mod journey;

/// What can be done with a mailed code, and how often.
mod codes;

/// Signing through a mail server of its own process, in all the ways in which it can fail.
mod smtp;

/// What links and verifications do in the wrong hands.
mod links;

/// What someone sees who has had all the mails of a day.
mod limits;

/// What the person sees who opens the link.
mod confirm_page;

/// What comes back for a token request, and when.
mod issuance;

/// Whether a client that someone else wrote from the RFCs signs too.
mod interop;

/// `kill -9` at every fsync: what was acknowledged stands, and nothing counts twice.
mod crash;

/// What the command line does when it is killed, and after.
mod cli;
