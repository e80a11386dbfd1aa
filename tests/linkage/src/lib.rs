//! The linkage game. People sign through the real server; the adversary is given everything that is at rest on both sides at some moments,
//! and the backups of the days before, and pairs addresses with signatures. He knows all keys and the days, and must not do better than
//! guessing between those whom the days do not tell apart.
//!
//! This adversary is the first: who seizes. Others have what they see elsewhere; they would bring a `seizure.rs` and tricks of their own.

/// Who comes when.
pub mod population;

/// Where the rows of both sides are kept.
pub mod disks;

/// One side or the other.
pub mod side;

/// Rows as their engine gives them.
pub mod rows;

/// What is taken, and whose values stand where in it.
pub mod seizure;

/// What can be made of it.
pub mod tricks;

/// How well a trick has gone, compared with guessing.
pub mod statistics;

/// Numbers from a seed.
pub mod lots;

/// Every trick on everything that is held.
pub mod adversary;

/// The game itself.
pub mod game;

/// What came of it.
pub mod report;

#[cfg(test)]
mod planted;
