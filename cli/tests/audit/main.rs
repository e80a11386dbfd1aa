//! `undersign audit` as a person calls it, against generated logs: served as files, as copies, and with one lie at a time.

mod copies;
mod growth;
mod lies;
mod print;
mod report;
mod verdicts;
mod witnesses;
mod world;
