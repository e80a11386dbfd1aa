//! Proofs against an independent implementation: the `tlog_tiles` crate, a port of Go's. What it makes, ours makes from tiles.

use std::collections::HashMap;

use proptest::prelude::*;
use tlog_tiles::{HashReader, prove_record, prove_tree, stored_hashes};
use undersign_protocol::public_log::{
    Checkpoint, ConsistencyProof, Edge, Hash, HashRange, InclusionProof, ProofError, ProofPlan,
};

use crate::common::laws::{check, proves};

/// A tree as both implementations keep it, and its root at every size.
#[derive(Default)]
struct Tree {
    theirs: Vec<tlog_tiles::Hash>,
    tiles: HashMap<(u8, u64), Hash>,
    edge: Edge,
    roots: Vec<Hash>,
}

impl HashReader for Tree {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.theirs[*index as usize]).collect())
    }
}

impl Tree {
    fn of(size: u64) -> Self {
        let mut tree = Self { roots: vec![Edge::default().root()], ..Self::default() };
        for number in 0..size {
            let entry = number.to_be_bytes();
            let new = stored_hashes(number, &entry, &tree).unwrap();
            tree.theirs.extend(new);
            let tiles = &mut tree.tiles;
            tree.edge.append(Hash::of_leaf(&entry), |level, position, hash| {
                tiles.insert((level, position), hash);
            });
            tree.roots.push(tree.edge.root());
        }
        tree
    }

    fn head(&self, size: u64) -> Checkpoint {
        Checkpoint { origin: "log.example".to_owned(), tree_size: size, root: self.roots[size as usize] }
    }

    /// Reads as a server does: nothing but what a tree of this size holds, and nothing across the end of a tile.
    fn prove(&self, plan: &ProofPlan, size: u64) -> Vec<Hash> {
        let read = |range: &HashRange| {
            let tile = range.tile(size);
            assert!(tile.is_in(size) && (1..=128).contains(&range.count), "{range:?} of {size}");
            let hashes: Vec<Hash> = (tile.start()..tile.start() + tile.width)
                .map(|position| self.tiles[&(range.level, position)])
                .collect();
            range.of_tile(&hashes)
        };
        plan.hashes(read).expect("every range is there")
    }
}

fn ours(hashes: Vec<tlog_tiles::Hash>) -> Vec<Hash> {
    hashes.into_iter().map(|hash| hash.0.into()).collect()
}

/// Sizes at which tiles begin, end and complete a level, and some between. The last two need tiles of a third level.
fn sizes() -> Vec<u64> {
    let sizes = vec![1, 2, 3, 7, 8, 255, 256, 257, 511, 600];
    if proves() { [sizes, vec![65_536, 65_793]].concat() } else { sizes }
}

#[test]
fn inclusion_proofs_are_those_of_another_implementation_and_verify() {
    let tree = Tree::of(*sizes().last().unwrap());
    for size in sizes() {
        let step = if proves() { size / 400 + 1 } else { size / 25 + 1 };
        for leaf_index in (0..size).step_by(step as usize).chain([size - 1]) {
            let plan = InclusionProof::plan(leaf_index, size).unwrap();
            let proof = InclusionProof { hashes: tree.prove(&plan, size) };
            assert_eq!(proof.hashes, ours(prove_record(size, leaf_index, &tree).unwrap()), "{leaf_index} of {size}");
            let leaf = Hash::of_leaf(&leaf_index.to_be_bytes());
            assert_eq!(proof.verify(&leaf, leaf_index, &tree.head(size)), Ok(()));
            let other = Hash::of_leaf(b"another");
            assert_eq!(proof.verify(&other, leaf_index, &tree.head(size)), Err(ProofError));
        }
    }
}

#[test]
fn consistency_proofs_are_those_of_another_implementation_and_verify() {
    let tree = Tree::of(*sizes().last().unwrap());
    for size in sizes() {
        for old_size in sizes().into_iter().filter(|old_size| *old_size <= size) {
            let plan = ConsistencyProof::plan(old_size, size).unwrap();
            let proof = ConsistencyProof { hashes: tree.prove(&plan, size) };
            assert_eq!(proof.hashes, ours(prove_tree(size, old_size, &tree).unwrap()), "{old_size} to {size}");
            let root = tree.roots[old_size as usize];
            assert_eq!(proof.verify(old_size, &root, &tree.head(size)), Ok(()));
            assert_eq!(proof.verify(old_size, &Hash::of_leaf(b"fork"), &tree.head(size)), Err(ProofError));
        }
    }
}

#[test]
fn from_the_empty_tree_there_is_nothing_to_prove() {
    let tree = Tree::of(5);
    let plan = ConsistencyProof::plan(0, 5).unwrap();
    assert_eq!(plan.ranges().count(), 0);
    let nothing = ConsistencyProof { hashes: Vec::new() };
    assert_eq!(nothing.verify(0, &tree.roots[0], &tree.head(5)), Ok(()));
    assert_eq!(nothing.verify(0, &tree.roots[1], &tree.head(5)), Err(ProofError), "another root than the empty tree's");
    let something = ConsistencyProof { hashes: vec![tree.roots[1]] };
    assert_eq!(something.verify(0, &tree.roots[0], &tree.head(5)), Err(ProofError));
}

#[test]
fn what_is_not_in_a_tree_has_no_proof() {
    assert_eq!(InclusionProof::plan(0, 0), None);
    assert_eq!(InclusionProof::plan(5, 5), None);
    assert_eq!(ConsistencyProof::plan(6, 5), None);
    let tree = Tree::of(5);
    let proof = InclusionProof { hashes: Vec::new() };
    assert_eq!(proof.verify(&tree.roots[1], 7, &tree.head(5)), Err(ProofError));
    let proof = ConsistencyProof { hashes: Vec::new() };
    assert_eq!(proof.verify(6, &tree.roots[5], &tree.head(5)), Err(ProofError), "a tree that has shrunk");
}

/// Proofs for trees of any size are planned without a tree, and no proof has more hashes than the format takes.
#[test]
fn plans_of_huge_trees_are_short() {
    check((1..=1u64 << 62, any::<proptest::sample::Index>()), |(size, place)| {
        let leaf_index = (place.index(usize::MAX) as u64).min(size - 1);
        for plan in [InclusionProof::plan(leaf_index, size), ConsistencyProof::plan(leaf_index + 1, size)] {
            let plan = plan.unwrap();
            let hashes = plan.hashes(|range| Some(vec![Hash::from([0; 32]); range.count as usize])).unwrap();
            prop_assert!(hashes.len() <= 63, "{} hashes", hashes.len());
            for range in plan.ranges() {
                prop_assert!(range.tile(size).is_in(size), "{range:?} is not in a tree of {size}");
            }
        }
        Ok(())
    });
}

/// A proof that is changed anywhere, cut or lengthened proves nothing.
#[test]
fn damaged_proofs_prove_nothing() {
    let tree = Tree::of(600);
    let damage = (0..600u64, 1..600u64, any::<proptest::sample::Index>(), 0..32usize, 1..=u8::MAX);
    check(damage, |(leaf_index, old_size, place, byte, mask)| {
        let hashes = tree.prove(&InclusionProof::plan(leaf_index, 600).unwrap(), 600);
        let leaf = Hash::of_leaf(&leaf_index.to_be_bytes());
        for hashes in damaged(&hashes, place, byte, mask) {
            prop_assert_eq!(InclusionProof { hashes }.verify(&leaf, leaf_index, &tree.head(600)), Err(ProofError));
        }
        let hashes = tree.prove(&ConsistencyProof::plan(old_size, 600).unwrap(), 600);
        let root = tree.roots[old_size as usize];
        for hashes in damaged(&hashes, place, byte, mask) {
            prop_assert_eq!(ConsistencyProof { hashes }.verify(old_size, &root, &tree.head(600)), Err(ProofError));
        }
        Ok(())
    });
}

fn damaged(hashes: &[Hash], place: proptest::sample::Index, byte: usize, mask: u8) -> Vec<Vec<Hash>> {
    let longer = [hashes, &[Hash::from([7; 32])]].concat();
    let shorter = hashes[..hashes.len() - 1].to_vec();
    let mut changed = hashes.to_vec();
    let place = place.index(hashes.len());
    let mut bytes = *changed[place].as_bytes();
    bytes[byte] ^= mask;
    changed[place] = bytes.into();
    vec![longer, shorter, changed]
}
