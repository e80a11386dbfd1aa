//! What an adversary can make of what he has seized: each trick reads numbers from one side alone, one a person, and pairs people with
//! signatures by the order of the numbers of both. It need not be sensible: it fails the game by working.

mod copies;
mod file_times;
mod order;
mod pages;
mod places;
mod repetitions;
mod sizes;
mod transactions;

use undersign_tests::places::Place;

use crate::rows::Row;
use crate::seizure::{Evidence, Group, PeoplesPlaces, PeoplesRows};

/// Numbers of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What was read.
    pub name: String,
    /// One a person, where there is one.
    pub numbers: Vec<Option<u64>>,
}

/// A trick.
#[derive(Debug, Clone, Copy)]
pub struct Trick {
    /// What is looked at.
    pub name: &'static str,
    /// Reads a side.
    pub read: fn(&Evidence) -> Vec<Reading>,
}

/// All of them.
pub const TRICKS: [Trick; 8] = [
    Trick { name: "order of rows", read: order::read },
    Trick { name: "place in files", read: places::read },
    Trick { name: "place in pages", read: pages::read },
    Trick { name: "transactions", read: transactions::read },
    Trick { name: "sizes", read: sizes::read },
    Trick { name: "file times", read: file_times::read },
    Trick { name: "repetitions", read: repetitions::read },
    Trick { name: "copies", read: copies::read },
];

impl Reading {
    fn new(name: impl Into<String>, numbers: Vec<Option<u64>>) -> Self {
        Self { name: name.into(), numbers }
    }
}

/// A number of each person's row, table by table.
fn of_rows(evidence: &Evidence, number: impl Fn(&Row) -> Option<u64>) -> Vec<Reading> {
    let of_table = |(table, rows): &PeoplesRows| {
        Reading::new(*table, rows.iter().map(|row| row.as_ref().and_then(&number)).collect())
    };
    evidence.tables.iter().map(of_table).collect()
}

/// A number of each person's places of a value, for every kind of files.
fn of_places(evidence: &Evidence, number: impl Fn(&Group, &[Place]) -> Option<u64>) -> Vec<Reading> {
    let of_group = |group: &Group| {
        let of_value = |(value, places): &PeoplesPlaces| {
            let numbers = places.iter().map(|places| number(group, places)).collect();
            Reading::new(format!("{value} in {}", group.name), numbers)
        };
        group.values.iter().map(of_value).collect::<Vec<_>>()
    };
    evidence.groups.iter().flat_map(of_group).collect()
}
