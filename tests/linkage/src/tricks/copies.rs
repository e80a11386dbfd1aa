use super::Reading;
use crate::seizure::{Evidence, PeoplesRows};

/// In which of all copies a row is first, and how often it is another one in the next: what was not in one copy and is in the next has come
/// between them.
pub(super) fn read(evidence: &Evidence) -> Vec<Reading> {
    let copies: Vec<_> = evidence.copies.iter().chain([&evidence.tables]).collect();
    let of_table = |(table, rows): &PeoplesRows| {
        let sizes = |person: usize| -> Vec<u64> {
            let rows = copies.iter().map(|copy| copy.iter().find(|(name, _)| name == table));
            rows.map(|rows| rows.and_then(|(_, rows)| rows[person].as_ref()).map_or(0, |row| row.size)).collect()
        };
        let first = |person| sizes(person).iter().position(|size| *size > 0).map(|copy| copy as u64);
        let changes = |person| Some(sizes(person).windows(2).filter(|two| two[0] != two[1]).count() as u64);
        let people = 0..rows.len();
        [
            Reading::new(format!("first copy of {table}"), people.clone().map(first).collect()),
            Reading::new(format!("changes of {table}"), people.map(changes).collect()),
        ]
    };
    evidence.tables.iter().flat_map(of_table).collect()
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::planted::{PEOPLE, assert_found, assert_not_found, evidence, key, people};
    use crate::rows::Row;
    use crate::seizure::Evidence;

    /// Both sides' rows in copies that were made after so many people.
    fn copied(after: &[usize], size: fn(usize, usize) -> u64) -> [Evidence; 2] {
        let people = people(10);
        let rows = |side, copy: usize| -> Vec<Row> {
            let rows = people.iter().take(after[copy]).enumerate().map(|(number, person)| Row {
                table: "rows",
                key: key(person, side).to_vec(),
                before: 0,
                transaction: None,
                line: None,
                size: size(number, copy),
            });
            rows.collect()
        };
        evidence(&people, |_| Vec::new(), |side| (0..after.len()).map(|copy| rows(side, copy)).collect())
    }

    #[test]
    fn what_came_between_many_copies_is_found_and_what_was_there_before_the_first_is_not() {
        let often: Vec<_> = (1..=20).map(|copy| copy * PEOPLE / 20).collect();
        assert_found(read, &copied(&often, |_, _| 64));
        assert_not_found(read, &copied(&[PEOPLE, PEOPLE, PEOPLE], |_, _| 64));
    }

    #[test]
    fn rows_that_change_together_between_copies_are_found() {
        let all = [PEOPLE; 8];
        assert_found(read, &copied(&all, |person, copy| if copy > person % 8 { 64 + copy as u64 } else { 64 }));
    }
}
