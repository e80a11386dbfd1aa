/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A file is missing or cannot be read.
    Missing,
    /// Every server would refuse this.
    Refused,
    /// Allowed, but perhaps not what was meant.
    Hint,
}

/// Something to change in a petition's folder, with the place and a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderProblem {
    /// Path inside the folder, with `/`.
    pub file: String,
    /// Line of the file, counted from 1, where there is one to point at.
    pub line: Option<usize>,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong and what to do.
    pub sentence: String,
}

/// `file:line: sentence`, as editors and terminals know it.
impl std::fmt::Display for FolderProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.sentence),
            None => write!(f, "{}: {}", self.file, self.sentence),
        }
    }
}

/// Collects findings, so that all are told at once and not only the first.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<FolderProblem>);

impl Problems {
    pub fn missing(&mut self, file: &str, sentence: impl Into<String>) {
        self.add(file, None, Severity::Missing, sentence.into());
    }

    pub fn refuse(&mut self, file: &str, line: Option<usize>, sentence: impl Into<String>) {
        self.add(file, line, Severity::Refused, sentence.into());
    }

    pub fn hint(&mut self, file: &str, line: Option<usize>, sentence: impl Into<String>) {
        self.add(file, line, Severity::Hint, sentence.into());
    }

    /// In the order in which a person goes through the folder.
    pub fn into_sorted(mut self) -> Vec<FolderProblem> {
        self.0.sort_by(|a, b| (&a.file, a.line, a.severity).cmp(&(&b.file, b.line, b.severity)));
        self.0
    }

    fn add(&mut self, file: &str, line: Option<usize>, severity: Severity, sentence: String) {
        self.0.push(FolderProblem { file: file.to_owned(), line, severity, sentence });
    }
}

impl From<Vec<FolderProblem>> for Problems {
    fn from(problems: Vec<FolderProblem>) -> Self {
        Self(problems)
    }
}
