use undersign_tests::places::Place;

use super::{Reading, of_places, of_rows};
use crate::disks::{Engine, WRITE_AHEAD_LOG};
use crate::seizure::{Evidence, Group};

/// How far into its page a value stands, whatever the page: pages are filled from one end. And the number of a row among those of its page.
pub(super) fn read(evidence: &Evidence) -> Vec<Reading> {
    let in_page = |group: &Group, place: &Place| {
        let offset = match (evidence.engine, group.name.as_str()) {
            // SQLite's "WAL File Format": a header of 32 bytes, and one of 24 before each page.
            (Engine::Sqlite, WRITE_AHEAD_LOG) => place.offset.saturating_sub(32) % (24 + evidence.engine.page()),
            _ => place.offset % evidence.engine.page(),
        };
        offset as u64
    };
    let mut readings = of_places(evidence, |group, places| places.first().map(|place| in_page(group, place)));
    for last in of_places(evidence, |group, places| places.last().map(|place| in_page(group, place))) {
        readings.push(Reading::new(format!("{}, last", last.name), last.numbers));
    }
    readings.extend(of_rows(evidence, |row| row.line));
    readings
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::disks::Engine;
    use crate::planted::{Arrived, assert_found, assert_not_found, so_many};

    #[tokio::test]
    async fn how_far_into_a_page_rows_lie_is_found_before_a_rewriting_and_not_after_it() {
        // A table of one page; and several people in each of the files of a table.
        for (engine, count) in [(Engine::Sqlite, 30), (Engine::Postgres, 500)] {
            let arrived = Arrived::at(engine, so_many(count, 4), |_| 0).await;
            assert_found(read, &arrived.evidence().await);
            arrived.rewrite().await;
            assert_not_found(read, &arrived.evidence().await);
        }
    }
}
