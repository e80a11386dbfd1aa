use std::fs;
use std::io;
use std::path::Path;

use undersign_client_lib::organiser::{
    Folder, FolderProblem, MAX_PICTURE, SETTINGS_FILE, Severity, ShownPicture, picture_hash, shown_picture,
};

/// How the names of pictures end.
const ENDINGS: [&str; 4] = [".jpg", ".jpeg", ".png", ".webp"];

/// A petition's picture.
pub struct Picture {
    /// The file in the folder, which is published.
    pub file: Vec<u8>,
    /// As pages show it.
    pub shown: ShownPicture,
}

/// The file in a petition's folder whose hash `petition.toml` names; `None` where it names none. It is read as the server will read it:
/// a picture that the server would refuse must not be in a manifest that was signed.
pub fn read(directory: &Path, folder: &Folder) -> Result<Option<Picture>, FolderProblem> {
    let Some(named) = &folder.settings.picture else { return Ok(None) };
    let problem = |severity, sentence| FolderProblem {
        file: SETTINGS_FILE.to_owned(),
        line: folder.line("picture.sha256"),
        severity,
        sentence,
    };
    let files = pictures(directory)
        .map_err(|error| problem(Severity::Missing, format!("the folder's pictures cannot be read: {error}")))?;
    let Some(file) = files.into_iter().find(|file| picture_hash(file) == named.sha256) else {
        let sentence = "this names a picture, and no file beside it (.jpg, .jpeg, .png, .webp; at most 8 MiB) has this sha256. \
                        Put the file there, and give what `sha256sum FILE` prints";
        return Err(problem(Severity::Refused, sentence.to_owned()));
    };
    match shown_picture(&file) {
        Ok(shown) => Ok(Some(Picture { file, shown })),
        Err(error) => Err(problem(Severity::Refused, format!("the picture cannot be used: {error}"))),
    }
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
