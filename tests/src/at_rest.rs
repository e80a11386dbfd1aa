use std::fs;
use std::path::{Path, PathBuf};

/// Files of one side as a seized machine would have them: database, WAL, shared memory, and whatever else lies in its directory.
pub fn files(directory: &Path, begins_with: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(directory).expect("a directory");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let wanted = paths.filter(|path| {
        path.is_file() && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(begins_with))
    });
    wanted.map(|path| (path.clone(), fs::read(path).expect("a readable file"))).collect()
}

/// Whether bytes hold a text, in UTF-8 or UTF-16, in large or small letters.
pub fn holds(bytes: &[u8], text: &str) -> bool {
    let spellings = [text.to_owned(), text.to_lowercase(), text.to_uppercase()];
    spellings.iter().any(|text| {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        holds_bytes(bytes, text.as_bytes()) || holds_bytes(bytes, &wide)
    })
}

/// Whether bytes hold other bytes.
pub fn holds_bytes(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
