//! public_log and tally: entries, tiles, trees, checkpoints, and the total.

mod checkpoint;
mod edge;
mod entry;
mod host_entry;
mod tally;
mod tile;
mod tile_path;
