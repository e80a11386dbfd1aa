//! What each side counts: in memory while the day lasts, in tables of its own side once it is over, in whole tens. Neither side reads the
//! other's; what is common is this code.

/// The operator's table: what both sides have told.
pub mod command;

/// Route: an organiser asks for counts of a petition.
pub mod http;

/// Decisions and errors.
pub mod rules;

#[cfg(test)]
mod contract;
mod store;
#[cfg(test)]
pub(crate) mod testing;
mod today;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use undersign_pages::Petition;
use undersign_protocol::daily_counts::{CountedDay, CountedDays, CountsRequest, WHOLE};
use undersign_protocol::petition::PetitionId;
use undersign_protocol::timestamp::{DAY, Timestamp};

pub use rules::CountsError;

use self::rules::{KEPT_DAYS, check};
use self::store::CountRow;
use self::today::{Over, Today};
use crate::clock::Clock;
use crate::storage::{Database, Side, StorageError, Transaction};

/// Longest sleep before it is looked again whether the day is over: a clock can be set forward.
const LONGEST_PAUSE: u64 = 3_600;

/// The counts of one side and process.
pub struct DailyCounts {
    database: Database,
    side: Side,
    processes: NonZeroU32,
    today: Mutex<Today>,
    clock: Arc<dyn Clock>,
}

impl DailyCounts {
    /// Begins to count, in the middle of a day.
    ///
    /// # Arguments
    /// * `processes` – how many count for this side, each its part
    pub fn new(database: Database, side: Side, processes: NonZeroU32, clock: Arc<dyn Clock>) -> Self {
        let today = Mutex::new(Today::begun_in(clock.now().day()));
        Self { database, side, processes, today, clock }
    }

    /// Counts something that happened now. In memory alone.
    ///
    /// # Arguments
    /// * `petition` – whose it is, if it is about one
    /// * `name` – one of a fixed list; never what somebody has sent
    pub fn count(&self, petition: Option<&PetitionId>, name: &str) {
        self.count_many(petition, name, 1);
    }

    /// Counts so many at once.
    pub fn count_many(&self, petition: Option<&PetitionId>, name: &str, number: u64) {
        self.lock().count(self.clock.now().day(), petition.copied(), name, number);
    }

    /// Keeps the counts of days that are over, until the process ends.
    pub async fn run(self: Arc<Self>) {
        loop {
            let to_midnight = DAY - self.clock.now().seconds() % DAY;
            tokio::time::sleep(Duration::from_secs(to_midnight.min(LONGEST_PAUSE))).await;
            if let Err(error) = self.keep().await {
                tracing::error!(error = &error as &dyn std::error::Error, "the counts of a day could not be kept");
            }
        }
    }

    /// Keeps the counts of days that are over, and forgets those that are too old. What could not be written is written the next time;
    /// where it is not known whether it was, it is not written again: a day is told once.
    pub async fn keep(&self) -> Result<(), StorageError> {
        let now = self.clock.now();
        let over = self.lock().over(now.day());
        let written = self.write(&over, now).await;
        match written {
            Ok(tx) => tx.commit().await,
            Err(error) => {
                self.lock().take_back(over);
                Err(error)
            }
        }
    }

    async fn write(&self, over: &[Over], now: Timestamp) -> Result<Transaction, StorageError> {
        let mut tx = self.database.begin("daily_counts::keep").await?;
        tx.add_counts(self.side, &rows(over)).await?;
        tx.delete_counts_before(self.side, now.day().saturating_sub(KEPT_DAYS)).await?;
        tx.delete_asked_before(self.side, rules::oldest_request(now)).await?;
        Ok(tx)
    }

    /// What was counted of a petition, for its organiser, who has asked for it with this request and never before.
    pub(crate) async fn for_organiser(
        &self,
        petition: &Petition,
        request: &CountsRequest,
    ) -> Result<CountedDays, CountsError> {
        let now = self.clock.now();
        check(request, petition, self.side, now)?;
        let mut tx = self.database.begin("daily_counts::ask").await?;
        let is_first = tx.insert_asked(self.side, &request.nonce, request.day).await?;
        tx.commit().await?;
        if !is_first {
            return Err(CountsError::Repeated);
        }
        let petition_id = petition.verified.petition_id();
        let mut tx = self.database.begin_read("daily_counts::read").await?;
        let rows = tx.counts(self.side, Some(&petition_id)).await?;
        Ok(CountedDays { days: days(&rows, self.processes, |row| row.petition_id == Some(petition_id)) })
    }

    fn lock(&self) -> MutexGuard<'_, Today> {
        self.today.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn rows(over: &[Over]) -> Vec<CountRow> {
    let mut rows = Vec::new();
    for Over { day, whole, counts } in over {
        if *whole {
            rows.push(CountRow { petition_id: None, day: *day, name: WHOLE.to_owned(), number: 1 });
        }
        let told = counts.iter().map(|((petition_id, name), number)| CountRow {
            petition_id: *petition_id,
            day: *day,
            name: name.clone(),
            number: *number,
        });
        rows.extend(told);
    }
    rows
}

/// The counts that are wanted of each day of which anything was told.
fn days(rows: &[CountRow], processes: NonZeroU32, wanted: impl Fn(&CountRow) -> bool) -> Vec<CountedDay> {
    let mut days: BTreeMap<u64, CountedDay> = BTreeMap::new();
    for row in rows {
        let day = row.day;
        let counted = days.entry(day).or_insert_with(|| CountedDay { day, whole: false, counts: BTreeMap::new() });
        if row.petition_id.is_none() && row.name == WHOLE {
            counted.whole = row.number >= processes.get().into();
        } else if wanted(row) {
            counted.counts.insert(row.name.clone(), row.number);
        }
    }
    days.into_values().collect()
}
