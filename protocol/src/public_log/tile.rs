use super::Hash;
use crate::codec::{DecodeError, Reader};

/// Hashes of a full tile, entries of a full bundle (C2SP tlog-tiles).
pub const TILE_WIDTH: u64 = 256;

/// Highest level: a tree of 2^64 leaves has eight levels of tiles.
const MAX_LEVEL: u8 = 7;

/// Which tile is asked for: `{L}/{N}[.p/{W}]` of hashes, `entries/{N}[.p/{W}]` of entries (C2SP tlog-tiles).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TilePath {
    /// Level of the hashes; `None` for entries.
    pub level: Option<u8>,
    /// Index of the tile on its level.
    pub index: u64,
    /// Hashes or entries in it: 256, or 1 to 255 of a partial tile.
    pub width: u64,
}

/// The text is not the path of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the path of a tile")]
pub struct TileError;

impl TilePath {
    /// First hash or entry of the tile.
    pub fn start(&self) -> u64 {
        self.index * TILE_WIDTH
    }

    /// Whether the tile will never change.
    pub fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// How many hashes of this tile's level a tree has.
    pub fn level_size(&self, tree_size: u64) -> u64 {
        tree_size >> (8 * u32::from(self.level.unwrap_or(0)))
    }

    /// Whether a tree of this size has the tile.
    pub fn is_in(&self, tree_size: u64) -> bool {
        self.start() + self.width <= self.level_size(tree_size)
    }
}

/// Reads what follows `/tile/` in a URL. One tile has one path: other spellings of an index or a level are refused.
impl std::str::FromStr for TilePath {
    type Err = TileError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (level, rest) = text.split_once('/').ok_or(TileError)?;
        let level = match level {
            "entries" => None,
            number => Some(number.parse().ok().filter(|level| *level <= MAX_LEVEL).ok_or(TileError)?),
        };
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, TILE_WIDTH),
            Some((index, width)) => (index, width.parse().map_err(|_| TileError)?),
        };
        let index = index.split('/').try_fold(0u64, |sum, part| {
            let digits: u64 = part.trim_start_matches('x').parse().map_err(|_| TileError)?;
            sum.checked_mul(1000).and_then(|sum| sum.checked_add(digits)).ok_or(TileError)
        })?;
        let path = Self { level, index, width };
        let in_range = (1..=TILE_WIDTH).contains(&width) && index < u64::MAX / TILE_WIDTH;
        if in_range && path.to_string() == text { Ok(path) } else { Err(TileError) }
    }
}

impl std::fmt::Display for TilePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.level {
            None => f.write_str("entries/")?,
            Some(level) => write!(f, "{level}/")?,
        }
        let mut unit = 1;
        while self.index / unit >= 1000 {
            unit *= 1000;
        }
        while unit > 1 {
            write!(f, "x{:03}/", self.index / unit % 1000)?;
            unit /= 1000;
        }
        write!(f, "{:03}", self.index % 1000)?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// Writes an entry bundle: each entry behind its u16 length.
///
/// # Panics
///
/// Where an entry is longer than 65,535 bytes, which nothing is that [`super::Entry`] or [`super::HostEntry`] reads: a shortened length
/// would make a bundle that nobody can read, in a log that cannot be changed.
pub fn encode_entries<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len()).expect("an entry has at most 65,535 bytes");
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(entry);
    }
    out
}

/// Reads an entry bundle of exactly `width` entries.
pub fn decode_entries(bytes: &[u8], width: u64) -> Result<Vec<&[u8]>, DecodeError> {
    let mut reader = Reader::new(bytes);
    let mut entries = Vec::new();
    for _ in 0..width {
        entries.push(reader.vector_u16()?);
    }
    reader.finish()?;
    Ok(entries)
}

impl TilePath {
    /// Reads the tile's hashes; there must be exactly `width` of them.
    pub fn decode_hashes(&self, bytes: &[u8]) -> Result<Vec<Hash>, DecodeError> {
        let mut reader = Reader::new(bytes);
        let mut hashes = Vec::new();
        for _ in 0..self.width {
            hashes.push(Hash::from(reader.array::<32>()?));
        }
        reader.finish()?;
        Ok(hashes)
    }
}
