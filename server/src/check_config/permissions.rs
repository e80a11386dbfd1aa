use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::files::{Found, below};
use super::{Finding, Place};
use crate::config::Config;

/// Whether others on the machine can read secrets and rows, and whether all of it belongs to one user.
pub fn check(config: &Config, places: &[Place<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for place in places {
        if let Some(folder) = Found::at(place.keys) {
            let all = below(place.keys);
            findings.extend(all.iter().filter_map(|found| other_owner(found, &folder)));
            findings.extend([folder].into_iter().chain(all).filter_map(|found| open(&found)));
        }
        if let Some(database) = &place.database {
            let files = ["", "-wal", "-shm"].map(|end| format!("{}{end}", database.display()));
            let files: Vec<_> = files.iter().filter_map(|file| Found::at(Path::new(file))).collect();
            let folder = database.parent().and_then(Found::at);
            findings.extend(files.iter().filter_map(open));
            findings.extend(folder.iter().flat_map(|folder| files.iter().filter_map(|file| other_owner(file, folder))));
        }
    }
    let smtp = config.identified.as_ref().and_then(|section| section.mail.smtp.as_ref());
    if let Some(password) = smtp.and_then(|smtp| smtp.password_file.as_deref()) {
        findings.extend(Found::at(password).and_then(|found| open(&found)));
    }
    findings
}

fn open(found: &Found) -> Option<Finding> {
    let mode = if found.metadata.is_dir() { "700" } else { "600" };
    found.is_open_to_others().then(|| Finding::ReadableByOthers(found.path.clone(), mode))
}

fn other_owner(found: &Found, folder: &Found) -> Option<Finding> {
    let other = found.metadata.uid() != folder.metadata.uid();
    other.then(|| Finding::OtherOwner(found.path.clone(), folder.path.clone()))
}
