use crate::json_object;
use crate::oblivious::{KeyConfig, WEEK, Week};
use crate::timestamp::{DAY, Timestamp};

/// Which key the host's gateway of Oblivious HTTP opens requests with, and when. It stands in the host's log so that everyone seals for
/// the same key: one that a single person was given would name that person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyConfigEntry {
    key_config: KeyConfig,
    not_after: Timestamp,
    not_before: Timestamp,
    version: u64,
}

json_object!(strict KeyConfigEntry { key_config, not_after, not_before, version });

/// Longest time for which one key is used: what an operator keeps longer opens more.
const LONGEST: u64 = 2 * WEEK;

impl KeyConfigEntry {
    /// The form that this program writes and reads. An entry of another one is passed over like one of another kind.
    pub const VERSION: u64 = 1;

    /// `None` where not_after is not later than not_before, or later by more than two weeks.
    pub fn new(key_config: KeyConfig, not_before: Timestamp, not_after: Timestamp) -> Option<Self> {
        let entry = Self { key_config, not_after, not_before, version: Self::VERSION };
        entry.keeps_the_rules().then_some(entry)
    }

    /// The key of a week: from its beginning to a day after its end, when the private key is destroyed.
    ///
    /// `None` for the last weeks of the year 9999, which have no end.
    pub fn of_week(week: Week, public_key: [u8; 32]) -> Option<Self> {
        let key_config = KeyConfig { key_id: week.key_id(), public_key };
        Self::new(key_config, week.begins(), week.ends().plus(DAY))
    }

    /// The key.
    pub fn key_config(&self) -> &KeyConfig {
        &self.key_config
    }

    /// The first moment at which requests may be sealed for it.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The first moment at which they may no longer be, and the gateway opens none.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Which key a client seals for: of the entries whose time is now, the one that began last; of several that began then, the last in
    /// the log. `None` where there is none, and so no oblivious way.
    pub fn current<'a>(in_order: impl IntoIterator<Item = &'a Self>, now: Timestamp) -> Option<&'a Self> {
        let is_current = |entry: &&Self| entry.not_before <= now && now < entry.not_after;
        in_order.into_iter().filter(is_current).max_by_key(|entry| entry.not_before)
    }

    pub(super) fn keeps_the_rules(&self) -> bool {
        let time = self.not_after.seconds().checked_sub(self.not_before.seconds());
        self.version == Self::VERSION && time.is_some_and(|time| (1..=LONGEST).contains(&time))
    }
}
