use std::fs;
use std::io;
use std::path::Path;

use undersign_client_lib::organiser::{Folder, MAX_PICTURE, PictureError, picture_hash, shown_picture};

use crate::exit::{CommandResult, Exit, Failure};

/// How the names of pictures end.
const ENDINGS: [&str; 4] = [".jpg", ".jpeg", ".png", ".webp"];

/// The file in a petition's folder whose hash `petition.toml` names; `None` where it names none. It is read as the server will read it:
/// a picture that the server would refuse must not be in a manifest that was signed.
pub fn read(directory: &Path, folder: &Folder) -> CommandResult<Option<Vec<u8>>> {
    let Some(named) = &folder.settings.picture else { return Ok(None) };
    let files = pictures(directory)
        .map_err(|error| Failure::new(Exit::File, format!("{} cannot be read: {error}.", directory.display())))?;
    let Some(file) = files.into_iter().find(|file| picture_hash(file) == named.sha256) else {
        let message = "petition.toml names a picture, and no file beside it (.jpg, .jpeg, .png, .webp; at most 8 MiB) has this \
                       sha256. Put the file there, and give what `sha256sum FILE` prints.";
        return Err(Failure::new(Exit::Refused, message));
    };
    match shown_picture(&file) {
        Ok(_) => Ok(Some(file)),
        Err(error) => Err(refused(error)),
    }
}

fn refused(error: PictureError) -> Failure {
    Failure::new(Exit::Refused, format!("The picture cannot be used: {error}."))
}

fn pictures(directory: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut pictures = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let is_small = entry.metadata()?.len() <= MAX_PICTURE as u64;
        if is_small && ENDINGS.iter().any(|ending| name.ends_with(ending)) && entry.path().is_file() {
            pictures.push(fs::read(entry.path())?);
        }
    }
    Ok(pictures)
}
