//! The signed manifest beside the folder. It is written before the first server gets it, so that a repeat after a crash or a lost
//! answer posts the same bytes, and a folder that was changed meanwhile is noticed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use undersign_client_lib::endpoints::Base;
use undersign_client_lib::organiser::{Folder, format_publication, parse_publication};
use undersign_protocol::petition::{PreparedAnonymous, PreparedIdentified, VerifiedManifest};

use crate::exit::{CommandResult, Exit, Failure};
use crate::files::replace;

const DIRECTORY: &str = ".published";

/// Where the manifest for this server is kept: one file for each, for a folder may go to a trial server first.
pub fn path(directory: &Path, server: &Base) -> PathBuf {
    let name = server.authority().replace(':', "_").replace(['[', ']'], "");
    directory.join(DIRECTORY).join(format!("{name}.json"))
}

/// What was signed before, where it still says what the folder says.
pub fn read(path: &Path, folder: &Folder) -> CommandResult<Option<VerifiedManifest>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::new(Exit::File, format!("{} cannot be read: {error}.", path.display()))),
    };
    let kept = parse_publication(&bytes).map_err(|error| {
        let message = format!("{} is damaged: {error}. Put back the file that was written there.", path.display());
        Failure::new(Exit::File, message)
    })?;
    if is_same(&kept, folder) {
        return Ok(Some(kept));
    }
    let message = format!(
        "The folder has changed since the petition was signed for this server. What is published cannot be changed: put the folder \
         back, or publish a new petition with another slug and replaces = \"{}\". If it was never published, remove {} and try again.",
        kept.petition_id(),
        path.display()
    );
    Err(Failure::new(Exit::Refused, message))
}

/// Keeps what was signed.
pub fn write(path: &Path, manifest: &VerifiedManifest) -> CommandResult {
    let unwritable =
        |error: io::Error| Failure::new(Exit::File, format!("{} cannot be written: {error}.", path.display()));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(unwritable)?;
    }
    replace(path, &format_publication(manifest)).map_err(unwritable)
}

/// Whether the folder gives this very manifest with the keys that were prepared for it.
fn is_same(kept: &VerifiedManifest, folder: &Folder) -> bool {
    let manifest = kept.manifest();
    let identified = PreparedIdentified { issuer: manifest.issuer.clone() };
    let anonymous = PreparedAnonymous { origin: manifest.origin.clone(), log: manifest.log.clone() };
    folder.manifest(manifest.organiser.public_key, &identified, &anonymous).is_ok_and(|again| again == *manifest)
}
