use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sha2::{Digest as _, Sha256};

/// Names the state of a folder: whatever is saved in it or one level below gives it another name. Nothing is read but names, sizes and
/// times. Hidden files have no part in a petition; editors keep theirs so.
pub fn of(directory: &Path) -> String {
    let mut hash = Sha256::new();
    let here = entries(directory);
    let below = here.iter().filter(|path| path.is_dir()).flat_map(|path| entries(path));
    for path in here.iter().cloned().chain(below) {
        let Ok(data) = fs::metadata(&path) else { continue };
        let saved = data.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        let size = if data.is_dir() { 0 } else { data.len() };
        for part in [path.as_os_str().as_encoded_bytes(), &size.to_be_bytes(), &saved.as_nanos().to_be_bytes()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is in a folder, in one order.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    let seen = entries.filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
    let mut paths: Vec<PathBuf> = seen.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
