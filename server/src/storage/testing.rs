//! Both engines for the contract suite: every function of every store is run on each, by the same code.

use std::any::Any;

use tempfile::TempDir;
use tokio::sync::OnceCell;
use undersign_test_clusters::TestDatabase;

use super::{Database, Engine, Side};

/// An open database of its own, removed at the end.
pub(crate) struct Place {
    pub(crate) database: Database,
    pub(crate) url: String,
    _kept: Box<dyn Any>,
}

impl Place {
    /// Makes one.
    pub(crate) async fn new(engine: Engine, side: Side) -> Self {
        let (url, kept): (_, Box<dyn Any>) = match engine {
            Engine::Sqlite => {
                let directory = TempDir::new().expect("a temporary directory");
                (format!("sqlite:{}/undersign.db", directory.path().display()), Box::new(directory))
            }
            Engine::Postgres => {
                let database = TestDatabase::copy_of(migrated(side).await);
                (database.url(), Box::new(database))
            }
        };
        let database = Database::open(&url, side).await.expect("it opens");
        Self { database, url, _kept: kept }
    }
}

/// A contract on both engines, one after the other.
pub(crate) async fn on_both(side: Side, contract: impl AsyncFn(Database)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine, side).await;
        contract(place.database.clone()).await;
        place.database.close().await;
    }
}

/// To be copied: making the ranges takes longer than all that a test does.
async fn migrated(side: Side) -> &'static TestDatabase {
    static IDENTIFIED: OnceCell<TestDatabase> = OnceCell::const_new();
    static ANONYMOUS: OnceCell<TestDatabase> = OnceCell::const_new();
    let (name, place) = match side {
        Side::Identified => ("identified", &IDENTIFIED),
        Side::Anonymous => ("anonymous", &ANONYMOUS),
    };
    let make = || async {
        let database = TestDatabase::new(name);
        Database::open(&database.url(), side).await.expect("it opens").close().await;
        database
    };
    place.get_or_init(make).await
}
