//! Journeys on disk: one file a petition, in a folder that only its owner can read. Its name is the petition_id; in a sealed folder it
//! says nothing. Each write is durable before it returns; a crash leaves the old or the new state, never a part.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use undersign_client_lib::state::{Saved, StateError};
use undersign_protocol::petition::PetitionId;
use zeroize::Zeroizing;

use super::passphrase::passphrase;
use super::sealing::Sealing;
use crate::args::StateArguments;
use crate::exit::{CommandResult, Exit, Failure};
use crate::files::{replace_secret, sync_folder};

/// The folder.
pub struct Store {
    folder: PathBuf,
    sealing: Option<Rc<Sealing>>,
}

/// One petition's file, while no other process works on it.
pub struct Entry {
    path: PathBuf,
    /// Where it was before the folder was sealed.
    unsealed: Option<PathBuf>,
    sealing: Option<Rc<Sealing>>,
    lock_path: PathBuf,
    _lock: File,
}

impl Store {
    /// The folder that was named, else `$XDG_STATE_HOME/undersign`, else `~/.local/state/undersign`. Asks for the passphrase of a sealed
    /// one.
    pub fn new(arguments: &StateArguments) -> CommandResult<Self> {
        let folder = match &arguments.state_dir {
            Some(folder) => folder.clone(),
            None => default_folder().ok_or_else(|| {
                Failure::new(Exit::Usage, "There is no home folder to keep the state in. Name one with --state-dir.")
            })?,
        };
        let mut store = Self { folder, sealing: None };
        if let Some(passphrase) = passphrase(arguments, Sealing::is_in(&store.folder))? {
            store.make_folder()?;
            store.sealing = Some(Rc::new(Sealing::of(&store.folder, &passphrase)?));
        }
        Ok(store)
    }

    /// Fails where a token is to be left for later in a folder that anyone can read who has the disk.
    pub fn check_detached(&self, detach: bool) -> CommandResult {
        if !detach || self.sealing.is_some() {
            return Ok(());
        }
        let message = "--detach leaves a token on the disk, perhaps for days: whoever takes this machine would see what you sign. Seal it \
                       with --seal, or with --passphrase-file FILE.";
        Err(Failure::new(Exit::Usage, message))
    }

    /// Everything that was begun and not finished.
    pub fn list(&self) -> CommandResult<Vec<Saved>> {
        let files = match fs::read_dir(&self.folder) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.unusable(&self.folder, &error)),
        };
        let mut paths = Vec::new();
        for file in files {
            paths.push(file.map_err(|error| self.unusable(&self.folder, &error))?.path());
        }
        // Sealed ones first: what lies beside one unsealed is older.
        paths.sort_by(|a, b| b.extension().cmp(&a.extension()));
        let mut found: Vec<Saved> = Vec::new();
        for path in paths {
            let saved = match &self.sealing {
                Some(sealing) if Sealing::is_state(&path) => read(&path, Some(sealing))?,
                _ if path.extension().is_some_and(|extension| extension == "json") => read(&path, None)?,
                _ => None,
            };
            // Both are there where a command was killed while it sealed what had not been sealed.
            found.extend(saved.filter(|saved| found.iter().all(|other| other.petition_id() != saved.petition_id())));
        }
        found.sort_by(|a, b| a.slug().cmp(b.slug()));
        Ok(found)
    }

    /// Takes hold of one petition's file.
    pub fn entry(&self, petition_id: &PetitionId) -> CommandResult<Entry> {
        self.make_folder()?;
        let plain = self.folder.join(format!("{petition_id}.json"));
        let (path, unsealed) = match &self.sealing {
            Some(sealing) => (sealing.path(&self.folder, petition_id), Some(plain)),
            None => (plain, None),
        };
        let lock_path = path.with_extension("lock");
        let lock = File::create(&lock_path).map_err(|error| self.unusable(&lock_path, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Entry { path, unsealed, sealing: self.sealing.clone(), lock_path, _lock: lock }),
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
        match (read(&self.path, self.sealing.as_deref())?, &self.unsealed) {
            (None, Some(unsealed)) => read(unsealed, None),
            (saved, _) => Ok(saved),
        }
    }

    /// Saves; durable when this returns.
    pub fn write(&self, state: &[u8]) -> CommandResult {
        let written = match &self.sealing {
            Some(sealing) => replace_secret(&self.path, &sealing.seal(&self.path, state)),
            None => replace_secret(&self.path, state),
        };
        written.map_err(|error| {
            let message = format!(
                "{} cannot be written: {error}. Nothing more is sent, so that nothing is lost; make room and run undersign resume.",
                self.path.display()
            );
            Failure::new(Exit::File, message)
        })?;
        self.unsealed.as_deref().map_or(Ok(()), remove)
    }

    /// Removes what was saved, for good.
    pub fn remove(&self) -> CommandResult {
        remove(&self.path)?;
        self.unsealed.as_deref().map_or(Ok(()), remove)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // What is left of a killed process holds no lock and does no harm.
        let _ = fs::remove_file(&self.lock_path);
    }
}

fn remove(path: &Path) -> CommandResult {
    let unremovable = |error: io::Error| {
        Failure::new(Exit::File, format!("{} cannot be removed: {error}. Remove it.", path.display()))
    };
    // Half a write that a crash has left holds secrets too.
    let _ = fs::remove_file(path.with_extension("part"));
    match fs::remove_file(path) {
        Ok(()) => sync_folder(path).map_err(unremovable),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(unremovable(error)),
    }
}

fn read(path: &Path, sealing: Option<&Sealing>) -> CommandResult<Option<Saved>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::new(Exit::File, format!("{} cannot be read: {error}.", path.display()))),
    };
    let opened = match sealing {
        Some(sealing) => sealing.unseal(path, &bytes).ok_or(StateError::Damaged),
        None => Ok(bytes),
    };
    let saved = opened.and_then(|bytes| Saved::read(&bytes)).map_err(|error| {
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
