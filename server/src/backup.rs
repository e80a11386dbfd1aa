//! `undersign-server backup`: one generation of one side, while the server runs. It leaves out what is there to be destroyed.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::config::{Config, ConfigError};
use crate::storage::{Side, StorageError, copy};
use crate::{anonymous, identified};

/// Why no backup was made. The one before is then still there.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The configuration does not have the side.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Whoever holds both can compare them.
    #[error("{0} holds the other side's backup: the two are never kept on one medium")]
    OtherSide(PathBuf),
    /// The folder has to be there: a medium that is not mounted must not be taken for its mount point's folder.
    #[error("the folder {0} is missing")]
    NoFolder(PathBuf),
    /// The database.
    #[error("the database could not be copied")]
    Storage(#[from] StorageError),
    /// The file system refused.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] io::Error),
}

/// Writes `DIR/identified` or `DIR/anonymous`: the database, the keys, the configuration. It takes the place of the one before, which is
/// removed once the new one is whole; a process that is killed leaves one of the two whole.
pub async fn run(config: &Config, config_file: &Path, side: Side, to: &Path) -> Result<PathBuf, BackupError> {
    let (name, other, database, keys) = match (side, &config.identified, &config.anonymous) {
        (Side::Identified, Some(section), _) => ("identified", "anonymous", &section.database, &section.keys),
        (Side::Anonymous, _, Some(section)) => ("anonymous", "identified", &section.database, &section.keys),
        (Side::Identified, ..) => return Err(ConfigError::Missing("identified").into()),
        (Side::Anonymous, ..) => return Err(ConfigError::Missing("anonymous").into()),
    };
    if !to.is_dir() {
        return Err(BackupError::NoFolder(to.to_owned()));
    }
    let at = |end: &str| to.join(format!("{name}{end}"));
    if ["", ".new", ".old"].iter().any(|end| to.join(format!("{other}{end}")).exists()) {
        return Err(BackupError::OtherSide(to.to_owned()));
    }
    let (whole, new, old) = (at(""), at(".new"), at(".old"));
    if !whole.exists() && old.exists() {
        // Killed between the two renames: the older one is the one that is whole.
        rename(&old, &whole)?;
    }
    remove(&new)?;
    remove(&old)?;
    make(&new)?;
    copy(database, side, &new.join("undersign.db")).await?;
    let short_lived = [identified::SHORT_LIVED_KEYS.as_slice(), &anonymous::SHORT_LIVED_KEYS].concat();
    copy_folder(keys, &new.join("keys"), &short_lived)?;
    copy_file(config_file, &new.join("config.toml"))?;
    sync(&new)?;
    if whole.exists() {
        rename(&whole, &old)?;
    }
    rename(&new, &whole)?;
    sync(to)?;
    remove(&old)?;
    sync(to)?;
    Ok(whole)
}

fn copy_folder(from: &Path, into: &Path, without: &[&str]) -> Result<(), BackupError> {
    make(into)?;
    for entry in fs::read_dir(from).map_err(in_path(from))? {
        let path = entry.map_err(in_path(from))?.path();
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            if !without.iter().any(|left_out| name == *left_out) {
                copy_folder(&path, &into.join(name), &[])?;
            }
        } else if !name.as_encoded_bytes().starts_with(b".") {
            // Names with a dot are files that are just being written.
            copy_file(&path, &into.join(name))?;
        }
    }
    sync(into)
}

fn copy_file(from: &Path, into: &Path) -> Result<(), BackupError> {
    let bytes = fs::read(from).map(Zeroizing::new).map_err(in_path(from))?;
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(into);
    written.and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all())).map_err(in_path(into))
}

fn make(folder: &Path) -> Result<(), BackupError> {
    DirBuilder::new().mode(0o700).create(folder).map_err(in_path(folder))
}

fn rename(from: &Path, to: &Path) -> Result<(), BackupError> {
    fs::rename(from, to).map_err(in_path(from))
}

fn remove(folder: &Path) -> Result<(), BackupError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(BackupError::Io(folder.to_owned(), error)),
        _ => Ok(()),
    }
}

fn sync(folder: &Path) -> Result<(), BackupError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(in_path(folder))
}

fn in_path(path: &Path) -> impl Fn(io::Error) -> BackupError + use<> {
    let path = path.to_owned();
    move |source| BackupError::Io(path.clone(), source)
}
