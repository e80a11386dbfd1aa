use std::path::Path;

use serde_json::json;
use undersign_client_lib::organiser::{Folder, FolderProblem, Severity};

use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;

/// A folder that may be published, with the number of hints. Everything that was found is told.
pub fn read(directory: &Path, output: &Output) -> CommandResult<(Folder, usize)> {
    let (folder, problems) = match Folder::read(directory) {
        Ok(folder) => {
            let problems = folder.check(clock::now());
            (Some(folder), problems)
        }
        Err(problems) => (None, problems),
    };
    problems.iter().for_each(|problem| tell(directory, problem, output));
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let (missing, refused, hints) = (count(Severity::Missing), count(Severity::Refused), count(Severity::Hint));
    match folder {
        Some(folder) if missing + refused == 0 => Ok((folder, hints)),
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
