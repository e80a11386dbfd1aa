//! Reading a log and recomputing its root: what a checkpoint says is believed only when all leaves below it give its root.

use undersign_protocol::public_log::{
    Checkpoint, CheckpointError, Edge, Hash, TILE_WIDTH, TilePath, decode_entries, tree_root,
};

/// Why a log is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The checkpoint is not one of this log, or its signature is not valid.
    #[error("{0}")]
    Checkpoint(#[from] CheckpointError),
    /// A tile is missing or not of its form.
    #[error("a tile of the log is missing or broken")]
    Tile,
    /// The leaves do not give the root that the log has signed.
    #[error("the log's entries do not add up to the root that it has signed")]
    Root,
    /// The log is smaller than it was.
    #[error("the log is smaller than it was before")]
    Shrunk,
    /// More leaves than a client reads at once.
    #[error("the log is too large to be read here")]
    TooLarge,
}

/// The tiles that hold leaves `from..to` of a tree of `to` leaves; `level` as in [`TilePath`].
pub(crate) fn tiles(level: Option<u8>, from: u64, to: u64) -> Vec<TilePath> {
    let mut tiles = Vec::new();
    for index in from / TILE_WIDTH..to.div_ceil(TILE_WIDTH) {
        tiles.push(TilePath { level, index, width: (to - index * TILE_WIDTH).min(TILE_WIDTH) });
    }
    tiles
}

/// All entries below a checkpoint, from its entry bundles in order; verified against its root.
pub(crate) fn verified_entries<'a>(checkpoint: &Checkpoint, bundles: &'a [Vec<u8>]) -> Result<Vec<&'a [u8]>, LogError> {
    let paths = tiles(None, 0, checkpoint.tree_size);
    if paths.len() != bundles.len() {
        return Err(LogError::Tile);
    }
    let (mut entries, mut leaves) = (Vec::new(), Vec::new());
    for (path, bundle) in paths.iter().zip(bundles) {
        for entry in decode_entries(bundle, path.width).map_err(|_| LogError::Tile)? {
            leaves.push(Hash::of_leaf(entry));
            entries.push(entry);
        }
    }
    if tree_root(&leaves) == checkpoint.root { Ok(entries) } else { Err(LogError::Root) }
}

/// Goes on from the leaves already read to those below a checkpoint, by the hashes of its tiles of level 0. The grown tree must have
/// the checkpoint's root, so it also contains everything that was read before, unchanged.
///
/// # Returns
/// The grown tree and the hashes of the new leaves.
pub(crate) fn grow(edge: &Edge, checkpoint: &Checkpoint, bodies: &[&[u8]]) -> Result<(Edge, Vec<Hash>), LogError> {
    let from = edge.tree_size();
    let paths = tiles(Some(0), from, checkpoint.tree_size);
    if paths.len() != bodies.len() {
        return Err(LogError::Tile);
    }
    let mut grown = edge.clone();
    let mut fresh = Vec::new();
    for (path, body) in paths.iter().zip(bodies) {
        let hashes = path.decode_hashes(body).map_err(|_| LogError::Tile)?;
        let known = from.saturating_sub(path.start()) as usize;
        fresh.extend_from_slice(&hashes[known..]);
    }
    fresh.iter().for_each(|leaf| grown.append(*leaf, |_, _, _| {}));
    if grown.tree_size() == checkpoint.tree_size && grown.root() == checkpoint.root {
        Ok((grown, fresh))
    } else {
        Err(LogError::Root)
    }
}
