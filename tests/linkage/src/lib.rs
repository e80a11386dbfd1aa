//! The linkage game: adversaries pair addresses with signatures, and must not do better than it is said that they can.
//!
//! The first seizes. People sign through the real server; he is given everything that is at rest on both sides at some moments,
//! and the backups of the days before. He knows all keys and the days, and must not do better than guessing between those whom
//! the days do not tell apart. The second watches live ([`live`]), the third reads mailboxes and asks himself ([`mailboxes`]).

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

/// Who watches.
pub mod live;

/// Who reads mailboxes.
pub mod mailboxes;

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
