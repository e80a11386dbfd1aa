use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::Context as _;
use zeroize::Zeroizing;

use super::rules::DayCount;
use crate::entropy::Entropy;
use crate::key_directory::{KeyDirectory, KeyError};

const KEY: &str = "evaluator.key";
const SECRET: &str = "issuer.secret";
const COUNT: &str = "count";
const LOCK: &str = "lock";

/// An evaluator's folder: two secrets, and the count of one day.
pub(super) struct Folder {
    directory: KeyDirectory,
    /// Held while the process lives: two processes would each allow the whole limit.
    _lock: File,
}

/// What is secret in it.
pub(super) struct Secrets {
    /// What the key is derived from.
    pub seed: Zeroizing<[u8; 32]>,
    /// What the issuer authenticates itself with.
    pub issuer: Zeroizing<[u8; 32]>,
}

impl Folder {
    /// Opens it; makes the secrets at the first start.
    pub(super) fn open(data: &Path, entropy: &dyn Entropy) -> anyhow::Result<(Self, Secrets)> {
        let directory = KeyDirectory::open(data)?;
        let lock = File::create(data.join(LOCK)).with_context(|| format!("{}/{LOCK}", data.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => anyhow::bail!("another process uses {}", data.display()),
            Err(TryLockError::Error(error)) => return Err(error).with_context(|| format!("{}/{LOCK}", data.display())),
        }
        let seed = directory.read_or_make(KEY, entropy)?;
        let issuer = directory.read_or_make(SECRET, entropy)?;
        Ok((Self { directory, _lock: lock }, Secrets { seed, issuer }))
    }

    /// The count that was kept last; nothing where there is none.
    pub(super) fn count(&self) -> Result<DayCount, KeyError> {
        let Some(text) = self.directory.read(COUNT)? else { return Ok(DayCount::default()) };
        let numbers = std::str::from_utf8(&text).ok().and_then(|text| text.strip_suffix('\n')?.split_once(' '));
        let count =
            numbers.and_then(|(day, count)| Some(DayCount { day: day.parse().ok()?, count: count.parse().ok()? }));
        count.ok_or_else(|| KeyError::Form(COUNT.into()))
    }

    /// Keeps another one in its place. Durable when it returns; killed in between, the old one or the new one is there.
    pub(super) fn keep(&self, count: DayCount) -> Result<(), KeyError> {
        self.directory.replace(COUNT, format!("{} {}\n", count.day, count.count).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn the_count_and_the_secrets_are_there_after_a_restart_and_one_process_has_them() {
        let place = tempfile::tempdir().expect("a temporary directory");
        let (folder, first) = Folder::open(place.path(), &SystemEntropy).expect("a folder");
        assert!(*first.seed != *first.issuer);
        assert_eq!(folder.count().expect("none yet"), DayCount::default());
        folder.keep(DayCount { day: 20_786, count: 12 }).expect("kept");
        assert!(Folder::open(place.path(), &SystemEntropy).is_err(), "it is in use");
        drop(folder);
        let (folder, second) = Folder::open(place.path(), &SystemEntropy).expect("a folder");
        assert!(*first.seed == *second.seed && *first.issuer == *second.issuer);
        assert_eq!(folder.count().expect("a count"), DayCount { day: 20_786, count: 12 });
    }

    #[test]
    fn a_count_that_cannot_be_read_is_not_taken_for_none() {
        let place = tempfile::tempdir().expect("a temporary directory");
        let (folder, _) = Folder::open(place.path(), &SystemEntropy).expect("a folder");
        for text in ["", "1", "1 2", "1 2\n\n", " 1\n", "1 -2\n"] {
            folder.directory.replace(COUNT, text.as_bytes()).expect("written");
            assert!(folder.count().is_err(), "{text:?}");
        }
    }
}
