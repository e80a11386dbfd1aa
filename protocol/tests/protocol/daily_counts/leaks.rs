//! The controls: tables that hide small counts and tell them all the same. The same adversary finds them.

use std::cell::Cell;

use proptest::prelude::*;
use undersign_protocol::daily_counts::THRESHOLD;

use super::adversary::{Knowledge, Sum};
use super::tens::{Truth, truth};
use crate::common::laws::check;

/// A count that is told from the threshold on, and below it hidden.
fn cell(place: usize, count: u64) -> Sum {
    let range = if count < THRESHOLD { 0..=THRESHOLD - 1 } else { count..=count };
    Sum { of: vec![place], range }
}

fn cells(truth: &Truth) -> Vec<Sum> {
    truth.iter().flatten().enumerate().map(|(place, count)| cell(place, *count)).collect()
}

fn exact(of: Vec<usize>, truth: &Truth) -> Sum {
    let numbers: Vec<u64> = truth.iter().flatten().copied().collect();
    let sum = of.iter().map(|place| numbers[*place]).sum();
    Sum { of, range: sum..=sum }
}

fn values(knowledge: &Knowledge, place: usize) -> Vec<u64> {
    knowledge.possible(place).into_iter().map(|(value, _)| value).collect()
}

#[test]
fn a_table_with_the_day_s_total_tells_the_one_count_that_it_hides() {
    let found = Cell::new(0);
    check(truth(), |truth| {
        let names = truth[0].len();
        let mut sums = cells(&truth);
        let row = |day: usize| exact((day * names..(day + 1) * names).collect(), &truth);
        sums.extend((0..truth.len()).map(row));
        let knowledge = Knowledge::new(truth.len() * names, sums);
        for (day, counts) in truth.iter().enumerate() {
            let small: Vec<usize> = (0..names).filter(|name| counts[*name] < THRESHOLD).collect();
            if let [name] = small.as_slice() {
                prop_assert_eq!(values(&knowledge, day * names + name), [counts[*name]]);
                found.set(found.get() + 1);
            }
        }
        Ok(())
    });
    assert!(found.get() > 20, "it was tried {} times", found.get());
}

/// A second count of the day is hidden, so that the day's total tells neither. The week's totals do.
#[test]
fn a_second_hidden_count_does_not_help_where_totals_of_weeks_are_told() {
    let truth = vec![vec![3, 30, 40], vec![15, 20, 40]];
    let hidden = |place| Sum { of: vec![place], range: 0..=73 };
    let mut sums = vec![hidden(0), hidden(1)];
    sums.extend((2..6).map(|place| exact(vec![place], &truth)));
    sums.extend([vec![0, 1, 2], vec![3, 4, 5]].map(|day| exact(day, &truth)));
    assert_eq!(values(&Knowledge::new(6, sums.clone()), 0).len(), 34, "one table alone");
    sums.push(exact(vec![0, 3], &truth));
    assert_eq!(values(&Knowledge::new(6, sums), 0), [3]);
}

/// A running total is large, and what was added since yesterday is not.
#[test]
fn running_totals_tell_the_day_by_their_difference() {
    let truth = vec![vec![30], vec![3]];
    let sums = vec![exact(vec![0], &truth), exact(vec![0, 1], &truth)];
    assert_eq!(values(&Knowledge::new(2, sums), 1), [3]);
}
