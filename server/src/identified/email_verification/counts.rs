use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use undersign_protocol::timestamp::Timestamp;

/// Counts below this are not told apart: "one mail to that provider on Tuesday" can be a person.
const SMALLEST: u64 = 10;
const OTHER: &str = "other";

/// How many mails were asked for in a day, for the operator: by large provider, everything else together as `other`. In memory, told
/// once a day, never per domain of an organisation.
pub(super) struct DailyCounts {
    large_domains: Vec<String>,
    today: Mutex<Day>,
}

#[derive(Default)]
struct Day {
    day: u64,
    sent: BTreeMap<String, u64>,
    held_back: u64,
}

impl DailyCounts {
    pub(super) fn new(large_domains: Vec<String>, now: Timestamp) -> Self {
        Self { large_domains, today: Mutex::new(Day { day: now.day(), ..Day::default() }) }
    }

    /// Counts one mail, or one that a limit held back.
    pub(super) fn count(&self, registrable_domain: &str, live: bool) {
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        if !live {
            today.held_back += 1;
            return;
        }
        let is_large = self.large_domains.iter().any(|large| large == registrable_domain);
        let name = if is_large { registrable_domain } else { OTHER };
        *today.sent.entry(name.to_owned()).or_default() += 1;
    }

    /// Tells the numbers of a day that is over.
    pub(super) fn tell(&self, now: Timestamp) {
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        if today.day == now.day() {
            return;
        }
        let over = std::mem::replace(&mut *today, Day { day: now.day(), ..Day::default() });
        let sent: Vec<String> = over.sent.iter().map(|(name, count)| format!("{name} {}", rounded(*count))).collect();
        tracing::info!(sent = sent.join(", "), held_back = rounded(over.held_back), "mails of a day");
    }
}

fn rounded(count: u64) -> String {
    match count {
        0 => "0".to_owned(),
        1..SMALLEST => format!("under {SMALLEST}"),
        _ => (count / SMALLEST * SMALLEST).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(seconds).expect("a time")
    }

    #[test]
    fn an_organisation_s_domain_is_never_named_and_small_counts_are_not_told_apart() {
        let counts = DailyCounts::new(vec!["large.example".to_owned()], at(0));
        counts.count("large.example", true);
        counts.count("university.example", true);
        let today = counts.today.lock().expect("not poisoned");
        assert_eq!(today.sent.keys().collect::<Vec<_>>(), ["large.example", "other"]);
        assert_eq!([0, 1, 9, 10, 19, 20].map(rounded), ["0", "under 10", "under 10", "10", "10", "20"]);
    }
}
