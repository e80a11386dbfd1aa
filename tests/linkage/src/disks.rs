use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use undersign_test_clusters::{Clusters, TestDatabase};
use undersign_tests::at_rest::{Seized, SeizedFile};
use undersign_tests::tables::Tables;

use crate::rows::{Row, read_rows};
use crate::side::{BOTH, Side};

/// What keeps the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// Files of its own.
    Sqlite,
    /// Two clusters.
    Postgres,
}

/// What the files of a write-ahead log are called.
pub const WRITE_AHEAD_LOG: &str = "write-ahead log";

/// The disks of the databases of two sides.
pub struct Disks {
    engine: Engine,
    /// SQLite's files.
    directory: TempDir,
    postgres: Option<[TestDatabase; 2]>,
    /// Where they are, if nobody else is there.
    _clusters: Option<Clusters>,
}

/// Files of one kind, in the order in which they grow.
#[derive(Debug, Clone)]
pub struct FileGroup {
    /// What they are.
    pub name: String,
    /// Their bytes and times.
    pub files: Vec<SeizedFile>,
}

impl Engine {
    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// Bytes of a page.
    pub fn page(self) -> usize {
        match self {
            Self::Sqlite => 4_096,
            Self::Postgres => 8_192,
        }
    }
}

impl Disks {
    /// Empty databases that nobody else uses. PostgreSQL's are in clusters of their own: what is in their logs is of these alone.
    pub fn new(engine: Engine) -> Self {
        let clusters = (engine == Engine::Postgres).then(Clusters::start);
        let postgres = clusters.as_ref().map(|clusters| BOTH.map(|side| clusters.database(side.name())));
        let directory = tempfile::tempdir().expect("a temporary directory");
        Self { engine, directory, postgres, _clusters: clusters }
    }

    /// Empty databases, PostgreSQL's beside those of other tests.
    #[cfg(test)]
    pub(crate) fn beside_others(engine: Engine) -> Self {
        let postgres = (engine == Engine::Postgres).then(|| BOTH.map(|side| TestDatabase::new(side.name())));
        let directory = tempfile::tempdir().expect("a temporary directory");
        Self { engine, directory, postgres, _clusters: None }
    }

    /// What keeps the rows.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// For the server's configuration: the identified side's, then the anonymous side's.
    pub fn urls(&self) -> [String; 2] {
        BOTH.map(|side| match &self.postgres {
            Some(databases) => databases[side as usize].url(),
            None => format!("sqlite:{}", self.sqlite(side).display()),
        })
    }

    /// The rows of a side, as its engine gives them to whoever may do everything.
    pub async fn rows(&self, side: Side) -> Vec<Row> {
        let mut tables = match &self.postgres {
            Some(databases) => Tables::open(&databases[side as usize].superuser_url()).await,
            None => Tables::open_file(&self.sqlite(side)).await,
        };
        let rows = read_rows(&mut tables, self.engine, side).await;
        tables.close().await;
        rows
    }

    /// The files of a side: tables, write-ahead log, everything else.
    pub fn files(&self, side: Side) -> Vec<FileGroup> {
        let (seized, tables, log) = match &self.postgres {
            Some(databases) => {
                let database = &databases[side as usize];
                let own = database.execute("SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()");
                // What other databases of the cluster have is not of these people.
                let wanted = |path: &str| path.matches('/').count() != 1 || !path.starts_with("base/") || path == own;
                (Seized::read_where(database.files(), wanted), own, "pg_wal".to_owned())
            }
            None => {
                let file = format!("{}.db", side.name());
                let log = format!("{file}-wal");
                (Seized::read_where(self.directory.path(), |path| path.starts_with(side.name())), file, log)
            }
        };
        let mut groups = ["tables", WRITE_AHEAD_LOG, "other files"].map(|name| FileGroup::new(name, Vec::new()));
        for file in seized.files() {
            let folder = file.path.rsplit_once('/').map_or(file.path.as_str(), |(folder, _)| folder);
            let group = [tables.as_str(), log.as_str()].iter().position(|name| *name == folder).unwrap_or(2);
            groups[group].files.push(file.clone());
        }
        for group in &mut groups {
            // Numbers grow, and with them their names.
            group.files.sort_by_key(|file| (file.path.len(), file.path.clone()));
        }
        groups.into()
    }

    /// Waits until everything is rewritten that was written before. Nothing may be written meanwhile.
    pub async fn wait_until_rewritten(&self) {
        for side in BOTH {
            for tries in 0.. {
                assert!(tries < 2_400, "the {} side was not rewritten within two minutes", side.name());
                if self.is_rewritten(side).await {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }

    async fn is_rewritten(&self, side: Side) -> bool {
        let Some(databases) = &self.postgres else {
            // That is what a rewriting ends with.
            let log = self.sqlite(side).with_extension("db-wal");
            return log.metadata().is_ok_and(|log| log.len() == 0);
        };
        // One transaction has written all rows of a table, where there are none nothing is left of those that were there, and whoever
        // rewrites has let go of what he holds to be alone.
        let tables: &[&str] = match side {
            Side::Identified => &["issuance", "confirmation", "outbox"],
            Side::Anonymous => &["nonce", "pool", "withdrawal"],
        };
        let mut left: Vec<_> = tables
            .iter()
            .map(|table| {
                let bytes =
                    format!("SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree('{table}') WHERE isleaf");
                format!("(SELECT count(DISTINCT xmin::text) > 1 OR count(*) = 0 AND ({bytes}) > 0 FROM {table})")
            })
            .collect();
        // Claims are held by sessions, and stay.
        left.push(
            "EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) \
             WHERE locktype = 'advisory' AND datname = current_database() AND xact_start IS NOT NULL)"
                .to_owned(),
        );
        databases[side as usize].execute(&format!("SELECT {}", left.join(" OR "))) == "f"
    }

    fn sqlite(&self, side: Side) -> PathBuf {
        self.directory.path().join(format!("{}.db", side.name()))
    }
}

impl FileGroup {
    /// A group.
    pub fn new(name: &str, files: Vec<SeizedFile>) -> Self {
        Self { name: name.to_owned(), files }
    }

    /// Everything in a directory.
    pub fn of_directory(name: &str, directory: &Path) -> Self {
        Self::new(name, Seized::read(directory).files().to_vec())
    }
}
