use std::fs;
use std::path::Path;

/// A file of the repository.
#[derive(Debug, Clone)]
pub struct Source {
    /// From the root of the repository, with `/`.
    pub path: String,
    /// Everything in it.
    pub text: String,
}

impl Source {
    /// A file that is not there, to show that a rule finds what breaks it.
    pub fn planted(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// Whether its path begins and ends like this.
    pub fn is_in(&self, begin: &str, end: &str) -> bool {
        self.path.starts_with(begin) && self.path.ends_with(end)
    }

    /// Rust without its comments. Strings stay.
    pub fn code(&self) -> String {
        without_comments(&self.text)
    }

    /// Whether its code names a word, not only as a part of another one.
    pub fn names(&self, word: &str) -> bool {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        let code = self.code();
        code.match_indices(word).any(|(start, _)| {
            !code[..start].chars().next_back().is_some_and(part)
                && !code[start + word.len()..].chars().next().is_some_and(part)
        })
    }
}

/// Every file of the repository that people write, without what is built.
pub fn repository() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the root of the repository");
    let mut sources = Vec::new();
    read_below(root, "", &mut sources);
    assert!(sources.len() > 100, "the repository has more files than that");
    sources
}

fn read_below(directory: &Path, prefix: &str, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_directory = entry.file_type().expect("a type").is_dir();
        if is_directory
            && !name.starts_with('.')
            && !["target", "node_modules", "undersign-demo"].contains(&name.as_str())
        {
            read_below(&entry.path(), &format!("{prefix}{name}/"), sources);
        } else if !is_directory && let Ok(text) = fs::read_to_string(entry.path()) {
            sources.push(Source { path: format!("{prefix}{name}"), text });
        }
    }
}

fn without_comments(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let length = if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
            continue;
        } else if rest.starts_with("/*") {
            rest = rest.split_once("*/").map_or("", |(_, after)| after);
            continue;
        } else {
            literal(rest).unwrap_or_else(|| rest.chars().next().map_or(1, char::len_utf8))
        };
        code.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    code
}

/// Length of the string or character that the text begins with: what looks like a comment in it is none.
fn literal(text: &str) -> Option<usize> {
    if let Some(raw) = text.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let body = raw[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(text.len() - body.len() + body.find(&end)? + end.len());
    }
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut escaped = false;
    for (index, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(index + 1),
            // A lifetime, not a character.
            _ if quote == '\'' && index > 1 && !text.starts_with("'\\") => return None,
            _ => {}
        }
    }
    None
}
