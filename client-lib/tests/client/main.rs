//! The client against a server in memory, against vectors of others, and against servers that lie.

mod audit;
mod checks;
mod endpoints;
mod issuance;
mod journey;
mod lies;
mod native;
mod oblivious;
mod proofs;
mod published;
mod receipts;
mod redemption;
mod rfc9474;
mod socks;
mod state;
mod support;
mod withdrawals;
mod witnesses;
mod wycheproof;
