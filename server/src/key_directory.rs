//! Secrets in files: outside the databases and their backups, readable by the server alone, replaced and destroyed durably.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use zeroize::Zeroizing;

use crate::entropy::{Entropy, random};

static CALLS: AtomicU64 = AtomicU64::new(0);

/// Why a secret could not be read or written. Names the file, never what is in it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file system refused.
    #[error("key file {path}")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The system's words.
        #[source]
        source: io::Error,
    },
    /// Another size or form than this program writes.
    #[error("key file {0} does not hold a valid key")]
    Form(PathBuf),
    /// Others than the owner may read the file.
    #[error("key file {0} can be read by others; run chmod 600 on it")]
    Permissions(PathBuf),
}

/// A directory of secrets, mode 0700.
#[derive(Debug, Clone)]
pub struct KeyDirectory {
    path: PathBuf,
}

impl KeyDirectory {
    /// Opens or makes the directory.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, KeyError> {
        let path = path.into();
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.map_err(|source| KeyError::Io { path: path.clone(), source })?;
        Ok(Self { path })
    }

    /// Opens or makes a directory in this one.
    pub fn subdirectory(&self, name: &str) -> Result<Self, KeyError> {
        let directory = Self::open(self.path.join(name))?;
        self.sync()?;
        Ok(directory)
    }

    /// Whether there is a directory of this name in this one.
    pub fn has_subdirectory(&self, name: &str) -> bool {
        self.path.join(name).is_dir()
    }

    /// The secret in a file, or `None` if there is none. Refuses a file that others can read.
    pub fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyError> {
        let path = self.path.join(name);
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(KeyError::Io { path, source }),
            Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => return Err(KeyError::Permissions(path)),
            Ok(_) => {}
        }
        fs::read(&path).map(|bytes| Some(Zeroizing::new(bytes))).map_err(|source| KeyError::Io { path, source })
    }

    /// A secret of fixed size, or `None`.
    pub fn read_array<const N: usize>(&self, name: &str) -> Result<Option<Zeroizing<[u8; N]>>, KeyError> {
        let Some(bytes) = self.read(name)? else { return Ok(None) };
        let array = <[u8; N]>::try_from(bytes.as_slice()).map_err(|_| KeyError::Form(self.path.join(name)))?;
        Ok(Some(Zeroizing::new(array)))
    }

    /// A random secret, made and kept at the first call.
    pub fn read_or_make<const N: usize>(
        &self,
        name: &str,
        entropy: &dyn Entropy,
    ) -> Result<Zeroizing<[u8; N]>, KeyError> {
        if let Some(secret) = self.read_array(name)? {
            return Ok(secret);
        }
        let secret = Zeroizing::new(random::<N>(entropy));
        if self.write_new(name, secret.as_slice())? {
            return Ok(secret);
        }
        // Another process was first: its secret stands.
        self.read_array(name)?.ok_or_else(|| KeyError::Form(self.path.join(name)))
    }

    /// Keeps a secret under a name that must be new; says whether it was. Durable when it returns: the whole file is fsynced before
    /// it gets its name, and the directory after.
    pub fn write_new(&self, name: &str, secret: &[u8]) -> Result<bool, KeyError> {
        let path = self.path.join(name);
        let in_path = |source| KeyError::Io { path: path.clone(), source };
        let part = self.write_part(name, secret)?;
        // A hard link fails where the name exists; a rename would replace the other's secret.
        let linked = fs::hard_link(&part, &path);
        fs::remove_file(&part).map_err(in_path)?;
        match linked {
            Ok(()) => self.sync().map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(source) => Err(in_path(source)),
        }
    }

    /// Puts a file in the place of one of this name, if there is one. Durable when it returns; killed in between, the old file or the
    /// new one is there, whole.
    pub fn replace(&self, name: &str, content: &[u8]) -> Result<(), KeyError> {
        let path = self.path.join(name);
        let part = self.write_part(name, content)?;
        fs::rename(&part, &path).map_err(|source| KeyError::Io { path, source })?;
        self.sync()
    }

    /// Overwrites and removes a secret; one that is not there counts as removed.
    pub fn destroy(&self, name: &str) -> Result<(), KeyError> {
        let path = self.path.join(name);
        let destroyed = overwrite(&path).and_then(|()| fs::remove_file(&path));
        match destroyed {
            Ok(()) => self.sync(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(KeyError::Io { path, source }),
        }
    }

    /// Writes and fsyncs a file that has not got its name yet.
    fn write_part(&self, name: &str, content: &[u8]) -> Result<PathBuf, KeyError> {
        let in_path = |source| KeyError::Io { path: self.path.join(name), source };
        let (part, mut file) = self.new_part(name).map_err(in_path)?;
        file.write_all(content).and_then(|()| file.sync_all()).map_err(in_path)?;
        Ok(part)
    }

    /// A new file, of its own for each call: two that make the day's key at the same moment must not write into one file, or the name would
    /// go to one's file with the other's secret in it. Processes in containers can have one number and one directory.
    fn new_part(&self, name: &str) -> io::Result<(PathBuf, File)> {
        loop {
            let call = CALLS.fetch_add(1, Ordering::Relaxed);
            let part = self.path.join(format!(".{name}.{}.{call}.part", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                opened => return opened.map(|file| (part, file)),
            }
        }
    }

    /// Names of all files.
    pub fn names(&self) -> Result<Vec<String>, KeyError> {
        let in_path = |source| KeyError::Io { path: self.path.clone(), source };
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(in_path)? {
            let entry = entry.map_err(in_path)?;
            if entry.file_type().map_err(in_path)?.is_file() {
                names.extend(entry.file_name().into_string());
            }
        }
        Ok(names)
    }

    fn sync(&self) -> Result<(), KeyError> {
        File::open(&self.path)
            .and_then(|directory| directory.sync_all())
            .map_err(|source| KeyError::Io { path: self.path.clone(), source })
    }
}

fn overwrite(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let size = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    file.write_all(&vec![0; size])?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    fn directory() -> (tempfile::TempDir, KeyDirectory) {
        let place = tempfile::tempdir().expect("a temporary directory");
        let directory = KeyDirectory::open(place.path().join("keys")).expect("it opens");
        (place, directory)
    }

    #[test]
    fn a_secret_is_made_once_and_read_after_that() {
        let (_place, directory) = directory();
        let first = directory.read_or_make::<32>("a.key", &SystemEntropy).expect("made");
        let second = directory.read_or_make::<32>("a.key", &SystemEntropy).expect("read");
        assert_eq!(*first, *second);
        assert!(!directory.write_new("a.key", b"another").expect("no failure"), "a name is taken once");
        assert_eq!(directory.names().expect("names"), ["a.key"], "nothing half-written is left");
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let (place, directory) = directory();
        directory.write_new("a.key", b"secret").expect("written");
        let path = place.path().join("keys/a.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("chmod");
        assert!(matches!(directory.read("a.key"), Err(KeyError::Permissions(_))));
    }

    #[test]
    fn a_destroyed_secret_is_gone_and_destroying_it_again_is_no_error() {
        let (_place, directory) = directory();
        directory.write_new("a.key", b"secret").expect("written");
        directory.destroy("a.key").expect("destroyed");
        directory.destroy("a.key").expect("destroyed before");
        assert!(directory.read("a.key").expect("no failure").is_none());
    }

    #[test]
    fn a_secret_of_another_size_is_refused() {
        let (_place, directory) = directory();
        directory.write_new("a.key", b"short").expect("written");
        assert!(matches!(directory.read_array::<32>("a.key"), Err(KeyError::Form(_))));
    }
}
