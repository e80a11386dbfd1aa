use super::StorageError;

/// SQLite's primary codes for: busy, locked, read-only, an error of the disk, the disk is full, cannot open.
const SQLITE_AWAY: [u32; 6] = [5, 6, 8, 10, 13, 14];
/// PostgreSQL's classes for: no connection, not enough resources, the operator intervenes.
const POSTGRES_AWAY: [&str; 3] = ["08", "53", "57"];

impl StorageError {
    /// Whether the database is away, or takes nothing now: a full disk, a lost connection. What was not acknowledged is not kept, and
    /// the same request succeeds once it is back.
    pub fn is_away(&self) -> bool {
        let Self::Database { source, .. } = self else { return false };
        match source {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(error) => error.code().is_some_and(|code| is_away(&code)),
            _ => false,
        }
    }
}

/// SQLite's codes are numbers of at most four digits, whose last byte is the primary one; PostgreSQL's have five characters.
fn is_away(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => SQLITE_AWAY.contains(&(number & 0xff)),
        _ => code.get(..2).is_some_and(|class| POSTGRES_AWAY.contains(&class)),
    }
}

#[cfg(test)]
mod tests {
    use super::is_away;

    #[test]
    fn a_full_disk_and_a_lost_server_are_away_and_a_violation_is_not() {
        assert!(is_away("13") && is_away("778") && is_away("53100") && is_away("08006") && is_away("57P01"));
        assert!(!is_away("1555") && !is_away("23505") && !is_away("1"));
    }
}
