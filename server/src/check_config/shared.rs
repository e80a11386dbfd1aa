use std::fs;
use std::path::Path;

use super::files::{Found, below, secret};
use super::{Finding, Place};

/// What the two sides have in common, by whatever name: a database, a folder of keys, a secret.
pub fn check(places: &[Place<'_>]) -> Vec<Finding> {
    let [identified, anonymous] = places else { return Vec::new() };
    let mut findings = Vec::new();
    if let (Some(left), Some(right)) = (&identified.database, &anonymous.database)
        && is_one(left, right)
    {
        findings.push(Finding::SameDatabase(left.clone()));
    }
    let (left, right) = (identified.keys, anonymous.keys);
    if is_one(left, right) || is_in(left, right) || is_in(right, left) {
        findings.push(Finding::SameKeys(left.to_owned(), right.to_owned()));
        return findings;
    }
    let files = |folder: &Path| below(folder).into_iter().filter(|found| found.metadata.is_file()).collect::<Vec<_>>();
    let secrets: Vec<_> = files(right).into_iter().filter_map(|found| Some((secret(&found)?, found))).collect();
    for found in files(left) {
        let own = secret(&found);
        let same = secrets.iter().find(|(secret, other)| found.is(other) || own.as_ref() == Some(secret));
        findings.extend(same.map(|(_, other)| Finding::SameSecret(found.path.clone(), other.path.clone())));
    }
    findings
}

/// One file or folder under two names, or two names of something that is not there yet.
fn is_one(left: &Path, right: &Path) -> bool {
    match (Found::at(left), Found::at(right)) {
        (Some(left), Some(right)) => left.is(&right),
        (None, None) => real(left) == real(right),
        _ => false,
    }
}

fn is_in(inner: &Path, outer: &Path) -> bool {
    real(inner).starts_with(real(outer))
}

/// Without links, as far as the path exists.
fn real(path: &Path) -> std::path::PathBuf {
    match (fs::canonicalize(path), path.parent(), path.file_name()) {
        (Ok(real), _, _) => real,
        (Err(_), Some(parent), Some(name)) if !parent.as_os_str().is_empty() => real(parent).join(name),
        _ => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    }
}
