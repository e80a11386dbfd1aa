//! Who has every table that was ever told, and the rule by which they are made, and computes which numbers fit.

use std::ops::RangeInclusive;

/// What he knows: that a sum of some of the unknown numbers lies between two bounds.
#[derive(Debug, Clone)]
pub struct Sum {
    /// Which numbers, each once.
    pub of: Vec<usize>,
    /// The bounds.
    pub range: RangeInclusive<u64>,
}

/// All that he knows. Every number stands in some sum, and none is negative.
#[derive(Debug, Clone)]
pub struct Knowledge {
    sums: Vec<Sum>,
    /// Numbers that fit.
    fitting: Vec<u64>,
}

type Ranges = Vec<(u64, u64)>;

impl Knowledge {
    pub fn new(unknowns: usize, mut sums: Vec<Sum>) -> Self {
        let mut differences = Vec::new();
        for (whole, part) in sums.iter().flat_map(|whole| sums.iter().map(move |part| (whole, part))) {
            if part.of.len() < whole.of.len() && part.of.iter().all(|number| whole.of.contains(number)) {
                let of = whole.of.iter().filter(|number| !part.of.contains(number)).copied().collect();
                let least = whole.range.start().saturating_sub(*part.range.end());
                differences.push(Sum { of, range: least..=whole.range.end() - part.range.start() });
            }
        }
        sums.extend(differences);
        let top = sums.iter().map(|sum| *sum.range.end()).max().unwrap_or(0);
        let fitting = search(&sums, vec![(0, top); unknowns]).expect("what is known is true");
        Self { sums, fitting }
    }

    /// Every value that a number can have, each with numbers that fit everything: exact, for each is a solution.
    pub fn possible(&self, number: usize) -> Vec<(u64, Vec<u64>)> {
        let mut beside = vec![number];
        let mut sums: Vec<Sum> = Vec::new();
        loop {
            let touches = |sum: &&Sum| sum.of.iter().any(|number| beside.contains(number));
            let touching: Vec<Sum> = self.sums.iter().filter(touches).cloned().collect();
            let grown: Vec<usize> = touching.iter().flat_map(|sum| sum.of.iter().copied()).collect();
            if touching.len() == sums.len() {
                break;
            }
            (sums, beside) = (touching, grown);
        }
        let top = sums.iter().map(|sum| *sum.range.end()).max().expect("a number that is in a sum");
        let mut ranges: Ranges = self.fitting.iter().map(|value| (*value, *value)).collect();
        beside.iter().for_each(|number| ranges[*number] = (0, top));
        let solution = |value| {
            let mut ranges = ranges.clone();
            ranges[number] = (value, value);
            Some((value, search(&sums, ranges)?))
        };
        (0..=top).filter_map(solution).collect()
    }
}

/// Narrows, then tries the narrowest number's values.
fn search(sums: &[Sum], mut ranges: Ranges) -> Option<Vec<u64>> {
    narrow(sums, &mut ranges)?;
    let open = ranges.iter().enumerate().filter(|(_, (low, high))| low < high);
    let Some((number, (low, high))) = open.min_by_key(|(_, (low, high))| high - low) else {
        return Some(ranges.iter().map(|(low, _)| *low).collect());
    };
    (*low..=*high).find_map(|value| {
        let mut tried = ranges.clone();
        tried[number] = (value, value);
        search(sums, tried)
    })
}

/// What each sum says about each of its numbers, until nothing follows any more; `None` where nothing fits.
fn narrow(sums: &[Sum], ranges: &mut Ranges) -> Option<()> {
    let mut changed = true;
    while std::mem::take(&mut changed) {
        for Sum { of, range } in sums {
            let least: u64 = of.iter().map(|number| ranges[*number].0).sum();
            let most: u64 = of.iter().map(|number| ranges[*number].1).sum();
            if least > *range.end() || most < *range.start() {
                return None;
            }
            for number in of {
                let (low, high) = ranges[*number];
                let narrowed = (
                    low.max(range.start().saturating_sub(most - high)),
                    high.min(range.end().checked_sub(least - low)?),
                );
                if narrowed.0 > narrowed.1 {
                    return None;
                }
                changed |= narrowed != (low, high);
                ranges[*number] = narrowed;
            }
        }
    }
    Some(())
}

#[test]
fn he_finds_exactly_the_numbers_that_fit() {
    // a + b = 5, b + c = 9, c <= 6
    let sums = [(vec![0, 1], 5..=5), (vec![1, 2], 9..=9), (vec![2], 0..=6)];
    let sums = sums.into_iter().map(|(of, range)| Sum { of, range }).collect();
    let knowledge = Knowledge::new(3, sums);
    let values = |number| knowledge.possible(number).into_iter().map(|(value, _)| value).collect::<Vec<_>>();
    assert_eq!(values(0), [0, 1, 2]);
    assert_eq!(values(1), [3, 4, 5]);
    assert_eq!(values(2), [4, 5, 6]);
}
