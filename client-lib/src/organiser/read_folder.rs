use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use super::folder::{Folder, SETTINGS_FILE};
use super::problem::{FolderProblem, Problems};

/// Most bytes of a file that is read; a whole manifest has at most 60,000.
const MAX_FILE: u64 = 1 << 20;

impl Folder {
    /// Reads a folder from the disk: `petition.toml` and the `.md` files one level below. Hidden files are passed over.
    pub fn read(directory: &Path) -> Result<Self, Vec<FolderProblem>> {
        let mut problems = Problems::default();
        let mut files = BTreeMap::new();
        if let Err(error) = read_all(directory, &mut files, &mut problems) {
            let sentence = format!("the folder {} cannot be read: {error}", directory.display());
            problems.missing(SETTINGS_FILE, sentence);
            return Err(problems.into_sorted());
        }
        let unread = problems.into_sorted();
        let parsed = Self::parse(&files);
        if unread.is_empty() {
            return parsed;
        }
        let mut all = parsed.err().unwrap_or_default();
        // What was not read is not missing as well.
        all.retain(|problem| unread.iter().all(|other| other.file != problem.file));
        all.extend(unread);
        Err(Problems::from(all).into_sorted())
    }
}

fn read_all(directory: &Path, files: &mut BTreeMap<String, String>, problems: &mut Problems) -> io::Result<()> {
    let settings = directory.join(SETTINGS_FILE);
    if fs::metadata(directory)?.is_dir() && settings.exists() {
        read_file(&settings, SETTINGS_FILE.to_owned(), files, problems);
    }
    for folder in names(directory)? {
        let path = directory.join(&folder);
        if !path.is_dir() {
            continue;
        }
        for name in names(&path)?.into_iter().filter(|name| name.ends_with(".md")) {
            read_file(&path.join(&name), format!("{folder}/{name}"), files, problems);
        }
    }
    Ok(())
}

/// Names in a folder; those that are not Unicode belong to no petition.
fn names(directory: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        if let Ok(name) = entry?.file_name().into_string()
            && !name.starts_with('.')
        {
            names.push(name);
        }
    }
    Ok(names)
}

fn read_file(path: &Path, name: String, files: &mut BTreeMap<String, String>, problems: &mut Problems) {
    match fs::metadata(path).map(|data| data.len()) {
        Ok(size) if size > MAX_FILE => {
            return problems.missing(&name, "this file is larger than a megabyte and was not read");
        }
        _ => {}
    }
    match fs::read_to_string(path) {
        Ok(text) => _ = files.insert(name, text),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            problems.missing(&name, "this file is not UTF-8 text; save it as UTF-8");
        }
        Err(error) => problems.missing(&name, format!("this file cannot be read: {error}")),
    }
}
