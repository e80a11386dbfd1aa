//! What an audit remembers for the next one, and what is kept when the two contradict each other.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use undersign_protocol::petition::{PetitionId, VerifiedManifest};
use undersign_protocol::public_log::{Checkpoint, CheckpointKey};

use crate::exit::{CommandResult, Exit, Failure};
use crate::files::replace;

const VERSION: u64 = 1;

/// The file of `--state`: the signed head of the last audit that found nothing wrong. All entries are read again at each audit, so the
/// root of the remembered tree is recomputed on the way and nothing else need be kept.
pub struct Remembered {
    path: PathBuf,
    head: Option<(Checkpoint, String)>,
}

impl Remembered {
    /// Reads the file, or begins one.
    ///
    /// # Errors
    /// It is of another petition, or its note is not one of the petition's log.
    pub fn read(path: &Path, petition: &VerifiedManifest) -> CommandResult<Self> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { path: path.to_owned(), head: None });
            }
            Err(error) => return Err(failure(path, &format!("cannot be read: {error}"))),
        };
        let (petition_id, note) = parse(&bytes).ok_or_else(|| failure(path, "is not a state file of an audit"))?;
        if petition_id != petition.petition_id() {
            let message = format!(
                "{} remembers another petition ({petition_id}) than this one ({}). If it is the right file, this link led to \
                 another petition before: do not trust it.",
                path.display(),
                petition.petition_id()
            );
            return Err(Failure::new(Exit::NotTrusted, message));
        }
        let key = CheckpointKey::new(petition.log_origin(), petition.manifest().log.public_key);
        let checkpoint = Checkpoint::open(&note, &key)
            .map_err(|error| failure(path, &format!("is damaged: its checkpoint is {error}")))?;
        Ok(Self { path: path.to_owned(), head: Some((checkpoint, note)) })
    }

    /// The head of the last audit.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.head.as_ref().map(|(checkpoint, _)| checkpoint)
    }

    /// Remembers a head, which contains what was remembered before.
    pub fn write(&self, petition_id: PetitionId, note: &str) -> CommandResult {
        let state = json!({ "version": VERSION, "petition_id": petition_id, "checkpoint": note });
        replace(&self.path, format!("{state}\n").as_bytes())
            .map_err(|error| failure(&self.path, &format!("cannot be written: {error}")))
    }

    /// Keeps both notes, which the log's key has signed, where the log does not hold what it has signed before. What was remembered
    /// stays, and no earlier evidence is written over.
    ///
    /// # Returns
    /// The file with them.
    pub fn keep_evidence(&self, shown: &str) -> CommandResult<Option<PathBuf>> {
        let Some((_, remembered)) = &self.head else { return Ok(None) };
        let evidence = json!({ "version": VERSION, "remembered": remembered, "shown": shown });
        let number = |number: u32| {
            let mut name = self.path.clone().into_os_string();
            name.push(format!(".evidence-{number}"));
            PathBuf::from(name)
        };
        let free = (1..).map(number).find(|path| !path.exists());
        let Some(path) = free else { return Ok(None) };
        replace(&path, format!("{evidence}\n").as_bytes())
            .map_err(|error| failure(&path, &format!("cannot be written: {error}")))?;
        Ok(Some(path))
    }
}

fn parse(bytes: &[u8]) -> Option<(PetitionId, String)> {
    let state: Value = serde_json::from_slice(bytes).ok()?;
    if state["version"] != VERSION {
        return None;
    }
    Some((state["petition_id"].as_str()?.parse().ok()?, state["checkpoint"].as_str()?.to_owned()))
}

fn failure(path: &Path, what: &str) -> Failure {
    Failure::new(Exit::File, format!("{} {what}. Name another file with --state.", path.display()))
}
