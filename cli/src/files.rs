use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a secret to a file that must not exist yet, readable by its owner alone, durable before this returns.
pub fn write_new_secret(path: &Path, content: &[u8]) -> io::Result<()> {
    write_and_sync(create_secret(path)?, content)?;
    sync_folder(path)
}

/// As [`replace`], readable by its owner alone.
pub fn replace_secret(path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("part");
    // What a crash has left may belong to others.
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => write_and_sync(create_secret(&temporary)?, content)?,
    }
    fs::rename(&temporary, path)?;
    sync_folder(path)
}

fn create_secret(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Replaces a file as a whole: after a crash the old or the new content is there, never a part.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("part");
    write_and_sync(File::create(&temporary)?, content)?;
    fs::rename(&temporary, path)?;
    sync_folder(path)
}

/// Whether others than the owner may read a file.
pub fn is_readable_by_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        let mode = fs::metadata(path).map(|data| std::os::unix::fs::PermissionsExt::mode(&data.permissions()));
        mode.is_ok_and(|mode| mode & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

fn write_and_sync(mut file: File, content: &[u8]) -> io::Result<()> {
    file.write_all(content)?;
    file.sync_all()
}

/// A file's name, new or gone, is durable only with the folder that holds it.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(parent)?.sync_all() } else { Ok(()) }
}
