//! An offline copy: what a server has under `/v1/petitions/{petition_id}/` of it, `total` and `log/…`, in a folder or in a tar file.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use undersign_client_lib::audit::petition_of;
use undersign_client_lib::checked::check_total;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::{Checkpoint, CheckpointKey, TILE_WIDTH, TilePath};
use undersign_protocol::tally::TotalDocument;

use super::tar::{Index, Writer};
use super::verdict::failed;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::petition::wrong_total;

/// Where the head stands in a copy, and where the total.
pub const CHECKPOINT: &str = "log/checkpoint";
/// The total.
pub const TOTAL: &str = "total";

/// A copy to read.
pub enum Copy {
    /// In a folder.
    Folder(Folder),
    /// In a tar file.
    Tar(PathBuf, Index),
}

/// A folder with a copy, whole or in the making.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

/// What a copy says of itself, its signatures verified.
pub struct Contents {
    /// Entry 0.
    pub petition: VerifiedManifest,
    /// The signed note, and the head in it.
    pub checkpoint: (Checkpoint, String),
    /// The total that was shown with it, where the copy has one.
    pub total: Option<TotalDocument>,
}

impl Copy {
    /// Opens a folder or a file.
    pub fn open(path: &Path) -> CommandResult<Self> {
        let unreadable = |error| unreadable(path, &error);
        if path.is_dir() {
            return Ok(Self::Folder(Folder(path.to_owned())));
        }
        let index = File::open(path).and_then(Index::read).map_err(unreadable)?;
        Ok(Self::Tar(path.to_owned(), index))
    }

    /// Reads the head, the first entries and the total, and verifies that they belong together.
    pub fn contents(&mut self, output: &Output) -> CommandResult<Contents> {
        let not_a_copy = |what: &str| {
            Failure::new(
                Exit::File,
                format!("This is not a copy of a log: {what}. `undersign audit URL --export` makes one."),
            )
        };
        let note = self.text(CHECKPOINT)?;
        // Not believed before the key of its petition has opened it.
        let text = note.split_once("\n\n").map(|(text, _)| format!("{text}\n"));
        let head = text.and_then(|text| Checkpoint::parse_text(&text).ok());
        let size = head.ok_or_else(|| not_a_copy("its checkpoint is not of the expected form"))?.tree_size;
        let first = TilePath { level: None, index: 0, width: size.clamp(1, TILE_WIDTH) };
        let petition = petition_of(&self.bundle(first)?, size).map_err(|failure| failed(&failure, output))?;
        let key = CheckpointKey::new(petition.log_origin(), petition.manifest().log.public_key);
        let checkpoint = Checkpoint::open(&note, &key).map_err(|error| {
            Failure::new(Exit::NotTrusted, format!("Do not trust this copy: its checkpoint is {error}."))
        })?;
        let total = match self.read(TOTAL) {
            Ok(body) => {
                let total =
                    serde_json::from_slice(&body).map_err(|_| not_a_copy("its total is not of the expected form"))?;
                Some(check_total(total, &key).map_err(|error| wrong_total(&error))?)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(unreadable(&self.path().join(TOTAL), &error)),
        };
        Ok(Contents { petition, checkpoint: (checkpoint, note), total })
    }

    /// The bundle of entries at a path.
    pub fn bundle(&mut self, path: TilePath) -> CommandResult<Vec<u8>> {
        let name = bundle_name(&path);
        self.read(&name).map_err(|error| unreadable(&self.path().join(name), &error))
    }

    fn text(&mut self, name: &str) -> CommandResult<String> {
        let bytes = self.read(name).map_err(|error| unreadable(&self.path().join(name), &error))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn read(&mut self, name: &str) -> io::Result<Vec<u8>> {
        match self {
            Self::Folder(folder) => fs::read(folder.0.join(name)),
            Self::Tar(_, index) => index.content(name),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Folder(folder) => &folder.0,
            Self::Tar(path, _) => path,
        }
    }
}

impl Folder {
    /// A folder that is made when something is written.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What an earlier run has left of a bundle.
    pub fn bundle(&self, path: &TilePath) -> Option<Vec<u8>> {
        fs::read(self.0.join(bundle_name(path))).ok()
    }

    /// Keeps a bundle.
    pub fn keep_bundle(&self, path: &TilePath, content: &[u8]) -> CommandResult {
        self.keep(&bundle_name(path), content)
    }

    /// Keeps a file: it is there as a whole or not at all.
    pub fn keep(&self, name: &str, content: &[u8]) -> CommandResult {
        let path = self.0.join(name);
        let temporary = path.with_extension("part");
        fs::create_dir_all(path.parent().unwrap_or(&self.0))
            .and_then(|()| fs::write(&temporary, content))
            .and_then(|()| fs::rename(&temporary, &path))
            .map_err(|error| unwritable(&path, &error))
    }

    /// Packs the copy of a log of this size into a tar file and removes the folder.
    pub fn pack(self, tree_size: u64, file: &Path) -> CommandResult {
        let bundles = (0..tree_size.div_ceil(TILE_WIDTH)).map(|index| {
            let width = (tree_size - index * TILE_WIDTH).min(TILE_WIDTH);
            bundle_name(&TilePath { level: None, index, width })
        });
        let names = [TOTAL, CHECKPOINT].map(str::to_owned).into_iter().chain(bundles);
        let pack = || {
            let mut writer = Writer::create(file)?;
            names.into_iter().try_for_each(|name| writer.append(&name, &fs::read(self.0.join(&name))?))?;
            writer.finish()
        };
        pack().map_err(|error| unwritable(file, &error))?;
        fs::remove_dir_all(&self.0).map_err(|error| unwritable(&self.0, &error))
    }
}

fn bundle_name(path: &TilePath) -> String {
    format!("log/tile/{path}")
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::File, format!("{} cannot be read: {error}.", path.display()))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Exit::File,
        format!("{} cannot be written: {error}. Make room and repeat the command.", path.display()),
    )
}
