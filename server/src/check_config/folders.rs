use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, accessat};

use super::{Finding, Place};
use crate::config::Config;
use crate::storage::PostgresAddress;
use crate::web::assets::Assets;

/// Whether what has to be there is there, and can be written by whoever runs this.
pub fn check(config: &Config, places: &[Place<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for place in places {
        match &place.database {
            Some(database) => findings.extend(writable(&folder_of(database))),
            None if PostgresAddress::of(place.url).is_some() => {}
            None => findings.push(Finding::NoDatabase(place.name())),
        }
        // The program makes the folder itself, if it may.
        let keys = if place.keys.exists() { place.keys.to_owned() } else { folder_of(place.keys) };
        findings.extend(writable(&keys));
    }
    if let Some(section) = &config.identified {
        let files =
            section.mail.files.as_deref().map(|files| if files.exists() { files.to_owned() } else { folder_of(files) });
        findings.extend(files.and_then(|files| writable(&files)));
        let smtp = section.mail.smtp.as_ref();
        let named =
            [smtp.and_then(|smtp| smtp.password_file.as_deref()), smtp.and_then(|smtp| smtp.ca_file.as_deref())];
        findings.extend(named.into_iter().flatten().filter_map(readable));
    }
    if let Some(client_dir) = config.anonymous.as_ref().and_then(|section| section.client_dir.as_deref())
        && let Err(error) = Assets::load(Some(client_dir))
    {
        findings.push(Finding::NotReadable(client_dir.to_owned(), error.to_string()));
    }
    findings
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Asks the system, by the rights that this process has; nothing is written.
fn writable(folder: &Path) -> Option<Finding> {
    if !folder.is_dir() {
        return Some(Finding::NoFolder(folder.to_owned()));
    }
    let may = accessat(CWD, folder, Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS);
    may.is_err().then(|| Finding::NotWritable(folder.to_owned()))
}

fn readable(file: &Path) -> Option<Finding> {
    let error = std::fs::File::open(file).err()?;
    Some(Finding::NotReadable(file.to_owned(), error.to_string()))
}
