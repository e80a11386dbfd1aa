use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use undersign_client_lib::organiser::{FolderProblem, SETTINGS_FILE, Severity, ShownPicture};
use undersign_pages::Petition;
use undersign_pages::draft::{Draft, Finding};

use super::version;
use crate::commands::organiser::folder::{self, Found};

/// A folder that is looked at again whenever somebody asks for it and something in it was saved.
pub struct Watched {
    directory: PathBuf,
    seen: Mutex<Option<Arc<Seen>>>,
}

/// What was seen.
pub struct Seen {
    /// What is said on top of each page.
    pub draft: Draft,
    /// The petition, as it is or as it was last; `None` where it has never been one.
    pub shown: Option<Shown>,
}

/// What pages are of.
#[derive(Clone)]
pub struct Shown {
    /// With keys that everybody knows.
    pub petition: Arc<Petition>,
    /// The picture, where there is one.
    pub picture: Option<Arc<ShownPicture>>,
}

impl Watched {
    /// Nothing is read yet.
    pub fn new(directory: PathBuf) -> Self {
        Self { directory, seen: Mutex::default() }
    }

    /// Which state the folder is in.
    pub fn version(&self) -> String {
        version::of(&self.directory)
    }

    /// The folder as it is now.
    pub fn look(&self) -> Arc<Seen> {
        // One at a time: a picture takes a moment, and whoever comes second finds it done. What is in a poisoned lock was seen whole.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // Before the files: what is saved while they are read gives another version, and the page is asked for again.
        let version = self.version();
        if let Some(last) = seen.as_ref().filter(|last| last.draft.version == version) {
            return Arc::clone(last);
        }
        let now = Arc::new(self.read(version, seen.as_deref()));
        *seen = Some(Arc::clone(&now));
        now
    }

    fn read(&self, version: String, last: Option<&Seen>) -> Seen {
        let Found { folder, picture, mut problems } = folder::find(&self.directory);
        let verified = folder.map(|folder| folder.draft());
        let shown = match verified {
            Some(Ok(verified)) => {
                let petition = Petition { verified, position: Some(0), notices: Vec::new() };
                Some(Shown { petition: Arc::new(petition), picture: picture.map(|picture| Arc::new(picture.shown)) })
            }
            Some(Err(error)) => {
                let sentence = format!("the petition cannot be published: {error}");
                let (file, severity) = (SETTINGS_FILE.to_owned(), Severity::Refused);
                problems.push(FolderProblem { file, line: None, severity, sentence });
                None
            }
            None => None,
        };
        let last = last.and_then(|seen| seen.shown.clone());
        let is_outdated = shown.is_none() && last.is_some();
        let draft = Draft { version, is_outdated, findings: problems.into_iter().map(finding).collect() };
        Seen { draft, shown: shown.or(last) }
    }
}

fn finding(problem: FolderProblem) -> Finding {
    let place = problem.line.map_or_else(|| problem.file.clone(), |line| format!("{}:{line}", problem.file));
    Finding { place, sentence: problem.sentence, is_hint: problem.severity == Severity::Hint }
}
