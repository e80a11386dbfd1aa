use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use undersign_protocol::public_log::Checkpoint;
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::key_directory::{KeyDirectory, KeyError};

const KEY: &str = "witness.key";
const TREE_HEADS: &str = "tree-heads";
const LOCK: &str = "lock";

/// The newest tree head of each log that was cosigned: a file each, with the three lines of its checkpoint.
pub(super) struct TreeHeads {
    directory: KeyDirectory,
    /// Held while the process lives: two processes with one key could each cosign another tree.
    _lock: File,
}

impl TreeHeads {
    /// Opens a witness's folder, and gives its key's seed. Both are made at the first start. A key without its tree heads is refused:
    /// a witness that has forgotten what it cosigned could cosign another history.
    pub(super) fn open(data: &Path, entropy: &dyn Entropy) -> anyhow::Result<(Self, Zeroizing<[u8; 32]>)> {
        let root = KeyDirectory::open(data)?;
        let has_key = root.read(KEY)?.is_some();
        if has_key && !data.join(TREE_HEADS).is_dir() {
            anyhow::bail!(
                "{} has a key but no {TREE_HEADS}: a witness that has forgotten what it cosigned must not go on. Restore the folder, \
                 or begin as another witness with an empty one.",
                data.display()
            );
        }
        let directory = root.subdirectory(TREE_HEADS)?;
        let lock = File::create(data.join(LOCK)).with_context(|| format!("{}/{LOCK}", data.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => anyhow::bail!("another process uses {}", data.display()),
            Err(TryLockError::Error(error)) => return Err(error).with_context(|| format!("{}/{LOCK}", data.display())),
        }
        let seed = root.read_or_make(KEY, entropy)?;
        Ok((Self { directory, _lock: lock }, seed))
    }

    /// The newest tree head of a log; `None` where none was cosigned.
    pub(super) fn newest(&self, origin: &str) -> Result<Option<Checkpoint>, KeyError> {
        let name = file_name(origin);
        let Some(text) = self.directory.read(&name)? else { return Ok(None) };
        let checkpoint = std::str::from_utf8(&text).ok().and_then(|text| Checkpoint::parse_text(text).ok());
        match checkpoint.filter(|checkpoint| checkpoint.origin == origin) {
            Some(checkpoint) => Ok(Some(checkpoint)),
            None => Err(KeyError::Form(name.into())),
        }
    }

    /// Puts a newer tree head in its place. Durable when it returns; killed in between, the old one or the new one is there.
    pub(super) fn replace(&self, checkpoint: &Checkpoint) -> Result<(), KeyError> {
        self.directory.replace(&file_name(&checkpoint.origin), checkpoint.text().as_bytes())
    }
}

/// Origins have slashes.
fn file_name(origin: &str) -> String {
    hex::encode(Sha256::digest(origin))
}
