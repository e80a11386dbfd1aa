//! Reads TOML strictly and tells everything that is wrong with it, each with its line. (Serde would stop at the first.)

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};
use undersign_protocol::petition::Language;

use super::problem::Problems;

/// There is no value, and why not has been told already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told;

/// Where each value of the file stands, by its path (`publication.min_batch`, `goals`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lines(BTreeMap<String, usize>);

/// What reading needs and gives beside the values.
pub(super) struct Reader<'a> {
    pub file: &'a str,
    pub text: &'a str,
    pub languages: &'a [Language],
    pub problems: &'a mut Problems,
    pub lines: Lines,
}

/// A table, whose entries are taken out one after another; what is left at the end is unknown.
pub(super) struct Table<'a> {
    path: String,
    line: Option<usize>,
    entries: BTreeMap<String, (usize, DeValue<'a>)>,
    known: Vec<&'static str>,
}

/// A value that was taken out of its table.
pub(super) struct Entry<'a> {
    /// Its key, or the whole path of one that stands in a table (`publication.interval`).
    pub path: String,
    pub line: usize,
    pub value: DeValue<'a>,
}

impl Lines {
    pub fn of(&self, path: &str) -> Option<usize> {
        self.0.get(path).copied()
    }
}

impl<'a> Reader<'a> {
    /// The whole file. Where its syntax is broken nothing else is told, since what follows from that would only confuse.
    pub fn document(&mut self) -> Result<Table<'a>, Told> {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let line = error.span().map(|span| self.line_at(span.start));
            self.tell(line, format!("this is not TOML: {}", error.message()));
        }
        if errors.is_empty() { Ok(self.table(String::new(), None, root.into_inner())) } else { Err(Told) }
    }

    /// A value that may be left out.
    pub fn take(&mut self, table: &mut Table<'a>, key: &'static str) -> Option<Entry<'a>> {
        table.known.push(key);
        let (line, value) = table.entries.remove(key)?;
        let path = format!("{}{key}", table.path);
        self.lines.0.insert(path.clone(), line);
        Some(Entry { path, line, value })
    }

    /// A value that must be there; `wanted` shows how to write it.
    pub fn require(&mut self, table: &mut Table<'a>, key: &'static str, wanted: &str) -> Result<Entry<'a>, Told> {
        let entry = self.take(table, key);
        entry.ok_or_else(|| self.tell(table.line, format!("{}{key} is missing; add {wanted}", table.path)))
    }

    /// Ends the reading of a table: whatever was not taken is not known here.
    pub fn finish(&mut self, table: Table<'a>) -> Result<(), Told> {
        let mut unknown = Ok(());
        for (key, (line, _)) in &table.entries {
            let known = table.known.join(", ");
            unknown =
                Err(self.tell(Some(*line), format!("there is no setting {}{key}; known here: {known}", table.path)));
        }
        unknown
    }

    /// Something is wrong at a line of this file.
    pub fn tell(&mut self, line: Option<usize>, sentence: impl Into<String>) -> Told {
        self.problems.refuse(self.file, line, sentence);
        Told
    }

    pub(super) fn table(&self, path: String, line: Option<usize>, entries: DeTable<'a>) -> Table<'a> {
        let entries = entries.into_iter().map(|(key, value)| {
            let line = self.line_at(key.span().start);
            (key.into_inner().into_owned(), (line, value.into_inner()))
        });
        Table { path, line, entries: entries.collect(), known: Vec::new() }
    }

    pub(super) fn line_at(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().get(..offset).unwrap_or(self.text.as_bytes());
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }
}
