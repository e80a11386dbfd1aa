use std::collections::BTreeMap;

/// Fewer than this many of anything are never told apart from none.
pub const THRESHOLD: u64 = 10;

/// What was counted and not told yet, by name: fewer than [`THRESHOLD`] of each.
///
/// Of each count only whole tens are told, and the rest is carried over to the next day. All that is told of a count by the end of a
/// day is therefore `total / 10 * 10` of all that happened until then, and each of ten totals gives the same. So for every day and
/// every count at least ten numbers of that day fit whatever was and will be told of it; counts are told each for itself, so that those
/// of others add nothing; and sums over days, weeks or counts, and differences of tables, are made of numbers that are told anyway.
#[derive(Debug)]
pub struct Remainders<K>(BTreeMap<K, u64>);

impl<K: Ord> Default for Remainders<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Clone> Remainders<K> {
    /// Ends a day.
    ///
    /// # Arguments
    /// * `counts` – what happened on it
    ///
    /// # Returns
    /// What is told of the day, for good: multiples of [`THRESHOLD`], those that are not zero.
    pub fn tell(&mut self, counts: BTreeMap<K, u64>) -> BTreeMap<K, u64> {
        let mut told = BTreeMap::new();
        for (name, count) in counts {
            let all = self.0.remove(&name).unwrap_or(0).saturating_add(count);
            let rest = all % THRESHOLD;
            if rest > 0 {
                self.0.insert(name.clone(), rest);
            }
            if all > rest {
                told.insert(name, all - rest);
            }
        }
        told
    }
}
