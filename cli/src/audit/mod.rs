//! Recounting a petition: where its log comes from, what an earlier audit remembers, what is said in the end. What is checked is in
//! the client library's `audit`.

mod copy;
mod download;
mod recounting;
mod remembered;
mod run;
mod tar;
mod verdict;
mod witnesses;

pub use run::{Audited, Keeping, audited};
pub use verdict::show;
pub use witnesses::Witnesses;
