use super::{Reading, of_rows};
use crate::seizure::Evidence;

/// Bytes of a person's row.
pub(super) fn read(evidence: &Evidence) -> Vec<Reading> {
    of_rows(evidence, |row| Some(row.size))
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::disks::Engine;
    use crate::planted::{Arrived, assert_found, assert_not_found, people};

    #[tokio::test]
    async fn rows_whose_sizes_go_together_are_found_and_rows_of_one_size_are_not() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            assert_found(read, &Arrived::at(engine, people(7), |person| person % 40).await.evidence().await);
            assert_not_found(read, &Arrived::at(engine, people(7), |_| 0).await.evidence().await);
        }
    }
}
