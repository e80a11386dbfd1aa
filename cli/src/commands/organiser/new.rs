use std::fs;
use std::io;
use std::path::Path;

use serde_json::json;
use undersign_client_lib::organiser::new_folder;

use crate::args::NewArguments;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;

/// `undersign organiser new DIR`: writes into an empty folder only.
pub fn run(arguments: &NewArguments, output: &Output) -> CommandResult {
    let directory = &arguments.directory;
    let unwritable =
        |error: io::Error| Failure::new(Exit::File, format!("{} cannot be written: {error}.", directory.display()));
    fs::create_dir_all(directory).map_err(unwritable)?;
    if fs::read_dir(directory).map_err(unwritable)?.next().is_some() {
        let message = format!("{} is not empty and was left as it is. Name another folder.", directory.display());
        return Err(Failure::new(Exit::File, message));
    }
    let files = new_folder(&arguments.slug, &arguments.languages);
    for (path, text) in &files {
        write(&directory.join(path), text).map_err(unwritable)?;
    }
    output.event(
        "created",
        json!({ "directory": directory, "files": files.keys().collect::<Vec<_>>() }),
        format!(
            "Made {} with {} files. Fill in what stands in {{{{double braces}}}}, then run:\n\
             undersign organiser preview {}",
            directory.display(),
            files.len(),
            directory.display()
        ),
    );
    Ok(())
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, text)
}
