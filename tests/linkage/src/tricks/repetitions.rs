use super::{Reading, of_places};
use crate::seizure::Evidence;

/// How often a value stands in files of a kind: what was moved, deleted or logged leaves more of it than what was not.
pub(super) fn read(evidence: &Evidence) -> Vec<Reading> {
    of_places(evidence, |_, places| Some(places.len() as u64))
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::disks::FileGroup;
    use crate::planted::{assert_found, assert_not_found, evidence, file, key, people};

    #[test]
    fn values_that_are_repeated_as_often_on_both_sides_are_found_and_values_that_stand_once_are_not() {
        let people = people(9);
        let repeated = |times: fn(usize) -> usize| {
            evidence(
                &people,
                |side| {
                    let values = people.iter().enumerate();
                    let bytes = values.flat_map(|(number, person)| key(person, side).repeat(times(number))).collect();
                    vec![FileGroup::new("write-ahead log", vec![file("wal", bytes, 0)])]
                },
                |_| Vec::new(),
            )
        };
        assert_found(read, &repeated(|person| 1 + person % 12));
        assert_not_found(read, &repeated(|_| 2));
    }
}
