use undersign_tests::places::Place;

use super::{Reading, of_places};
use crate::seizure::Evidence;

/// Where a value stands first, and where last, in all files of a kind: tables, write-ahead log, output, backups. Files are laid one after
/// the other in the order of their numbers.
pub(super) fn read(evidence: &Evidence) -> Vec<Reading> {
    let mut readings = of_places(evidence, |_, places| places.first().map(number));
    for last in of_places(evidence, |_, places| places.last().map(number)) {
        readings.push(Reading::new(format!("{}, last", last.name), last.numbers));
    }
    readings
}

fn number(place: &Place) -> u64 {
    (place.file as u64) << 40 | place.offset as u64
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::disks::Engine;
    use crate::disks::FileGroup;
    use crate::planted::{Arrived, assert_found, assert_not_found, evidence, file, is_found, key, people};

    #[tokio::test]
    async fn where_values_stand_in_files_is_found_before_a_rewriting_and_not_after_it() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            // Another test that rewrites a database of the same cluster removes its log, and with it what is to be found here.
            let mut arrived = Arrived::at(engine, people(3), |_| 0).await;
            for _ in 0..40 {
                if is_found(read, &arrived.evidence().await) {
                    break;
                }
                arrived = Arrived::at(engine, people(3), |_| 0).await;
            }
            assert_found(read, &arrived.evidence().await);
            arrived.rewrite().await;
            assert_not_found(read, &arrived.evidence().await);
        }
    }

    #[test]
    fn lines_of_a_log_are_found_whether_they_are_in_digits_or_in_base64_and_lines_in_no_order_are_not() {
        let people = people(5);
        let log = |line: fn(&[u8]) -> String, is_in_order: bool| {
            evidence(
                &people,
                |side| {
                    let mut lines: Vec<_> = people.iter().map(|person| line(key(person, side))).collect();
                    if !is_in_order {
                        lines.sort();
                    }
                    vec![FileGroup::new("output", vec![file("stderr", lines.join("\n").into_bytes(), 0)])]
                },
                |_| Vec::new(),
            )
        };
        let digits = |value: &[u8]| value.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_found(read, &log(digits, true));
        assert_found(read, &log(|value| format!("took {}", undersign_protocol::bytes::to_base64url(value)), true));
        assert_not_found(read, &log(digits, false));
    }
}
