use super::{Reading, of_rows};
use crate::seizure::Evidence;

/// Numbers of the transactions that wrote the rows (PostgreSQL's xmin). SQLite's rows have none.
pub(super) fn read(evidence: &Evidence) -> Vec<Reading> {
    of_rows(evidence, |row| row.transaction)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::disks::Engine;
    use crate::planted::{Arrived, assert_found, assert_not_found, best, people};

    #[tokio::test]
    async fn numbers_of_transactions_are_found_before_a_rewriting_and_not_after_it() {
        let arrived = Arrived::at(Engine::Postgres, people(6), |_| 0).await;
        assert_found(read, &arrived.evidence().await);
        arrived.rewrite().await;
        assert_not_found(read, &arrived.evidence().await);

        let arrived = Arrived::at(Engine::Sqlite, people(6), |_| 0).await;
        assert_eq!(best(read, &arrived.evidence().await), None, "rows of SQLite have none");
    }
}
