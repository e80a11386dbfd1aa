use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};
use tokio::sync::Mutex;

use super::many::in_powers;
use super::{Engine, Lock, StorageError};

/// How long the server may take for one answer. Whoever is not answered counts as forgotten, sooner than the server forgets it.
const PATIENCE: Duration = Duration::from_secs(5);

/// What this process has and no other one of the same side: held beyond a transaction, until it is given back, or the process ends, or its
/// connection does. Then another process can claim it, without a hand and without a time that anybody has to wait for.
///
/// They are PostgreSQL's advisory locks of a session, on a connection of their own: nothing of them is ever at rest. On SQLite everything
/// is granted, for there is one process.
#[derive(Clone)]
pub(crate) struct Claims {
    engine: Engine,
    options: Arc<AnyConnectOptions>,
    held: Arc<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    connection: Option<AnyConnection>,
    numbers: HashSet<i64>,
    /// Whether they were given up since it was asked last.
    lost: bool,
}

impl Claims {
    /// Has claimed nothing yet, and is not connected.
    pub(super) fn new(engine: Engine, options: Arc<AnyConnectOptions>) -> Self {
        Self { engine, options, held: Arc::default() }
    }

    /// Claims what no other process has claimed or shares. Says of each whether it is this process's now; what was before stays so.
    ///
    /// # Arguments
    /// * `locks` – each once
    pub(crate) async fn claim(&self, locks: &[Lock<'_>]) -> Result<Vec<bool>, StorageError> {
        let numbers: Vec<i64> = locks.iter().map(|lock| lock.number()).collect();
        self.take("pg_try_advisory_lock", numbers).await
    }

    /// Keeps other processes from claiming this. `false` where one has.
    pub(crate) async fn share(&self, lock: Lock<'_>) -> Result<bool, StorageError> {
        Ok(self.take("pg_try_advisory_lock_shared", vec![lock.number()]).await? == [true])
    }

    /// Gives back what was claimed.
    pub(crate) async fn give_back(&self, locks: &[Lock<'_>]) -> Result<(), StorageError> {
        self.release("pg_advisory_unlock", locks.iter().map(|lock| lock.number()).collect()).await
    }

    /// Gives back what was shared.
    pub(crate) async fn stop_sharing(&self, lock: Lock<'_>) -> Result<(), StorageError> {
        self.release("pg_advisory_unlock_shared", vec![lock.number()]).await
    }

    /// Whether everything is held that was at the last call: asks the server. Where it is not, everything was given up in between.
    pub(crate) async fn hold(&self) -> bool {
        if self.engine == Engine::Sqlite {
            return true;
        }
        let held = Arc::clone(&self.held);
        let asked = uninterrupted(async move {
            let mut held = held.lock().await;
            if held.connection.is_some() {
                // Where it fails, that is noted.
                let _ = held.ask("SELECT 1", &[]).await;
            }
            Ok(!std::mem::take(&mut held.lost))
        });
        asked.await.unwrap_or(false)
    }

    async fn take(&self, function: &'static str, numbers: Vec<i64>) -> Result<Vec<bool>, StorageError> {
        if self.engine == Engine::Sqlite {
            return Ok(vec![true; numbers.len()]);
        }
        let (held, options) = (Arc::clone(&self.held), Arc::clone(&self.options));
        uninterrupted(async move {
            let mut held = held.lock().await;
            held.connect(&options).await?;
            let new: Vec<i64> = numbers.iter().copied().filter(|number| !held.numbers.contains(number)).collect();
            if new.is_empty() {
                // Still, if the server says so.
                held.ask("SELECT 1", &[]).await?;
                return Ok(vec![true; numbers.len()]);
            }
            let taken = held.ask_for_each(function, &new).await?;
            held.numbers.extend(taken);
            Ok(numbers.iter().map(|number| held.numbers.contains(number)).collect())
        })
        .await
    }

    async fn release(&self, function: &'static str, numbers: Vec<i64>) -> Result<(), StorageError> {
        let held = Arc::clone(&self.held);
        uninterrupted(async move {
            let mut held = held.lock().await;
            let known: Vec<i64> = numbers.into_iter().filter(|number| held.numbers.remove(number)).collect();
            if known.is_empty() {
                return Ok(());
            }
            held.ask_for_each(function, &known).await.map(drop)
        })
        .await
    }
}

impl Held {
    async fn connect(&mut self, options: &AnyConnectOptions) -> Result<(), StorageError> {
        if self.connection.is_none() {
            let connecting = async {
                let mut connection = options.connect().await?;
                connection.execute(Engine::Postgres.settings()).await?;
                connection.execute("SET idle_session_timeout = 0").await?;
                Ok(connection)
            };
            self.connection = Some(patiently(connecting).await?);
        }
        Ok(())
    }

    /// Calls a function with each number. Gives back those for which it has answered yes.
    async fn ask_for_each(&mut self, function: &str, numbers: &[i64]) -> Result<Vec<i64>, StorageError> {
        let mut agreed = Vec::new();
        for part in in_powers(numbers) {
            let values: Vec<_> = (1..=part.len()).map(|place| format!("(${place})")).collect();
            let values = values.join(", ");
            let sql = format!("SELECT number AS wanted FROM (VALUES {values}) AS v (number) WHERE {function}(number)");
            agreed.extend(self.ask(&sql, part).await?);
        }
        Ok(agreed)
    }

    /// The numbers that a statement selects. Where it fails, everything is given up: with the connection the locks go.
    async fn ask(&mut self, sql: &str, numbers: &[i64]) -> Result<Vec<i64>, StorageError> {
        let Some(mut connection) = self.connection.take() else { return Err(named(sqlx::Error::WorkerCrashed)) };
        let asking = async {
            let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()));
            for number in numbers {
                query = query.bind(*number);
            }
            query.fetch_all(&mut connection).await
        };
        match patiently(asking).await {
            Ok(rows) => {
                self.connection = Some(connection);
                let wanted = |row| sqlx::Row::try_get(row, "wanted").map_err(|_| StorageError::Row("wanted"));
                rows.iter().filter(|_| !numbers.is_empty()).map(wanted).collect()
            }
            Err(error) => {
                self.lost |= !std::mem::take(&mut self.numbers).is_empty();
                // Not closed in an orderly way, for which the server would have to answer.
                let _ = tokio::time::timeout(Duration::from_millis(100), connection.close_hard()).await;
                Err(error)
            }
        }
    }
}

/// To the end, whether or not its caller goes on waiting: what the server has granted is noted here.
async fn uninterrupted<T: Send + 'static>(
    work: impl Future<Output = Result<T, StorageError>> + Send + 'static,
) -> Result<T, StorageError> {
    tokio::spawn(work).await.unwrap_or_else(|_| Err(named(sqlx::Error::WorkerCrashed)))
}

async fn patiently<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StorageError> {
    let late = |_| Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into()));
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(late).map_err(named)
}

fn named(source: sqlx::Error) -> StorageError {
    StorageError::Database { name: "claim", source }
}

#[cfg(test)]
mod tests {
    use sqlx::{AnyConnection, Connection as _, Executor as _};

    use crate::storage::testing::Place;
    use crate::storage::{Database, Engine, Lock, Side};

    const ONE: Lock<'_> = Lock::Sending(&[1; 16]);
    const OTHER: Lock<'_> = Lock::Sending(&[2; 16]);
    const KEY: Lock<'_> = Lock::Opened(&[3; 32]);

    #[tokio::test]
    async fn what_one_process_has_claimed_another_gets_when_it_is_given_back_or_its_process_is_gone() {
        let (place, other) = two().await;
        let (here, there) = (place.database.claims(), other.claims());
        assert_eq!(here.claim(&[ONE]).await.expect("asked"), [true]);
        assert_eq!(there.claim(&[ONE, OTHER]).await.expect("asked"), [false, true]);
        assert_eq!(here.claim(&[OTHER, ONE]).await.expect("asked"), [false, true], "what is held stays so");

        there.give_back(&[OTHER, ONE]).await.expect("given back");
        assert_eq!(here.claim(&[ONE, OTHER]).await.expect("asked"), [true, true]);
        here.give_back(&[ONE]).await.expect("given back, once for two claims");
        assert_eq!(there.claim(&[ONE, OTHER]).await.expect("asked"), [true, false]);

        assert!(here.hold().await);
        // As when the server is restarted: all connections end.
        let url = place.url.replacen("undersign@", "postgres@", 1);
        let mut operator = AnyConnection::connect(&url).await.expect("a superuser");
        let end = "SELECT CAST(pg_terminate_backend(pid) AS TEXT) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        operator.execute(end).await.expect("ended");
        assert!(!here.hold().await, "its connection is gone, and with it what it held");
        assert!(there.claim(&[OTHER]).await.is_err(), "so is that one's");
        assert_eq!(there.claim(&[OTHER]).await.expect("a new connection"), [true]);
        assert_eq!(here.claim(&[OTHER]).await.expect("a new connection"), [false]);
        assert!(here.hold().await, "nothing was lost since");
    }

    #[tokio::test]
    async fn what_is_shared_is_claimed_by_nobody_until_the_last_has_stopped() {
        let (place, other) = two().await;
        let (here, there) = (place.database.claims(), other.claims());
        assert!(here.share(KEY).await.expect("asked") && there.share(KEY).await.expect("asked"));
        here.stop_sharing(KEY).await.expect("stopped");
        assert_eq!(here.claim(&[KEY]).await.expect("asked"), [false]);
        there.stop_sharing(KEY).await.expect("stopped");
        assert_eq!(here.claim(&[KEY]).await.expect("asked"), [true]);
        assert!(!there.share(KEY).await.expect("asked"));
    }

    /// One database, opened by two.
    async fn two() -> (Place, Database) {
        let place = Place::new(Engine::Postgres, Side::Identified).await;
        let other = Database::open(&place.url, Side::Identified).await.expect("it opens");
        (place, other)
    }
}
