use crate::lots::Lots;

/// What came of telling two halves apart by a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// People of both halves.
    pub people: usize,
    /// Who was put into the right half, at the number that separates them best.
    pub right: usize,
    /// An upper bound of the probability that chance does at least as well.
    pub p: f64,
}

/// Puts people in the order of a number, and looks for the place at which most of one half come before it and most of the other
/// after it.
///
/// Which person belongs to which half was decided by lot, in equal numbers. If nothing tells, every order of the halves is
/// equally likely
/// *whatever the numbers are*. Counted from the left, the one half is then ahead of the other by `t` at some place with the
/// probability C(n, n/2 - t) / C(n, n/2): by the reflection of the walk at `t`, exactly (Gnedenko and Korolyuk 1951). Either
/// half may be the one ahead, which at most doubles it. Equal numbers are put in an order by lot.
///
/// # Returns
/// `None` where the number is the same for all.
pub fn tell_apart(numbers: &[u64], is_first: &[bool], lots: &mut Lots) -> Option<Split> {
    let people = numbers.len();
    let half = people / 2;
    assert!(is_first.iter().filter(|first| **first).count() == half && half * 2 == people, "two halves");
    if numbers.iter().all(|number| *number == numbers[0]) {
        return None;
    }
    let mut order: Vec<(u64, u64, usize)> = Vec::with_capacity(people);
    order.extend(numbers.iter().enumerate().map(|(person, number)| (*number, lots.draw(), person)));
    order.sort_unstable();
    let (mut ahead, mut most) = (0_i64, 0_u64);
    for (_, _, person) in order {
        ahead += if is_first[person] { 1 } else { -1 };
        most = most.max(ahead.unsigned_abs());
    }
    let most = most as usize;
    let each = (1..=most).map(|step| (half + 1 - step) as f64 / (half + step) as f64);
    Some(Split { people, right: half + most, p: (2.0 * each.product::<f64>()).min(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_is_small_as_seldom_as_it_says_over_all_halves() {
        for people in [2_usize, 4, 6, 8, 10, 12] {
            let numbers: Vec<u64> = (0..people as u64).collect();
            let halves = (0..1_u32 << people).filter(|bits| bits.count_ones() as usize == people / 2);
            let p_of = |bits: u32| {
                let is_first: Vec<bool> = (0..people).map(|person| bits >> person & 1 == 1).collect();
                tell_apart(&numbers, &is_first, &mut Lots::new(1)).expect("numbers differ").p
            };
            let mut found: Vec<f64> = halves.map(p_of).collect();
            found.sort_by(f64::total_cmp);
            for p in &found {
                let at_most = found.partition_point(|other| other <= p);
                assert!(at_most as f64 <= p * found.len() as f64 * (1.0 + 1e-9), "{people}: p = {p} too often");
            }
        }
    }

    #[test]
    fn halves_that_a_number_separates_are_found_and_so_is_a_tendency() {
        let is_first: Vec<bool> = (0..200).map(|person| person % 2 == 0).collect();
        let numbers: Vec<u64> = is_first.iter().map(|first| u64::from(*first)).collect();
        let found = tell_apart(&numbers, &is_first, &mut Lots::new(1)).expect("two numbers");
        assert!(found.right == 200 && found.p < 1e-50);
        let mut lots = Lots::new(2);
        let numbers: Vec<u64> = is_first.iter().map(|first| lots.draw() % 100 + 60 * u64::from(*first)).collect();
        assert!(tell_apart(&numbers, &is_first, &mut lots).is_some_and(|found| found.p < 1e-9));
        assert_eq!(tell_apart(&[7; 200], &is_first, &mut lots), None);
    }
}
