//! What anyone can recount: C2SP tlog-tiles, one log per petition and one per host.

mod checkpoint;
mod cosignature;
mod entry;
mod host_entry;
mod key_config_entry;
mod note;
mod note_key;
mod policy;
mod proof;
mod tile;
mod tlog_proof;
mod tree;
mod witness_request;

pub use checkpoint::{Checkpoint, CheckpointError, CheckpointKey, CheckpointKeyError};
pub use cosignature::{WitnessKey, WitnessKeyError};
pub use entry::{CloseStatement, Entry};
pub use host_entry::{Announcement, HostEntry, HostLogKey, Service, host_log_origin};
pub use key_config_entry::KeyConfigEntry;
pub use policy::{NotWitnessed, Policy, PolicyError};
pub use proof::{ConsistencyProof, HashRange, InclusionProof, MAX_PROOF, ProofError, ProofPlan};
pub use tile::{TILE_WIDTH, TileError, TilePath, decode_entries, encode_entries};
pub use tlog_proof::{TLOG_PROOF_EXTENSION, TlogProof, TlogProofError};
pub use tree::{Edge, tree_root};
pub use witness_request::{AddCheckpoint, AddCheckpointError, SIZE_MEDIA_TYPE};

use sha2::{Digest as _, Sha256};

use crate::bytes::byte_string;

byte_string!(
    /// A hash of the tree (RFC 6962 §2.1), 32 bytes.
    Hash,
    32
);

impl Hash {
    /// Leaf hash: SHA-256(0x00 ‖ entry).
    pub fn of_leaf(entry: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
    }

    /// Node hash: SHA-256(0x01 ‖ left ‖ right).
    pub fn of_children(left: &Self, right: &Self) -> Self {
        Self(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
    }
}
