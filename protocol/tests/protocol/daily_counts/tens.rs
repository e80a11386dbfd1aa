//! No sequence of tables that are told, nor their sums or differences, tells a count under the threshold.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use undersign_protocol::daily_counts::{Remainders, THRESHOLD};

use super::adversary::{Knowledge, Sum};
use crate::common::laws::check;

/// What happened: days, and in each the counts.
pub type Truth = Vec<Vec<u64>>;

/// Up to four counts on up to six days, most of them small.
pub fn truth() -> impl Strategy<Value = Truth> {
    let count = || prop_oneof![6 => 0..THRESHOLD, 1 => Just(0), 2 => THRESHOLD..40];
    (1..5_usize).prop_flat_map(move |counts| vec(vec(count(), counts), 1..7))
}

/// Everything that is told of it, and can be made of that.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    days: Truth,
    by_day: Vec<u64>,
    by_week: Truth,
    running: Truth,
    changes: Vec<Vec<i64>>,
    total: u64,
}

fn told(truth: &Truth) -> Told {
    let mut remainders = Remainders::default();
    let day = |counts: &Vec<u64>| {
        let told = remainders.tell(counts.iter().copied().enumerate().collect::<BTreeMap<_, _>>());
        (0..counts.len()).map(|name| told.get(&name).copied().unwrap_or(0)).collect()
    };
    let days: Truth = truth.iter().map(day).collect();
    let sum = |days: &[Vec<u64>]| -> Vec<u64> {
        (0..truth[0].len()).map(|name| days.iter().map(|counts| counts[name]).sum()).collect()
    };
    let differences = |pair: &[Vec<u64>]| pair[0].iter().zip(&pair[1]).map(|(a, b)| *b as i64 - *a as i64).collect();
    Told {
        by_day: days.iter().map(|counts| counts.iter().sum()).collect(),
        // A week of three days: the test's have at most six.
        by_week: days.chunks(3).map(sum).collect(),
        running: (1..=days.len()).map(|end| sum(&days[..end])).collect(),
        changes: days.windows(2).map(differences).collect(),
        total: days.iter().flatten().sum(),
        days,
    }
}

/// What follows from the tables by the rule: until the end of each day at least so many of each, and fewer than ten more.
fn knowledge(told: &Told) -> Knowledge {
    let names = told.days[0].len();
    let sum = |(day, counts): (usize, &Vec<u64>)| -> Vec<Sum> {
        let until = |(name, least): (usize, &u64)| Sum {
            of: (0..=day).map(|day| day * names + name).collect(),
            range: *least..=least + THRESHOLD - 1,
        };
        counts.iter().enumerate().map(until).collect()
    };
    Knowledge::new(told.days.len() * names, told.running.iter().enumerate().flat_map(sum).collect())
}

#[test]
fn a_small_count_can_always_be_one_of_ten_and_everything_told_stays_the_same() {
    check(truth(), |truth| {
        let (told_of_truth, names) = (told(&truth), truth[0].len());
        let knowledge = knowledge(&told_of_truth);
        for (place, count) in truth.iter().flatten().enumerate().filter(|(_, count)| **count < THRESHOLD) {
            let possible = knowledge.possible(place);
            prop_assert!(possible.len() as u64 >= THRESHOLD, "{count} at {place} is one of {}", possible.len());
            prop_assert!(possible.iter().any(|(value, _)| value == count), "he knows nothing that is not true");
            for (value, solution) in possible {
                // Another truth, which by the server's own code tells the same in every table.
                let other: Truth = solution.chunks(names).map(<[u64]>::to_vec).collect();
                prop_assert_eq!(other[place / names][place % names], value);
                prop_assert_eq!(&told(&other), &told_of_truth);
            }
        }
        Ok(())
    });
}

#[test]
fn nothing_is_lost_but_what_is_not_a_ten_yet_and_nothing_is_told_too_early() {
    check(truth(), |truth| {
        let told = told(&truth);
        prop_assert!(told.days.iter().flatten().all(|count| count % THRESHOLD == 0));
        for name in 0..truth[0].len() {
            for day in 0..truth.len() {
                let happened: u64 = truth[..=day].iter().map(|counts| counts[name]).sum();
                prop_assert_eq!(told.running[day][name], happened / THRESHOLD * THRESHOLD);
            }
        }
        Ok(())
    });
}

/// Each process tells its own tens, and they are added up: whoever has seen them apart knows no more of either.
#[test]
fn the_tables_of_two_processes_tell_no_more_than_each_alone() {
    check((truth(), truth()), |(one, other)| {
        let days = one.len().min(other.len());
        let beside = |(one, other): (&Vec<u64>, &Vec<u64>)| [one.as_slice(), other].concat();
        let both: Truth = one[..days].iter().zip(&other[..days]).map(beside).collect();
        let knowledge = knowledge(&told(&both));
        for (place, _) in both.iter().flatten().enumerate().filter(|(_, count)| **count < THRESHOLD) {
            prop_assert!(knowledge.possible(place).len() as u64 >= THRESHOLD);
        }
        Ok(())
    });
}
