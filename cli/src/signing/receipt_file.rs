use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use undersign_protocol::petition::PetitionId;
use undersign_protocol::redemption::Receipt;
use zeroize::Zeroizing;

use crate::exit::{CommandResult, Exit, Failure};
use crate::files::write_new_secret;

/// The file that a receipt goes to. Nothing is written over, but the same receipt of a command that was killed.
pub struct ReceiptFile(PathBuf);

impl ReceiptFile {
    /// A file that must not exist yet. Looked at before anything is sent; it is written at the end.
    pub fn new(path: &Path) -> CommandResult<Self> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(exists(path));
        }
        Self::in_folder(path)
    }

    /// The same, or the receipt that a killed command had written already.
    pub fn of_resumed(path: &Path, petition_id: &PetitionId) -> CommandResult<Self> {
        match kept(path) {
            Some(receipt) if receipt.petition_id() == *petition_id => Self::in_folder(path),
            _ => Self::new(path),
        }
    }

    fn in_folder(path: &Path) -> CommandResult<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if folder.is_dir() {
            return Ok(Self(path.to_owned()));
        }
        Err(Failure::new(
            Exit::File,
            format!("There is no folder {} for the receipt. Make it first.", folder.display()),
        ))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes the receipt, readable by its owner alone, durable when this returns.
    pub fn write(&self, receipt: &Receipt) -> CommandResult {
        let of_this = |kept: Receipt| kept.withdrawal_code() == receipt.withdrawal_code();
        if kept(&self.0).is_some_and(of_this) {
            return Ok(());
        }
        write_new_secret(&self.0, &receipt.encode()).map_err(|error| {
            let message = format!(
                "The signature is accepted, but {} cannot be written: {error}. What is needed to write it is kept: undersign resume {} \
                 --receipt FILE",
                self.0.display(),
                receipt.slug()
            );
            Failure::new(Exit::File, message)
        })
    }
}

/// Reads a receipt.
pub fn read(path: &Path) -> Result<Receipt, Failure> {
    let unreadable =
        |error: io::Error| Failure::new(Exit::File, format!("{} cannot be read: {error}.", path.display()));
    let bytes = Zeroizing::new(fs::read(path).map_err(unreadable)?);
    Receipt::decode(&bytes).map_err(|error| Failure::new(Exit::File, format!("{}: {error}.", path.display())))
}

fn kept(path: &Path) -> Option<Receipt> {
    read(path).ok()
}

fn exists(path: &Path) -> Failure {
    let message =
        format!("{} exists already, and is not written over. Name another file for the receipt.", path.display());
    Failure::new(Exit::File, message)
}
