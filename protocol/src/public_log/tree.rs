use sha2::{Digest as _, Sha256};

use super::{Hash, TILE_WIDTH};

/// Root of a tree over these hashes (RFC 6962 §2.1): leaf hashes, or hashes of complete subtrees of one size of which only the last
/// may be smaller.
pub fn tree_root(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => Hash::from(<[u8; 32]>::from(Sha256::digest([]))),
        [only] => *only,
        _ => {
            let split = hashes.len().next_power_of_two() / 2;
            let (left, right) = hashes.split_at(split);
            Hash::of_children(&tree_root(left), &tree_root(right))
        }
    }
}

/// The right edge of a growing tree: on each level of tiles, the hashes of the tile that is not full yet. It is all that is needed to
/// append and to compute the root: at most 255 hashes a level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    levels: Vec<Vec<Hash>>,
    tree_size: u64,
}

impl Edge {
    /// Number of leaves.
    pub fn tree_size(&self) -> u64 {
        self.tree_size
    }

    /// From stored hashes: `levels[L]` holds the last `(tree_size >> 8L) mod 256` hashes of tile level L. `None` where a level has
    /// another number of hashes.
    pub fn from_levels(tree_size: u64, levels: Vec<Vec<Hash>>) -> Option<Self> {
        let expected = Self::widths(tree_size);
        let fits = levels.len() == expected.len()
            && levels.iter().zip(&expected).all(|(level, width)| level.len() as u64 == *width);
        fits.then_some(Self { levels, tree_size })
    }

    /// How many hashes each level's unfinished tile has in a tree of this size.
    pub fn widths(tree_size: u64) -> Vec<u64> {
        let mut widths = Vec::new();
        let mut rest = tree_size;
        while rest > 0 {
            widths.push(rest % TILE_WIDTH);
            rest /= TILE_WIDTH;
        }
        widths
    }

    /// Appends a leaf hash. `record` is called with (tile level, position on it, hash) for it and for each hash of a higher tile
    /// level that it completes: what is to be stored.
    pub fn append(&mut self, leaf: Hash, mut record: impl FnMut(u8, u64, Hash)) {
        let (mut hash, mut position) = (leaf, self.tree_size);
        self.tree_size += 1;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            record(level as u8, position, hash);
            let tile = &mut self.levels[level];
            tile.push(hash);
            if (tile.len() as u64) < TILE_WIDTH {
                return;
            }
            hash = tree_root(tile);
            position /= TILE_WIDTH;
            tile.clear();
        }
    }

    /// Root of the whole tree. A level's unfinished tile is the last, smaller subtree of the level above.
    pub fn root(&self) -> Hash {
        let mut below: Option<Hash> = None;
        for tile in &self.levels {
            let mut hashes = tile.clone();
            hashes.extend(below);
            below = (!hashes.is_empty()).then(|| tree_root(&hashes));
        }
        below.unwrap_or_else(|| tree_root(&[]))
    }
}
