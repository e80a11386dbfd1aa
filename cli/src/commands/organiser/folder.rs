use std::path::Path;

use serde_json::json;
use undersign_client_lib::organiser::{Folder, FolderProblem, Severity};

use super::picture::{self, Picture};
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;

/// What a folder is, and everything that was found in it.
pub struct Found {
    /// The petition, where it can be read as one.
    pub folder: Option<Folder>,
    /// Its picture, where it has one that can be used.
    pub picture: Option<Picture>,
    /// What is to be changed before it can be published, and hints.
    pub problems: Vec<FolderProblem>,
}

/// A folder that may be published.
pub struct Publishable {
    /// The petition.
    pub folder: Folder,
    /// Its picture.
    pub picture: Option<Picture>,
    /// The number of hints.
    pub hints: usize,
}

/// Looks for everything that is wrong with a folder.
pub fn find(directory: &Path) -> Found {
    let folder = match Folder::read(directory) {
        Ok(folder) => folder,
        Err(problems) => return Found { folder: None, picture: None, problems },
    };
    let mut problems = folder.check(clock::now());
    let picture = picture::read(directory, &folder).unwrap_or_else(|problem| {
        problems.push(problem);
        problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        None
    });
    Found { folder: Some(folder), picture, problems }
}

/// A folder that may be published. Everything that was found is told.
pub fn read(directory: &Path, output: &Output) -> CommandResult<Publishable> {
    let Found { folder, picture, problems } = find(directory);
    problems.iter().for_each(|problem| tell(directory, problem, output));
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let (missing, refused, hints) = (count(Severity::Missing), count(Severity::Refused), count(Severity::Hint));
    match folder {
        Some(folder) if missing + refused == 0 => Ok(Publishable { folder, picture, hints }),
        _ => {
            let exit = if missing > 0 { Exit::File } else { Exit::Refused };
            let message = format!("To be changed before this petition can be published: {}.", missing + refused);
            Err(Failure::new(exit, message))
        }
    }
}

/// Tells what is to be changed, and where.
pub fn tell(directory: &Path, problem: &FolderProblem, output: &Output) {
    let FolderProblem { file, line, severity, sentence } = problem;
    let (severity, mark) = match severity {
        Severity::Missing => ("missing", ""),
        Severity::Refused => ("refused", ""),
        Severity::Hint => ("hint", "hint: "),
    };
    let line_text = line.map(|line| format!("{line}:")).unwrap_or_default();
    output.event(
        "problem",
        json!({ "file": file, "line": line, "severity": severity, "sentence": sentence }),
        format!("{}:{line_text} {mark}{sentence}", directory.join(file).display()),
    );
}
