use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::SystemTime;

use openssl::sha::sha256;
use undersign_protocol::bytes::to_base64url;

/// Bytes that are looked at together: shorter ones stand somewhere by chance.
const WINDOW: usize = 8;

type Window = [u8; WINDOW];

/// Files as a seized machine would have them: databases, WALs, shared memory, keys, configuration, output.
#[derive(Debug, Clone, Default)]
pub struct Seized {
    files: Vec<SeizedFile>,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct SeizedFile {
    /// From the directory that was read.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// When it was written last.
    pub modified: SystemTime,
}

/// Something that must not be found, in all the forms in which it might be kept.
#[derive(Debug, Clone)]
pub struct Secret {
    what: &'static str,
    forms: Vec<Vec<u8>>,
}

impl Seized {
    /// Every file in a directory and below, by its path from there.
    pub fn read(directory: &Path) -> Self {
        let mut seized = Self::read_where(directory, |_| true);
        // A name can tell as much as what is in the file.
        let names: Vec<_> = seized.files.iter().map(|file| file.path.as_str()).collect();
        let bytes = names.join("\n").into_bytes();
        let path = "names of the files".to_owned();
        seized.files.push(SeizedFile { path, bytes, modified: SystemTime::UNIX_EPOCH });
        seized
    }

    /// Those whose path, or whose folder's, is wanted. What is gone meanwhile has nothing: PostgreSQL removes files at any time.
    pub fn read_where(directory: &Path, wanted: impl Fn(&str) -> bool) -> Self {
        let mut seized = Self::default();
        seized.read_below(directory, "", &wanted);
        seized
    }

    /// Every file.
    pub fn files(&self) -> &[SeizedFile] {
        &self.files
    }

    /// The files whose path begins with this: `identified` and `anonymous` are the sides.
    pub fn side(&self, name: &str) -> Self {
        let files = self.files.iter().filter(|file| file.path.starts_with(name));
        Self { files: files.cloned().collect() }
    }

    /// As it would be with more in one of the files.
    #[must_use]
    pub fn with(&self, path: &str, more: &[u8]) -> Self {
        let mut planted = self.clone();
        let file = planted.files.iter_mut().find(|file| file.path == path).expect("a file that was seized");
        let middle = file.bytes.len() / 2;
        file.bytes.splice(middle..middle, more.iter().copied());
        planted
    }

    /// A file's bytes.
    pub fn file(&self, path: &str) -> &[u8] {
        &self.files.iter().find(|file| file.path == path).expect("a file that was seized").bytes
    }

    /// What is found of the secrets, and where. Small and large letters are alike.
    pub fn find(&self, secrets: &[Secret]) -> BTreeSet<String> {
        let folded = self.files.iter().map(|file| (&file.path, file.bytes.to_ascii_lowercase()));
        let folded: Vec<_> = folded.collect();
        let windows: HashSet<Window> = folded.iter().flat_map(|(_, bytes)| windows(bytes)).collect();
        let mut found = BTreeSet::new();
        for Secret { what, forms } in secrets {
            for form in forms.iter().map(|form| form.to_ascii_lowercase()) {
                assert!(form.len() >= WINDOW, "{what} is too short to be searched for");
                if windows_of(&form).all(|window| windows.contains(&window)) {
                    let holds = |bytes: &[u8]| bytes.windows(form.len()).any(|window| window == form);
                    found.extend(
                        folded.iter().filter(|(_, bytes)| holds(bytes)).map(|(path, _)| format!("{what}: {path}")),
                    );
                }
            }
        }
        found
    }

    /// Runs of eight bytes that both have, touching nothing that stands in the files of `known`. Runs with a zero are left out: the
    /// structure of SQLite's pages is full of them, and a random value of 16 bytes has others nearly always.
    pub fn common(&self, other: &Self, known: &[Self]) -> BTreeSet<Window> {
        let known: Vec<_> = known.iter().flat_map(Self::values).collect();
        let mut common = common(&self.values(), &other.values(), &known);
        common.retain(|window| !window.contains(&0));
        common
    }

    fn values(&self) -> Vec<Vec<u8>> {
        self.files.iter().map(|file| file.bytes.clone()).collect()
    }

    fn read_below(&mut self, directory: &Path, prefix: &str, wanted: &impl Fn(&str) -> bool) {
        for entry in fs::read_dir(directory).expect("a directory") {
            let file = entry.expect("an entry").path();
            let path = format!("{prefix}{}", file.file_name().expect("a name").to_string_lossy());
            if !wanted(&path) {
                continue;
            }
            if file.is_dir() {
                self.read_below(&file, &format!("{path}/"), wanted);
            } else if let Some((bytes, modified)) = read_file(&file) {
                self.files.push(SeizedFile { path, bytes, modified });
            }
        }
    }
}

impl Secret {
    /// A text: as it is, in UTF-16, in hexadecimal digits, in base64, and its hash.
    pub fn text(what: &'static str, text: &str) -> Self {
        let mut secret = Self::bytes(what, text.as_bytes());
        secret.forms.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        secret.forms.push(sha256(text.as_bytes()).to_vec());
        secret
    }

    /// Bytes: as they are, in hexadecimal digits and in base64.
    pub fn bytes(what: &'static str, bytes: &[u8]) -> Self {
        let hexadecimal = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes();
        // Three ways to stand in a longer text that is encoded whole. What does not fill four characters is left out.
        let base64 = (0..3).map(|start| {
            let rest = &bytes[start..];
            to_base64url(&rest[..rest.len() / 3 * 3]).into_bytes()
        });
        let mut forms: Vec<Vec<u8>> = base64.filter(|form| form.len() >= WINDOW).collect();
        forms.extend([bytes.to_vec(), hexadecimal]);
        Self { what, forms }
    }
}

/// Runs of eight bytes that both sets of values have, touching no run of eight that is known to be common.
pub fn common(left: &[Vec<u8>], right: &[Vec<u8>], known: &[Vec<u8>]) -> BTreeSet<Window> {
    let known: HashSet<Window> = known.iter().flat_map(|value| windows(value)).collect();
    let left: HashSet<Window> = left.iter().flat_map(|value| unknown_windows(value, &known)).collect();
    let right = right.iter().flat_map(|value| unknown_windows(value, &known));
    right.filter(|window| left.contains(window)).collect()
}

fn read_file(file: &Path) -> Option<(Vec<u8>, SystemTime)> {
    // Sockets and the like hold nothing.
    let modified = file.metadata().ok().filter(std::fs::Metadata::is_file)?.modified().expect("a time");
    match fs::read(file) {
        Ok(bytes) => Some((bytes, modified)),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::NotFound, "a readable file: {}", file.display());
            None
        }
    }
}

fn unknown_windows(bytes: &[u8], known: &HashSet<Window>) -> Vec<Window> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (index, window) in windows_of(bytes).enumerate() {
        if known.contains(&window) {
            parts.push(&bytes[start..index.max(start)]);
            start = index + WINDOW;
        }
    }
    parts.push(&bytes[start..]);
    parts.into_iter().flat_map(windows).collect()
}

fn windows(bytes: &[u8]) -> Vec<Window> {
    windows_of(bytes).collect()
}

fn windows_of(bytes: &[u8]) -> impl Iterator<Item = Window> {
    bytes.windows(WINDOW).filter_map(|window| window.try_into().ok())
}
