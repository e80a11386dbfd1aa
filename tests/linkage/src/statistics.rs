use crate::lots::Lots;

/// What came of pairing by two readings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// People of whom both readings know something.
    pub people: usize,
    /// Addresses for which the right signature was guessed.
    pub right: usize,
    /// What whoever knows the days alone gets right on average: one in each crowd, whatever its size.
    pub expected: usize,
    /// An upper bound of the probability that chance does at least as well.
    pub p: f64,
}

/// Pairs the addresses of each crowd with its signatures by the order of two readings, and asks how well that goes.
///
/// If nothing joins the sides, then within a crowd every pairing is equally likely, whatever the readings are. Three things are looked at,
/// so that both a leak about a few and a faint one about all is found: how many are right where the first is paired with the first, how
/// many where the first is paired with the last, and whether the orders go together at all (Kendall's tau). Equal readings are put in an
/// order by lot, which keeps the orders uniform.
///
/// Both bounds hold for every size. Right guesses: among S uniform permutations together the k-th factorial moment of the number of fixed
/// points is at most S^k, so that P(at least k) ≤ S^k / k!. Tau: concordant less discordant pairs is a sum of independent variables that are
/// uniform on -j, -j+2, …, j; each is sub-Gaussian with its own variance as the proxy (of ln(sinh(√u)/√u), which is concave in u), so that
/// P(|sum| ≥ t) ≤ 2 exp(-t² / 2 Var).
///
/// # Arguments
/// * `identified`, `anonymous` – one number a person, where the reading has one
/// * `crowds` – indices of people between whom the days do not tell
///
/// # Returns
/// `None` where a reading puts nobody before anybody: it says nothing, whatever the truth is.
pub fn compare(
    identified: &[Option<u64>],
    anonymous: &[Option<u64>],
    crowds: &[Vec<usize>],
    lots: &mut Lots,
) -> Option<Comparison> {
    let (mut forwards, mut backwards, mut sum, mut variance) = (0, 0, 0.0, 0.0);
    let (mut people, mut expected) = (0, 0);
    let (mut left_orders, mut right_orders) = (false, false);
    for crowd in crowds {
        let both = crowd.iter().filter_map(|person| identified[*person].zip(anonymous[*person]));
        let (left, right): (Vec<u64>, Vec<u64>) = both.unzip();
        let size = left.len();
        if size < 2 {
            continue;
        }
        left_orders |= left.iter().any(|value| *value != left[0]);
        right_orders |= right.iter().any(|value| *value != right[0]);
        let (left, right) = (order(&left, lots), order(&right, lots));
        people += size;
        expected += 1;
        forwards += left.iter().zip(&right).filter(|(left, right)| left == right).count();
        backwards += left.iter().zip(&right).filter(|(left, right)| **left == size - 1 - **right).count();
        let size = size as f64;
        let pairs = size * (size - 1.0) / 2.0;
        sum += pairs - 2.0 * discordant(&left, &right) as f64;
        variance += size * (size - 1.0) * (2.0 * size + 5.0) / 18.0;
    }
    if !(left_orders && right_orders) {
        return None;
    }
    let right = forwards.max(backwards);
    let together = 2.0 * (-sum * sum / (2.0 * variance)).exp();
    // Three looks.
    let p = (3.0 * together.min(by_chance(right, expected))).min(1.0);
    Some(Comparison { people, right, expected, p })
}

/// A bound of the probability that so many are right in so many crowds.
fn by_chance(right: usize, crowds: usize) -> f64 {
    (1..=right).map(|factor| crowds as f64 / factor as f64).product::<f64>().min(1.0)
}

/// The place of each value among all, from 0.
fn order(values: &[u64], lots: &mut Lots) -> Vec<usize> {
    let mut sorted: Vec<(u64, u64, usize)> = Vec::with_capacity(values.len());
    sorted.extend(values.iter().enumerate().map(|(index, value)| (*value, lots.draw(), index)));
    sorted.sort_unstable();
    let mut order = vec![0; values.len()];
    for (place, (_, _, index)) in sorted.into_iter().enumerate() {
        order[index] = place;
    }
    order
}

/// Pairs of people who stand one way in the first order and the other way in the second.
fn discordant(left: &[usize], right: &[usize]) -> u64 {
    let mut sequence = vec![0; left.len()];
    for (left, right) in left.iter().zip(right) {
        sequence[*left] = *right;
    }
    sort_counting(&mut sequence)
}

/// Sorts by merging, and counts how many pairs stood the wrong way.
fn sort_counting(sequence: &mut [usize]) -> u64 {
    if sequence.len() < 2 {
        return 0;
    }
    let middle = sequence.len() / 2;
    let mut count = sort_counting(&mut sequence[..middle]) + sort_counting(&mut sequence[middle..]);
    let (first, second) = (sequence[..middle].to_vec(), sequence[middle..].to_vec());
    let (mut one, mut other) = (0, 0);
    for place in sequence.iter_mut() {
        let takes_first = other == second.len() || one < first.len() && first[one] <= second[other];
        if takes_first {
            *place = first[one];
            one += 1;
        } else {
            *place = second[other];
            other += 1;
            count += (first.len() - one) as u64;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn permutations(size: usize) -> Vec<Vec<u64>> {
        if size == 0 {
            return vec![Vec::new()];
        }
        let shorter = permutations(size - 1);
        let longer = shorter.iter().flat_map(|shorter| {
            (0..size).map(|place| {
                let mut longer = shorter.clone();
                longer.insert(place, size as u64);
                longer
            })
        });
        longer.collect()
    }

    /// Over all pairings of these crowds: is p ≤ t in at most t of the cases, for every t?
    fn assert_sound(sizes: &[usize]) {
        let people: usize = sizes.iter().sum();
        let left: Vec<_> = (0..people as u64).map(Some).collect();
        let (mut crowds, mut first) = (Vec::new(), 0);
        for size in sizes {
            crowds.push((first..first + size).collect::<Vec<_>>());
            first += size;
        }
        let mut all: Vec<Vec<u64>> = vec![Vec::new()];
        for size in sizes {
            let next = permutations(*size);
            all = all.iter().flat_map(|begun| next.iter().map(|next| [&begun[..], next].concat())).collect();
        }
        let p_of = |right: &Vec<u64>| {
            let right: Vec<_> = right.iter().copied().map(Some).collect();
            compare(&left, &right, &crowds, &mut Lots::new(1)).expect("orders").p
        };
        let mut found: Vec<f64> = all.iter().map(p_of).collect();
        found.sort_by(f64::total_cmp);
        for p in &found {
            let at_most = found.partition_point(|other| other <= p);
            assert!(at_most as f64 <= p * found.len() as f64 * (1.0 + 1e-9), "{sizes:?}: p = {p} too often");
        }
    }

    #[test]
    fn p_is_small_as_seldom_as_it_says_over_all_pairings_of_small_crowds() {
        for sizes in [&[2][..], &[3], &[5], &[7], &[8], &[3, 4], &[4, 4], &[2, 2, 3], &[2, 2, 2, 2]] {
            assert_sound(sizes);
        }
    }

    #[test]
    fn either_bound_alone_is_above_the_exact_probability() {
        for size in 2..8 {
            let all = permutations(size);
            let identity: Vec<usize> = (0..size).collect();
            let of = |permutation: &Vec<u64>| {
                let places: Vec<usize> = permutation.iter().map(|place| *place as usize - 1).collect();
                (
                    identity.iter().zip(&places).filter(|(one, other)| one == other).count(),
                    discordant(&identity, &places),
                )
            };
            let found: Vec<_> = all.iter().map(of).collect();
            let part = |count: usize| count as f64 / all.len() as f64;
            for right in 0..=size {
                let exact = part(found.iter().filter(|(fixed, _)| *fixed >= right).count());
                assert!(exact <= by_chance(right, 1) * (1.0 + 1e-9));
            }
            let pairs = (size * (size - 1) / 2) as f64;
            let variance = (size * (size - 1) * (2 * size + 5)) as f64 / 18.0;
            for sum in found.iter().map(|(_, discordant)| (pairs - 2.0 * *discordant as f64).abs()) {
                let exact = part(found.iter().filter(|(_, d)| (pairs - 2.0 * *d as f64).abs() >= sum).count());
                assert!(exact <= 2.0 * (-sum * sum / (2.0 * variance)).exp());
            }
        }
    }

    proptest! {
        #[test]
        fn pairs_that_stand_the_wrong_way_are_counted(values in proptest::collection::vec(0_u64..1_000, 0..60)) {
            let right = order(&values, &mut Lots::new(3));
            let left: Vec<usize> = (0..values.len()).collect();
            let naive = (0..right.len()).flat_map(|one| (one..right.len()).map(move |other| (one, other)));
            let naive = naive.filter(|(one, other)| right[*one] > right[*other]).count();
            prop_assert_eq!(discordant(&left, &right), naive as u64);
        }

        #[test]
        fn places_are_a_permutation_that_keeps_the_order(values in proptest::collection::vec(0_u64..20, 0..40)) {
            let order = order(&values, &mut Lots::new(4));
            let mut sorted = order.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..values.len()).collect::<Vec<_>>());
            for (one, other) in values.iter().zip(&order).flat_map(|one| values.iter().zip(&order).map(move |other| (one, other))) {
                prop_assert!(one.0 >= other.0 || one.1 < other.1);
            }
        }

        #[test]
        fn a_person_whom_a_reading_does_not_know_changes_nothing(seed: u64, size in 2_usize..40) {
            let mut lots = Lots::new(seed);
            let mut reading: Vec<Option<u64>> = (0..size).map(|_| Some(lots.draw())).collect();
            let mut other: Vec<Option<u64>> = (0..size).map(|_| Some(lots.draw())).collect();
            let before = compare(&reading, &other, &[(0..size).collect()], &mut lots);
            reading.push(None);
            other.push(Some(7));
            prop_assert_eq!(before, compare(&reading, &other, &[(0..=size).collect()], &mut lots));
        }

        #[test]
        fn the_same_order_on_both_sides_is_found_and_so_is_the_opposite_one(seed: u64, size in 20_usize..80) {
            let mut lots = Lots::new(seed);
            let mut values: Vec<u64> = (0..size).map(|_| lots.draw()).collect();
            values.sort_unstable();
            let mut left = values.iter().map(|value| Some(*value)).collect::<Vec<_>>();
            let right = (0..size as u64).map(Some).collect::<Vec<_>>();
            let crowds = [(0..size).collect()];
            let found = compare(&left, &right, &crowds, &mut lots).expect("orders");
            prop_assert_eq!((found.people, found.right, found.expected), (size, size, 1));
            prop_assert!(found.p < 1e-6);
            left.reverse();
            prop_assert_eq!(compare(&left, &right, &crowds, &mut lots).expect("orders").right, size);
        }
    }

    #[test]
    fn a_reading_that_is_the_same_for_all_says_nothing() {
        let crowds = [(0..30).collect()];
        let (same, order) = (vec![Some(1); 30], (0..30).map(Some).collect::<Vec<_>>());
        assert_eq!(compare(&same, &order, &crowds, &mut Lots::new(1)), None);
        assert_eq!(compare(&order, &vec![None; 30], &crowds, &mut Lots::new(1)), None);
    }

    #[test]
    fn what_the_days_tell_is_no_leak() {
        let days: Vec<_> = (0..120).map(|person| Some(person / 60)).collect();
        let lots = &mut Lots::new(5);
        let known = compare(&days, &days, &[(0..60).collect(), (60..120).collect()], lots);
        assert_eq!(known, None, "for whoever knows the days");
        let unknown = compare(&days, &days, &[(0..120).collect()], lots).expect("orders");
        assert!(unknown.p < 1e-6, "the control: whoever does not know them learns something");
    }
}
