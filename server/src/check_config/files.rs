use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// A file or folder that is there.
pub struct Found {
    /// As it is named.
    pub path: PathBuf,
    /// Of what it leads to, if it is a link.
    pub metadata: Metadata,
}

impl Found {
    /// What is at a path; `None` where nothing is.
    pub fn at(path: &Path) -> Option<Self> {
        Some(Self { path: path.to_owned(), metadata: fs::metadata(path).ok()? })
    }

    /// Whether two names lead to one thing, by links of either kind.
    pub fn is(&self, other: &Self) -> bool {
        (self.metadata.dev(), self.metadata.ino()) == (other.metadata.dev(), other.metadata.ino())
    }

    /// Whether its group or everyone has a right to it.
    pub fn is_open_to_others(&self) -> bool {
        self.metadata.mode() & 0o077 != 0
    }
}

/// Everything below a folder, folders too.
pub fn below(folder: &Path) -> Vec<Found> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Some(one) = Found::at(&entry.path()) else { continue };
        if one.metadata.is_dir() && !entry.path().is_symlink() {
            found.extend(below(&entry.path()));
        }
        found.push(one);
    }
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found
}

/// A secret to be compared.
pub fn secret(found: &Found) -> Option<Zeroizing<Vec<u8>>> {
    fs::read(&found.path).ok().map(Zeroizing::new).filter(|bytes| !bytes.is_empty())
}
