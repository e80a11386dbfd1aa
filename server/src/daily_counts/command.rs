use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroU32;

use serde_json::{Value, json};
use undersign_protocol::daily_counts::{CountedDay, THRESHOLD};
use undersign_protocol::timestamp::{DAY, Timestamp};

use super::days;
use crate::anonymous::AnonymousDatabase;
use crate::config::Config;
use crate::identified::IdentifiedDatabase;
use crate::petition::Registry;
use crate::storage::{Database, Side, StorageError};

/// Days of the table's columns.
const SHOWN: u64 = 7;
/// What is shown where no ten was reached.
const FEW: &str = "·";

/// What the sides of a configuration have told of days that are over, for their operator.
pub struct OperatorCounts {
    sides: Vec<SideCounts>,
    today: u64,
}

struct SideCounts {
    name: &'static str,
    /// Of the installation, and of petitions by slug.
    of: BTreeMap<String, Vec<CountedDay>>,
}

/// What is about no petition.
const INSTALLATION: &str = "";

impl OperatorCounts {
    /// Reads the databases that a configuration names, whether or not their servers run.
    pub async fn read(config: &Config, now: Timestamp) -> Result<Self, StorageError> {
        let mut sides = Vec::new();
        if let Some(section) = &config.identified {
            let database = IdentifiedDatabase::open(&section.database).await?;
            sides.push(SideCounts::read("identified", &database, Side::Identified, config.processes).await?);
            database.close().await;
        }
        if let Some(section) = &config.anonymous {
            let database = AnonymousDatabase::open(&section.database).await?;
            sides.push(SideCounts::read("anonymous", &database, Side::Anonymous, config.processes).await?);
            database.close().await;
        }
        Ok(Self { sides, today: now.day() })
    }

    /// All days that are kept, for programs.
    pub fn json(&self) -> Value {
        let sides = self.sides.iter().map(|side| {
            let petitions: BTreeMap<_, _> = side.of.iter().filter(|(slug, _)| *slug != INSTALLATION).collect();
            let installation = side.of.get(INSTALLATION);
            (side.name.to_owned(), json!({ "installation": installation, "petitions": petitions }))
        });
        Value::Object(sides.collect())
    }
}

impl SideCounts {
    async fn read(
        name: &'static str,
        database: &Database,
        side: Side,
        processes: NonZeroU32,
    ) -> Result<Self, StorageError> {
        let registry = Registry::load(database.clone()).await?;
        let mut tx = database.begin_read("daily_counts::read_all").await?;
        let rows = tx.counts(side, None).await?;
        let petitions: BTreeSet<_> = rows.iter().filter_map(|row| row.petition_id).collect();
        let mut of =
            BTreeMap::from([(INSTALLATION.to_owned(), days(&rows, processes, |row| row.petition_id.is_none()))]);
        for petition_id in petitions {
            let Some(petition) = registry.by_id(&petition_id) else { continue };
            let mut days = days(&rows, processes, |row| row.petition_id == Some(petition_id));
            days.retain(|day| !day.counts.is_empty());
            of.insert(petition.verified.manifest().slug.to_string(), days);
        }
        Ok(Self { name, of })
    }

    /// The server's mails in these days that its mail server took, of those that it took or never will.
    fn delivered(&self, from: u64) -> Option<(u64, u64)> {
        let days = self.of.get(INSTALLATION)?.iter().filter(|day| day.day >= from);
        let (mut accepted, mut all) = (0, 0);
        for (name, number) in days.flat_map(|day| &day.counts) {
            accepted += if name.starts_with("mail/accepted/") { *number } else { 0 };
            all += if ["accepted", "refused", "too-late"].iter().any(|outcome| is_mail(name, outcome)) {
                *number
            } else {
                0
            };
        }
        (all > 0).then_some((accepted, all))
    }
}

fn is_mail(name: &str, outcome: &str) -> bool {
    name.strip_prefix("mail/").and_then(|rest| rest.strip_prefix(outcome)).is_some_and(|rest| rest.starts_with('/'))
}

/// Tables for a terminal: the last days, and all that are kept.
impl fmt::Display for OperatorCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.today.saturating_sub(SHOWN);
        for side in &self.sides {
            let whole = |day: u64| side.of[INSTALLATION].iter().any(|told| told.day == day && told.whole);
            let dates = (first..self.today).map(|day| {
                let date = date(day)[5..].to_owned() + if whole(day) { "" } else { "*" };
                format!("{date:>7}")
            });
            let dates: String = dates.collect();
            let title = format!("{} side", side.name);
            writeln!(f, "{title:<44}{dates}{:>9}", "all")?;
            for (slug, days) in &side.of {
                let names: BTreeSet<&String> = days.iter().flat_map(|day| day.counts.keys()).collect();
                for name in names {
                    let number = |day: u64| {
                        let told = days.iter().find(|told| told.day == day);
                        told.and_then(|told| told.counts.get(name)).map_or(FEW.to_owned(), u64::to_string)
                    };
                    let numbers: String = (first..self.today).map(|day| format!("{:>7}", number(day))).collect();
                    let all: u64 = days.iter().filter_map(|day| day.counts.get(name)).sum();
                    let label = if slug == INSTALLATION { name.clone() } else { format!("{slug}: {name}") };
                    writeln!(f, "{label:<44}{numbers}{all:>9}")?;
                }
            }
            if let Some((accepted, all)) = side.delivered(first) {
                writeln!(
                    f,
                    "The mail server took {accepted} of {all} mails in {SHOWN} days: {} %.",
                    100 * accepted / all
                )?;
            }
            writeln!(f)?;
        }
        writeln!(
            f,
            "Whole tens of days that are over: what does not fill a ten yet stands with a later day, and {FEW} is fewer than \
             {THRESHOLD}.\n* Not every process counted all day: what was counted before a restart is lost."
        )
    }
}

/// A day as people write it, `2026-12-01`.
fn date(day: u64) -> String {
    let begins_at = Timestamp::from_seconds(day.saturating_mul(DAY)).unwrap_or(Timestamp::MAX);
    begins_at.to_string().chars().take(10).collect()
}
