//! Roots and stored hashes against an independent implementation: the `tlog_tiles` crate, a port of Go's.

use proptest::prelude::*;
use tlog_tiles::{HashReader, record_hash, stored_hash_index, stored_hashes, tree_hash};
use undersign_protocol::public_log::{Edge, Hash, TilePath, tree_root};

use crate::common::laws::check;

/// Every hash of their tree, in their order.
#[derive(Default)]
struct TheirTree {
    hashes: Vec<tlog_tiles::Hash>,
    size: u64,
}

impl HashReader for TheirTree {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.hashes[*index as usize]).collect())
    }
}

impl TheirTree {
    fn append(&mut self, entry: &[u8]) {
        let new = stored_hashes(self.size, entry, self).unwrap();
        self.hashes.extend(new);
        self.size += 1;
    }

    fn root(&self) -> Hash {
        tree_hash(self.size, self).unwrap().0.into()
    }

    /// The hash at a position of a tile level: eight of their levels are one of ours.
    fn at(&self, level: u8, position: u64) -> Hash {
        self.hashes[stored_hash_index(8 * level, position) as usize].0.into()
    }
}

/// Grows both trees and compares what is recorded at every size, and the roots where asked for.
fn compare(size: u64, compare_root_at: impl Fn(u64) -> bool) -> (Edge, TheirTree) {
    let (mut edge, mut theirs) = (Edge::default(), TheirTree::default());
    for number in 0..size {
        let entry = number.to_be_bytes();
        theirs.append(&entry);
        let mut recorded = Vec::new();
        edge.append(Hash::of_leaf(&entry), |level, position, hash| recorded.push((level, position, hash)));
        // A level's hash is complete when the entries below it are: never before, never twice.
        let complete = (0..8).take_while(|level| (number + 1).is_multiple_of(1 << (8 * level)));
        let expected: Vec<(u8, u64, Hash)> = complete
            .map(|level| (level, ((number + 1) >> (8 * level)) - 1))
            .map(|(level, position)| (level, position, theirs.at(level, position)))
            .collect();
        assert_eq!(recorded, expected, "appending entry {number}");
        if compare_root_at(number + 1) {
            assert_eq!(edge.root(), theirs.root(), "root at size {}", number + 1);
        }
    }
    assert_eq!(edge.tree_size(), size);
    (edge, theirs)
}

#[test]
fn the_empty_tree_has_the_root_of_rfc_6962() {
    let empty = Hash::from(tlog_tiles::EMPTY_HASH.0);
    assert_eq!(Edge::default().root(), empty);
    assert_eq!(tree_root(&[]), empty);
    assert_eq!(Hash::of_leaf(b"x"), record_hash(b"x").0.into());
}

#[test]
fn roots_and_recorded_hashes_of_every_size_to_700() {
    compare(700, |_| true);
}

#[test]
fn a_plain_list_of_leaves_has_the_same_root() {
    let mut theirs = TheirTree::default();
    let mut leaves = Vec::new();
    for number in 0..700u64 {
        theirs.append(&number.to_be_bytes());
        leaves.push(Hash::of_leaf(&number.to_be_bytes()));
        assert_eq!(tree_root(&leaves), theirs.root(), "{} leaves", leaves.len());
    }
}

/// 65,536 entries complete the first hash of tile level 2.
#[test]
fn sizes_around_65536() {
    let near = |size: u64| size.abs_diff(65_536) < 300 || size.is_multiple_of(4_099);
    let (edge, theirs) = compare(66_100, near);
    assert_eq!(Edge::widths(66_100), [66_100 % 256, 2, 1]);
    assert_eq!(edge.root(), theirs.root());
}

/// What was recorded is all that is needed to go on after a restart.
#[test]
fn an_edge_read_from_tiles_goes_on_as_before() {
    check(0..1_500u64, |size| {
        let (mut edge, mut stored) = (Edge::default(), vec![Vec::new(); 8]);
        for number in 0..size {
            let leaf = Hash::of_leaf(&number.to_be_bytes());
            edge.append(leaf, |level, _, hash| stored[usize::from(level)].push(hash));
        }
        let levels = Edge::widths(size).into_iter().zip(&stored);
        let levels: Vec<Vec<Hash>> =
            levels.map(|(width, hashes)| hashes[hashes.len() - width as usize..].to_vec()).collect();
        let mut again = Edge::from_levels(size, levels).unwrap();
        prop_assert_eq!(&again, &edge);
        let mut records = (Vec::new(), Vec::new());
        edge.append(Hash::of_leaf(b"next"), |level, position, hash| records.0.push((level, position, hash)));
        again.append(Hash::of_leaf(b"next"), |level, position, hash| records.1.push((level, position, hash)));
        prop_assert_eq!(records.0, records.1);
        prop_assert_eq!(again.root(), edge.root());
        Ok(())
    });
}

/// Whoever has the tiles computes the same root: hashes of full tiles from the level above, the rest from below.
#[test]
fn what_is_recorded_fills_the_tiles() {
    let (mut edge, mut stored) = (Edge::default(), vec![Vec::new(); 8]);
    for number in 0..70_000u64 {
        edge.append(Hash::of_leaf(&number.to_be_bytes()), |level, position, hash| {
            assert_eq!(stored[usize::from(level)].len() as u64, position);
            stored[usize::from(level)].push(hash);
        });
    }
    for level in 0..8u8 {
        let path = TilePath { level: Some(level), index: 0, width: 256 };
        assert_eq!(stored[usize::from(level)].len() as u64, path.level_size(70_000));
    }
    // A full tile's root stands on the level above.
    for level in 0..2 {
        for (index, tile) in stored[level].chunks_exact(256).enumerate() {
            assert_eq!(tree_root(tile), stored[level + 1][index]);
        }
    }
}

#[test]
fn levels_of_other_widths_are_refused() {
    let hashes = |count: usize| vec![Hash::from([0; 32]); count];
    assert!(Edge::from_levels(0, vec![]).is_some());
    assert!(Edge::from_levels(256, vec![hashes(0), hashes(1)]).is_some());
    for (size, levels) in [
        (0, vec![hashes(0)]),
        (1, vec![]),
        (1, vec![hashes(2)]),
        (255, vec![hashes(254)]),
        (256, vec![hashes(256)]),
        (256, vec![hashes(0)]),
        (256, vec![hashes(0), hashes(1), hashes(0)]),
        (257, vec![hashes(0), hashes(1)]),
    ] {
        assert!(Edge::from_levels(size, levels).is_none(), "{size}");
    }
}
