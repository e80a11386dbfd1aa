//! public_log and tally: entries, tiles, trees, checkpoints, and the total.

mod checkpoint;
mod edge;
mod entry;
mod host_entry;
mod policy;
mod proof;
mod tally;
mod tile;
mod tile_path;
mod tlog_proof;
