use std::collections::BTreeMap;

use undersign_protocol::daily_counts::Remainders;
use undersign_protocol::petition::PetitionId;

/// What is counted: of a petition or of none, and its name.
pub(super) type Name = (Option<PetitionId>, String);

/// What one process has counted and not told. Gone with it: at rest there would be a number of each moment at which somebody looks.
pub(super) struct Today {
    day: u64,
    /// Whether this process was there when the day began.
    whole: bool,
    counts: BTreeMap<Name, u64>,
    remainders: Remainders<Name>,
    over: Vec<Over>,
}

/// A day that is over, as it is told.
pub(super) struct Over {
    pub day: u64,
    pub whole: bool,
    pub counts: BTreeMap<Name, u64>,
}

impl Today {
    /// Begins on a day of which some is over.
    pub(super) fn begun_in(day: u64) -> Self {
        Self { day, whole: false, counts: BTreeMap::new(), remainders: Remainders::default(), over: Vec::new() }
    }

    pub(super) fn count(&mut self, day: u64, petition: Option<PetitionId>, name: &str, number: u64) {
        self.end_days_before(day);
        *self.counts.entry((petition, name.to_owned())).or_default() += number;
    }

    /// The days that are over and were not taken yet.
    pub(super) fn over(&mut self, day: u64) -> Vec<Over> {
        self.end_days_before(day);
        std::mem::take(&mut self.over)
    }

    /// To be taken again.
    pub(super) fn take_back(&mut self, mut over: Vec<Over>) {
        over.append(&mut self.over);
        self.over = over;
    }

    fn end_days_before(&mut self, day: u64) {
        // A clock that is set back does not end a day: it is told once.
        if day <= self.day {
            return;
        }
        let counts = self.remainders.tell(std::mem::take(&mut self.counts));
        self.over.push(Over { day: self.day, whole: self.whole, counts });
        // Of a day that was slept through nothing was counted, and nothing is said.
        (self.day, self.whole) = (day, day == self.day + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_told_once_it_is_over_in_tens_and_whether_it_was_counted_whole() {
        let mut today = Today::begun_in(7);
        for _ in 0..13 {
            today.count(7, None, "confirmed", 1);
        }
        assert!(today.over(7).is_empty(), "it is not over");
        today.count(8, None, "confirmed", 7);
        let over = today.over(9);
        let told: Vec<_> = over.iter().map(|over| (over.day, over.whole, over.counts.values().sum::<u64>())).collect();
        assert_eq!(told, [(7, false, 10), (8, true, 10)]);
        assert!(today.over(9).is_empty());
        today.take_back(over);
        today.count(8, None, "confirmed", 10);
        let told: Vec<_> = today.over(12).iter().map(|over| (over.day, over.counts.len())).collect();
        assert_eq!(told, [(7, 1), (8, 1), (9, 1)], "set back by a day, it is counted with the day that it was");
        assert!(!today.over(13)[0].whole, "the process was not there when the twelfth began");
    }
}
