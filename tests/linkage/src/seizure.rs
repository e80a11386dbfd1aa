use std::collections::HashMap;
use std::time::SystemTime;

use undersign_tests::at_rest::SeizedFile;
use undersign_tests::places::{Place, Search};

use crate::disks::{Engine, FileGroup};
use crate::rows::Row;
use crate::side::Side;

/// What is kept of one person, and what is theirs in the log: values by which their rows are found. Who holds the keys computes the tag of
/// every address that he knows.
#[derive(Debug, Clone)]
pub struct Trace {
    /// Petition tag, hash of the request, digest of the request.
    pub identified: [Vec<u8>; 3],
    /// Nonce, authenticator, leaf hash.
    pub anonymous: [Vec<u8>; 3],
}

/// Names of those values.
const VALUES: [[&str; 3]; 2] = [["tag", "request", "digest"], ["nonce", "token", "leaf"]];

/// What was taken of one side at one moment, with what was copied earlier.
#[derive(Debug, Clone)]
pub struct Seizure {
    /// Which side.
    pub side: Side,
    /// What keeps the rows.
    pub engine: Engine,
    /// Files by kind, backups too.
    pub files: Vec<FileGroup>,
    /// Rows now.
    pub rows: Vec<Row>,
    /// Rows of earlier copies, the oldest first.
    pub copies: Vec<Vec<Row>>,
}

/// The same by person: what the tricks look at.
#[derive(Debug)]
pub struct Evidence {
    /// How many people there are.
    pub people: usize,
    /// What keeps the rows.
    pub engine: Engine,
    /// Of each table the people's rows.
    pub tables: Vec<PeoplesRows>,
    /// The same of each earlier copy.
    pub copies: Vec<Vec<PeoplesRows>>,
    /// Of each kind of files.
    pub groups: Vec<Group>,
}

/// Where people's values stand in files of one kind.
#[derive(Debug)]
pub struct Group {
    /// What they are.
    pub name: String,
    /// When each file was written last, in nanoseconds.
    pub modified: Vec<u64>,
    /// By value: its name, and each person's places.
    pub values: Vec<PeoplesPlaces>,
}

/// A table, and each person's row in it.
pub type PeoplesRows = (&'static str, Vec<Option<Row>>);

/// A value's name, and each person's places of it.
pub type PeoplesPlaces = (&'static str, Vec<Vec<Place>>);

impl Trace {
    fn of(&self, side: Side) -> &[Vec<u8>; 3] {
        match side {
            Side::Identified => &self.identified,
            Side::Anonymous => &self.anonymous,
        }
    }
}

impl Seizure {
    /// Looks for everyone's values.
    pub fn examine(&self, people: &[Trace]) -> Evidence {
        let by_key: HashMap<&[u8], usize> = people
            .iter()
            .enumerate()
            .flat_map(|(person, trace)| trace.of(self.side).iter().map(move |value| (value.as_slice(), person)))
            .collect();
        let by_person = |rows: &[Row]| {
            let mut tables: Vec<PeoplesRows> = Vec::new();
            for row in rows {
                if tables.last().is_none_or(|(table, _)| *table != row.table) {
                    tables.push((row.table, vec![None; people.len()]));
                }
                if let (Some(person), Some((_, found))) = (by_key.get(row.key.as_slice()), tables.last_mut()) {
                    found[*person] = Some(row.clone());
                }
            }
            tables
        };
        let values: Vec<&Vec<u8>> =
            (0..3).flat_map(|kind| people.iter().map(move |trace| &trace.of(self.side)[kind])).collect();
        let search = Search::new(&values);
        let groups = self.files.iter().map(|group| {
            let mut found = search.run(group.files.iter().map(|file| file.bytes.as_slice())).into_iter();
            let values = VALUES[self.side as usize];
            let values = values.into_iter().map(|name| (name, found.by_ref().take(people.len()).collect())).collect();
            let since = |file: &SeizedFile| {
                file.modified.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |age| age.as_nanos() as u64)
            };
            Group { name: group.name.clone(), modified: group.files.iter().map(since).collect(), values }
        });
        Evidence {
            people: people.len(),
            engine: self.engine,
            tables: by_person(&self.rows),
            copies: self.copies.iter().map(|rows| by_person(rows)).collect(),
            groups: groups.collect(),
        }
    }
}
