use super::{Checkpoint, Hash, TILE_WIDTH, TilePath, tree_root};

/// Most hashes of a proof (C2SP tlog-witness): enough for trees of 2^62 leaves.
pub const MAX_PROOF: usize = 63;

/// The proof does not show what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not lead to the tree's root")]
pub struct ProofError;

/// That a leaf is in a tree: hashes from the leaf's sibling up to a child of the root (RFC 6962 §2.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// At most [`MAX_PROOF`].
    pub hashes: Vec<Hash>,
}

/// That a tree begins with a smaller one (RFC 6962 §2.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// At most [`MAX_PROOF`].
    pub hashes: Vec<Hash>,
}

/// Neighbouring hashes of one tile: what a proof is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HashRange {
    /// Tile level, from 0.
    pub level: u8,
    /// Position of the first on its level.
    pub start: u64,
    /// 1, 2, 4 … 128; all of one tile.
    pub count: u64,
}

/// Which hashes a proof is made from. It is made in two steps, because whoever has the hashes reads them from a database or fetches
/// tiles: first [`ProofPlan::ranges`], then [`ProofPlan::hashes`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofPlan {
    /// For each hash of the proof, the complete subtrees that it is the root of, from the left, each at most as large as the one
    /// before it.
    parts: Vec<Vec<HashRange>>,
}

impl InclusionProof {
    /// What proves that leaf `leaf_index` is in a tree of `tree_size`; `None` where it has no such leaf.
    pub fn plan(leaf_index: u64, tree_size: u64) -> Option<ProofPlan> {
        let mut subtrees = Vec::new();
        (leaf_index < tree_size).then(|| beside_leaf(0, tree_size, leaf_index, &mut subtrees))?;
        Some(ProofPlan::of(subtrees))
    }

    /// Whether it leads from a leaf to the root of a tree.
    pub fn verify(&self, leaf_hash: &Hash, leaf_index: u64, tree: &Checkpoint) -> Result<(), ProofError> {
        if leaf_index >= tree.tree_size {
            return Err(ProofError);
        }
        // RFC 9162 §2.1.3.2: the place of the node on its level, and that of the last node there.
        let (mut place, mut last, mut hash) = (leaf_index, tree.tree_size - 1, *leaf_hash);
        for sibling in &self.hashes {
            if last == 0 {
                return Err(ProofError);
            }
            if place % 2 == 1 || place == last {
                hash = Hash::of_children(sibling, &hash);
                // A last node without a sibling is the same node on the levels above.
                while place % 2 == 0 && place > 0 {
                    (place, last) = (place / 2, last / 2);
                }
            } else {
                hash = Hash::of_children(&hash, sibling);
            }
            (place, last) = (place / 2, last / 2);
        }
        if last == 0 && hash == tree.root { Ok(()) } else { Err(ProofError) }
    }
}

impl ConsistencyProof {
    /// What proves that a tree of `tree_size` begins with one of `old_size`; `None` where it is not at least as large. From the empty
    /// tree, and from the same one, there is nothing to prove.
    pub fn plan(old_size: u64, tree_size: u64) -> Option<ProofPlan> {
        let mut subtrees = Vec::new();
        if old_size > tree_size {
            return None;
        }
        if old_size > 0 {
            beside_tree(0, tree_size, old_size, &mut subtrees);
        }
        Some(ProofPlan::of(subtrees))
    }

    /// Whether `tree` begins with a tree of this size and root.
    pub fn verify(&self, old_size: u64, old_root: &Hash, tree: &Checkpoint) -> Result<(), ProofError> {
        if old_size == 0 {
            let is_empty = self.hashes.is_empty() && *old_root == tree_root(&[]);
            return if is_empty { Ok(()) } else { Err(ProofError) };
        }
        let root = tlog_tiles::Hash(*tree.root.as_bytes());
        let old_root = tlog_tiles::Hash(*old_root.as_bytes());
        tlog_tiles::check_tree(&theirs(&self.hashes), tree.tree_size, root, old_size, old_root).map_err(|_| ProofError)
    }
}

impl ProofPlan {
    fn of(subtrees: Vec<(u64, u64)>) -> Self {
        Self { parts: subtrees.into_iter().map(|(low, high)| complete_subtrees(low, high)).collect() }
    }

    /// Everything that is needed, in the order in which [`ProofPlan::hashes`] asks for it.
    pub fn ranges(&self) -> impl Iterator<Item = HashRange> {
        self.parts.iter().flatten().copied()
    }

    /// The hashes of the proof.
    ///
    /// # Arguments
    /// * `read` – gives the hashes of a range, exactly `count` of them
    ///
    /// # Returns
    /// `None` where a range cannot be read.
    pub fn hashes(&self, mut read: impl FnMut(&HashRange) -> Option<Vec<Hash>>) -> Option<Vec<Hash>> {
        let mut root = |ranges: &Vec<HashRange>| {
            let mut roots = Vec::with_capacity(ranges.len());
            for range in ranges {
                let hashes = read(range).filter(|hashes| hashes.len() as u64 == range.count)?;
                roots.push(tree_root(&hashes));
            }
            // Unequal subtrees, the smallest last, hang together from the right.
            let last = roots.pop()?;
            Some(roots.into_iter().rev().fold(last, |right, left| Hash::of_children(&left, &right)))
        };
        self.parts.iter().map(&mut root).collect()
    }
}

impl HashRange {
    /// The tile that holds the range, as a tree of this size has it.
    pub fn tile(&self, tree_size: u64) -> TilePath {
        let index = self.start / TILE_WIDTH;
        let tile = TilePath { level: Some(self.level), index, width: TILE_WIDTH };
        TilePath { width: (tile.level_size(tree_size) - tile.start()).min(TILE_WIDTH), ..tile }
    }

    /// Takes the range out of its tile.
    pub fn of_tile(&self, tile: &[Hash]) -> Option<Vec<Hash>> {
        let start = (self.start % TILE_WIDTH) as usize;
        tile.get(start..start + self.count as usize).map(<[Hash]>::to_vec)
    }
}

/// The subtrees beside the path from the root of leaves `low..high` to a leaf, from the leaf up.
fn beside_leaf(low: u64, high: u64, leaf: u64, subtrees: &mut Vec<(u64, u64)>) {
    if high - low == 1 {
        return;
    }
    let middle = low + split(high - low);
    if leaf < middle {
        beside_leaf(low, middle, leaf, subtrees);
        subtrees.push((middle, high));
    } else {
        beside_leaf(middle, high, leaf, subtrees);
        subtrees.push((low, middle));
    }
}

/// The subtrees beside the path from the root of leaves `low..high` to where the old tree ends, from there up.
fn beside_tree(low: u64, high: u64, old_size: u64, subtrees: &mut Vec<(u64, u64)>) {
    if old_size == high {
        // The old tree itself is known to whoever verifies.
        if low > 0 {
            subtrees.push((low, high));
        }
        return;
    }
    let middle = low + split(high - low);
    if old_size <= middle {
        beside_tree(low, middle, old_size, subtrees);
        subtrees.push((middle, high));
    } else {
        beside_tree(middle, high, old_size, subtrees);
        subtrees.push((low, middle));
    }
}

/// The largest power of two below a size of at least two: where RFC 6962 §2.1 splits.
fn split(size: u64) -> u64 {
    1 << (63 - (size - 1).leading_zeros())
}

/// Leaves `low..high` as complete subtrees, the largest first. `low` is a multiple of the largest.
fn complete_subtrees(mut low: u64, high: u64) -> Vec<HashRange> {
    let mut ranges = Vec::new();
    while low < high {
        let height = 63 - (high - low).leading_zeros();
        // Eight heights of the tree are one level of tiles.
        let (level, count) = ((height / 8) as u8, 1 << (height % 8));
        ranges.push(HashRange { level, start: low >> (8 * level), count });
        low += 1 << height;
    }
    ranges
}

fn theirs(hashes: &[Hash]) -> Vec<tlog_tiles::Hash> {
    hashes.iter().map(|hash| tlog_tiles::Hash(*hash.as_bytes())).collect()
}
