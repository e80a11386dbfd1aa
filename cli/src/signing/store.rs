//! Journeys on disk: one file a petition, named by its petition_id, in a folder that only its owner can read. Each write is durable
//! before it returns; a crash leaves the old or the new state, never a part.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use undersign_client_lib::state::{Saved, StateError};
use undersign_protocol::petition::PetitionId;

use crate::exit::{CommandResult, Exit, Failure};
use crate::files::{replace_secret, sync_folder};

/// The folder.
pub struct Store {
    folder: PathBuf,
}

/// One petition's file, while no other process works on it.
pub struct Entry {
    path: PathBuf,
    lock_path: PathBuf,
    _lock: File,
}

impl Store {
    /// The folder that was named, else `$XDG_STATE_HOME/undersign`, else `~/.local/state/undersign`.
    pub fn new(named: Option<&Path>) -> CommandResult<Self> {
        let folder = match named {
            Some(folder) => folder.to_owned(),
            None => default_folder().ok_or_else(|| {
                Failure::new(Exit::Usage, "There is no home folder to keep the state in. Name one with --state-dir.")
            })?,
        };
        Ok(Self { folder })
    }

    /// Everything that was begun and not finished.
    pub fn list(&self) -> CommandResult<Vec<Saved>> {
        let files = match fs::read_dir(&self.folder) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.unusable(&self.folder, &error)),
        };
        let mut found = Vec::new();
        for file in files {
            let path = file.map_err(|error| self.unusable(&self.folder, &error))?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                found.extend(read(&path)?);
            }
        }
        found.sort_by(|a, b| a.slug().cmp(b.slug()));
        Ok(found)
    }

    /// Takes hold of one petition's file.
    pub fn entry(&self, petition_id: &PetitionId) -> CommandResult<Entry> {
        self.make_folder()?;
        let path = self.folder.join(format!("{petition_id}.json"));
        let lock_path = self.folder.join(format!("{petition_id}.lock"));
        let lock = File::create(&lock_path).map_err(|error| self.unusable(&lock_path, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Entry { path, lock_path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Failure::new(
                Exit::Refused,
                "Another undersign is at work on this petition. Go on there, or end it first.",
            )),
            Err(TryLockError::Error(error)) => Err(self.unusable(&lock_path, &error)),
        }
    }

    fn make_folder(&self) -> CommandResult {
        if self.folder.is_dir() {
            return Ok(());
        }
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&self.folder)
            .and_then(|()| sync_folder(&self.folder))
            .map_err(|error| self.unusable(&self.folder, &error))
    }

    fn unusable(&self, path: &Path, error: &io::Error) -> Failure {
        Failure::new(
            Exit::File,
            format!("{} cannot be used: {error}. Name another folder with --state-dir.", path.display()),
        )
    }
}

impl Entry {
    /// What was saved, if anything was.
    pub fn read(&self) -> CommandResult<Option<Saved>> {
        read(&self.path)
    }

    /// Saves; durable when this returns.
    pub fn write(&self, state: &[u8]) -> CommandResult {
        replace_secret(&self.path, state).map_err(|error| {
            let message = format!(
                "{} cannot be written: {error}. Nothing more is sent, so that nothing is lost; make room and run undersign resume.",
                self.path.display()
            );
            Failure::new(Exit::File, message)
        })
    }

    /// Removes what was saved, for good.
    pub fn remove(&self) -> CommandResult {
        let unremovable = |error: io::Error| {
            Failure::new(Exit::File, format!("{} cannot be removed: {error}. Remove it.", self.path.display()))
        };
        // Half a write that a crash has left holds secrets too.
        let _ = fs::remove_file(self.path.with_extension("part"));
        match fs::remove_file(&self.path) {
            Ok(()) => sync_folder(&self.path).map_err(unremovable),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(unremovable(error)),
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // What is left of a killed process holds no lock and does no harm.
        let _ = fs::remove_file(&self.lock_path);
    }
}

fn read(path: &Path) -> CommandResult<Option<Saved>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => zeroize::Zeroizing::new(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::new(Exit::File, format!("{} cannot be read: {error}.", path.display()))),
    };
    let saved = Saved::read(&bytes).map_err(|error| {
        let message = match error {
            StateError::Damaged => format!(
                "{} is damaged. If there is a copy of it, put it back; otherwise begin again with undersign sign --start-over, which \
                 says what that means.",
                path.display()
            ),
            StateError::Version => format!("{} was written by a newer undersign. Use that one.", path.display()),
        };
        Failure::new(Exit::File, message)
    })?;
    Ok(Some(saved))
}

/// As the XDG Base Directory Specification has it: a relative path in the variable counts as none.
fn default_folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    Some(base.join("undersign"))
}
