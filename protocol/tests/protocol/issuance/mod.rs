//! issuance: requests, responses and keys of RFC 9578.

mod directory;
mod formats;
mod interop;
mod refusals;
mod statement;
mod token_key;
mod vectors;
