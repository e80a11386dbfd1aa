use super::{Reading, of_places};
use crate::seizure::Evidence;

/// When the file was written last in which a value stands first.
pub(super) fn read(evidence: &Evidence) -> Vec<Reading> {
    of_places(evidence, |group, places| places.first().map(|place| group.modified[place.file]))
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::disks::FileGroup;
    use crate::planted::{assert_found, assert_not_found, evidence, file, key, people};

    #[test]
    fn files_that_were_written_when_someone_came_are_found_and_files_of_one_time_are_not() {
        let people = people(8);
        let written = |seconds: fn(usize) -> u64| {
            evidence(
                &people,
                |side| {
                    let files = people.iter().enumerate();
                    let files =
                        files.map(|(number, person)| file("range", key(person, side).to_vec(), seconds(number)));
                    vec![FileGroup::new("tables", files.collect())]
                },
                |_| Vec::new(),
            )
        };
        // Several people in a file's time, as in a table of a few files.
        assert_found(read, &written(|person| person as u64 / 4));
        assert_not_found(read, &written(|_| 1));
    }
}
