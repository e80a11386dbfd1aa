use std::collections::{BTreeSet, HashMap, HashSet};

use crate::disks::Engine;
use crate::lots::Lots;
use crate::seizure::Evidence;
use crate::statistics::{Comparison, compare};
use crate::tricks::{Reading, TRICKS, Trick};

/// What is held of both sides at a moment.
pub struct Held {
    /// What keeps the rows.
    pub engine: Engine,
    /// When it was seized.
    pub moment: String,
    /// Of the identified and the anonymous side.
    pub evidence: [Evidence; 2],
}

/// People between whom nothing that may be known tells.
pub struct Crowds {
    /// Who asked on one day and signed on one: all that the days tell.
    pub by_days: Vec<Vec<usize>>,
    /// Who did both since the last rewriting before the seizure: between these the order since then may tell.
    pub since_the_tick: Vec<usize>,
}

/// What a trick has come to at a moment.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What keeps the rows.
    pub engine: Engine,
    /// When it was seized.
    pub moment: String,
    /// The trick.
    pub trick: &'static str,
    /// Whether it is about those who came since the last rewriting alone.
    pub since_the_tick: bool,
    /// How many pairs of readings were compared.
    pub comparisons: usize,
    /// How many people there were in the comparison that had most.
    pub people: usize,
    /// The readings that went best, and how well. `None` where there is nothing that could be compared.
    pub best: Option<(String, Comparison)>,
}

/// Tries every trick on both crowds.
pub fn look(held: &Held, crowds: &Crowds, seed: u64) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (since_the_tick, crowds) in [(false, &crowds.by_days), (true, &vec![crowds.since_the_tick.clone()])] {
        if crowds.iter().all(Vec::is_empty) {
            continue;
        }
        for trick in TRICKS {
            let (comparisons, people, best) = try_trick(trick, &held.evidence, crowds, seed);
            let moment = held.moment.clone();
            findings.push(Finding {
                engine: held.engine,
                moment,
                trick: trick.name,
                since_the_tick,
                comparisons,
                people,
                best,
            });
        }
    }
    findings
}

/// Compares every reading of one side with every reading of the other: how many comparisons that are, how many people the largest has, and
/// which went best.
pub fn try_trick(
    trick: Trick,
    evidence: &[Evidence; 2],
    crowds: &[Vec<usize>],
    seed: u64,
) -> (usize, usize, Option<(String, Comparison)>) {
    let mut lots = Lots::new(seed);
    let [identified, anonymous] = evidence.each_ref().map(|evidence| different((trick.read)(evidence)));
    let pairs = identified.iter().flat_map(|one| anonymous.iter().map(move |other| (one, other)));
    let compared = pairs.filter_map(|(one, other)| {
        let comparison = compare(&one.numbers, &other.numbers, crowds, &mut lots)?;
        Some((format!("{} / {}", one.name, other.name), comparison))
    });
    let compared: Vec<_> = compared.collect();
    let people = compared.iter().map(|(_, comparison)| comparison.people).max().unwrap_or(0);
    let count = compared.len();
    (count, people, compared.into_iter().min_by(|one, other| one.1.p.total_cmp(&other.1.p)))
}

/// Readings without those that order people as an earlier one does: what is compared twice finds nothing more, and takes a share of what
/// may fail by chance.
fn different(readings: Vec<Reading>) -> Vec<Reading> {
    let mut orders = HashSet::new();
    let is_new = |reading: &Reading| {
        let numbers = BTreeSet::from_iter(reading.numbers.iter().flatten());
        let places: HashMap<_, _> = numbers.into_iter().zip(0_usize..).collect();
        orders.insert(
            reading.numbers.iter().map(|number| number.as_ref().map(|number| places[number])).collect::<Vec<_>>(),
        )
    };
    readings.into_iter().filter(is_new).collect()
}
