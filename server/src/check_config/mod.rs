//! `undersign-server check-config`: looks at what a configuration names, and says everything that is wrong with it at once. It opens no
//! database file, asks servers of PostgreSQL's for their settings alone, writes nothing, and makes nothing.

mod announced;
mod clock;
mod evaluator;
mod files;
mod findings;
mod folders;
mod names;
mod oblivious;
mod permissions;
mod postgres;
mod processes;
mod proxies;
mod shared;

/// A relay's configuration.
pub mod relay;

use std::path::{Path, PathBuf};

pub use findings::{Finding, Severity};

use crate::config::Config;
use crate::storage::{Side, sqlite_file};
use undersign_protocol::timestamp::Timestamp;

/// What is known of the moment and the program.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Now, by this machine's clock.
    pub now: Timestamp,
    /// When the program's file was written: no clock that is right says an earlier time.
    pub program: Option<Timestamp>,
}

/// Everything that is wrong, in the order of the file's kinds; nothing where all is well.
pub async fn check(config: &Config, moment: Moment) -> Vec<Finding> {
    let mut findings = Vec::new();
    let places = places(config);
    findings.extend(names::check(config));
    findings.extend(announced::check(config));
    findings.extend(proxies::check(config));
    findings.extend(processes::check(config));
    findings.extend(shared::check(&places));
    findings.extend(permissions::check(config, &places));
    findings.extend(folders::check(config, &places));
    findings.extend(postgres::check(&places, config.processes.get()).await);
    findings.extend(evaluator::check(config).await);
    findings.extend(oblivious::check(config).await);
    findings.extend(clock::check(config, moment).await);
    findings
}

/// Where a side keeps what it keeps.
struct Place<'a> {
    side: Side,
    url: &'a str,
    /// The database's file; `None` where the URL names none.
    database: Option<PathBuf>,
    keys: &'a Path,
}

impl Place<'_> {
    /// What the database is called in the configuration.
    fn name(&self) -> &'static str {
        match self.side {
            Side::Identified => "identified.database",
            Side::Anonymous => "anonymous.database",
        }
    }
}

fn places(config: &Config) -> Vec<Place<'_>> {
    let identified = config.identified.as_ref().map(|section| Place {
        side: Side::Identified,
        url: &section.database,
        database: sqlite_file(&section.database),
        keys: section.keys.as_path(),
    });
    let anonymous = config.anonymous.as_ref().map(|section| Place {
        side: Side::Anonymous,
        url: &section.database,
        database: sqlite_file(&section.database),
        keys: section.keys.as_path(),
    });
    identified.into_iter().chain(anonymous).collect()
}
