use super::{Reading, of_rows};
use crate::seizure::Evidence;

/// In which order the engine gives the rows of a table to whoever asks for none.
pub(super) fn read(evidence: &Evidence) -> Vec<Reading> {
    of_rows(evidence, |row| Some(row.before))
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::disks::Engine;
    use crate::planted::{Arrived, assert_found, assert_not_found, people};

    #[tokio::test]
    async fn rows_that_are_called_in_the_order_of_arrival_are_found_and_others_are_not() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let mut in_order = people(1);
            for (number, person) in (0..).zip(&mut in_order) {
                person.identified.iter_mut().chain(&mut person.anonymous).for_each(|value| value[0] = 2 * number);
            }
            let arrived = Arrived::at(engine, in_order, |_| 0).await;
            arrived.rewrite().await;
            assert_found(read, &arrived.evidence().await);
            let arrived = Arrived::at(engine, people(2), |_| 0).await;
            arrived.rewrite().await;
            assert_not_found(read, &arrived.evidence().await);
        }
    }
}
