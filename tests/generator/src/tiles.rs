use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::public_log::{Checkpoint, Edge, Hash, TILE_WIDTH, TilePath, encode_entries};

/// A log that is written to files while it grows; what it holds in memory is its right edge.
pub struct TileWriter {
    folder: PathBuf,
    edge: Edge,
    entries: Vec<Vec<u8>>,
    /// Hashes of each level's unfinished tile.
    levels: BTreeMap<u8, Vec<Hash>>,
}

impl TileWriter {
    /// Begins a log in the folder that `…/log` stands for.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, edge: Edge::default(), entries: Vec::new(), levels: BTreeMap::new() }
    }

    /// How many entries there are.
    pub fn tree_size(&self) -> u64 {
        self.edge.tree_size()
    }

    /// Appends an entry; writes each tile that it fills.
    pub fn append(&mut self, entry: Vec<u8>) -> Result<()> {
        let mut full = Vec::new();
        let levels = &mut self.levels;
        self.edge.append(Hash::of_leaf(&entry), |level, position, hash| {
            let tile = levels.entry(level).or_default();
            tile.push(hash);
            if tile.len() as u64 == TILE_WIDTH {
                full.push((level, position / TILE_WIDTH, std::mem::take(tile)));
            }
        });
        self.entries.push(entry);
        for (level, index, hashes) in full {
            self.write_hashes(level, index, &hashes)?;
        }
        if self.entries.len() as u64 == TILE_WIDTH { self.write_entries() } else { Ok(()) }
    }

    /// Writes the unfinished tiles and the signed head.
    pub fn finish(mut self, origin: &str, key: &SecretKey) -> Result<(Checkpoint, String)> {
        for (level, hashes) in std::mem::take(&mut self.levels) {
            if !hashes.is_empty() {
                let size = self.edge.tree_size() >> (8 * u32::from(level));
                self.write_hashes(level, size / TILE_WIDTH, &hashes)?;
            }
        }
        if !self.entries.is_empty() {
            self.write_entries()?;
        }
        let checkpoint =
            Checkpoint { origin: origin.to_owned(), tree_size: self.edge.tree_size(), root: self.edge.root() };
        let note = checkpoint.sign(key)?;
        write(&self.folder.join("checkpoint"), note.as_bytes())?;
        Ok((checkpoint, note))
    }

    fn write_hashes(&self, level: u8, index: u64, hashes: &[Hash]) -> Result<()> {
        let path = TilePath { level: Some(level), index, width: hashes.len() as u64 };
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
        write(&self.folder.join(format!("tile/{path}")), &bytes)
    }

    /// The entries since the last bundle.
    fn write_entries(&mut self) -> Result<()> {
        let entries = std::mem::take(&mut self.entries);
        let index = (self.edge.tree_size() - 1) / TILE_WIDTH;
        let path = TilePath { level: None, index, width: entries.len() as u64 };
        write(&self.folder.join(format!("tile/{path}")), &encode_entries(entries.iter().map(Vec::as_slice)))
    }
}

/// Writes a file, with the folders above it.
pub fn write(path: &Path, content: &[u8]) -> Result<()> {
    let parent = path.parent().context("a file lies in a folder")?;
    fs::create_dir_all(parent)
        .and_then(|()| fs::write(path, content))
        .with_context(|| format!("could not write {}", path.display()))
}
