//! Recounting a petition: where its log comes from, what an earlier audit remembers, what is said in the end. What is checked is in
//! the client library's `audit`.

mod copy;
mod download;
mod recounting;
mod remembered;
mod tar;
mod verdict;
mod witnesses;

pub use copy::{CHECKPOINT, Copy, Folder, TOTAL};
pub use download::download;
pub use recounting::{Subject, recount};
pub use remembered::Remembered;
pub use verdict::{Circumstances, show};
pub use witnesses::Witnesses;
