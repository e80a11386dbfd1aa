use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::public_log::{Checkpoint, Hash, InclusionProof, TilePath, encode_entries, tree_root};

/// A log in memory.
pub struct TestLog {
    pub origin: String,
    pub key: SecretKey,
    pub entries: Vec<Vec<u8>>,
}

impl TestLog {
    pub fn new(origin: String, key: SecretKey) -> Self {
        Self { origin, key, entries: Vec::new() }
    }

    pub fn head(&self) -> Checkpoint {
        let leaves: Vec<Hash> = self.leaves().collect();
        Checkpoint { origin: self.origin.clone(), tree_size: leaves.len() as u64, root: tree_root(&leaves) }
    }

    pub fn checkpoint(&self) -> String {
        self.head().sign(&self.key).unwrap()
    }

    /// `rest` is what follows `…/log/`.
    pub fn get(&self, rest: &str) -> Option<Vec<u8>> {
        if rest == "checkpoint" {
            return Some(self.checkpoint().into_bytes());
        }
        let path: TilePath = rest.strip_prefix("tile/")?.parse().ok()?;
        let range = path.start() as usize..(path.start() + path.width) as usize;
        match path.level {
            None => Some(encode_entries(self.entries.get(range)?.iter().map(Vec::as_slice))),
            Some(0) => {
                let leaves: Vec<Hash> = self.leaves().collect();
                Some(leaves.get(range)?.iter().flat_map(|leaf| *leaf.as_bytes()).collect())
            }
            Some(_) => None,
        }
    }

    /// The proof that an entry is in the whole log, which must have fewer than 256.
    pub fn proof(&self, leaf_index: u64) -> Vec<Hash> {
        let leaves: Vec<Hash> = self.leaves().collect();
        let plan = InclusionProof::plan(leaf_index, leaves.len() as u64).unwrap();
        plan.hashes(|range| leaves.get(range.start as usize..(range.start + range.count) as usize).map(<[_]>::to_vec))
            .unwrap()
    }

    fn leaves(&self) -> impl Iterator<Item = Hash> {
        self.entries.iter().map(|entry| Hash::of_leaf(entry))
    }
}
