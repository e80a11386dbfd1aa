//! The recount against logs with one defect each, and against logs without any.

mod batches;
mod builder;
mod claims;
mod entries;
mod honest;
mod statements;
mod tokens;
mod vectors;
mod withdrawals;
