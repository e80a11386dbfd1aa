use super::Publication;
use crate::timestamp::Timestamp;

impl Publication {
    /// The first tick later than `now`. Ticks are multiples of the interval from opens_at, the same for everyone.
    pub fn next_tick(&self, opens_at: Timestamp, now: Timestamp) -> Timestamp {
        next_multiple(opens_at, self.interval, now)
    }

    /// Whether a tick is also a multiple of max_wait, where even a batch of one is published.
    pub fn is_max_wait(&self, opens_at: Timestamp, tick: Timestamp) -> bool {
        tick.seconds().saturating_sub(opens_at.seconds()).is_multiple_of(self.max_wait.max(1))
    }

    /// When what is accepted `now` is in the log at the latest: the next multiple of max_wait and one interval more. Computed, never
    /// stored, and equal for all who redeem before the same multiple, so that it tells no time of arrival.
    pub fn publish_by(&self, opens_at: Timestamp, now: Timestamp) -> Timestamp {
        next_multiple(opens_at, self.max_wait, now).plus(self.interval)
    }
}

fn next_multiple(start: Timestamp, step: u64, now: Timestamp) -> Timestamp {
    if now < start {
        return start;
    }
    let step = step.max(1);
    let passed = (now.seconds() - start.seconds()) / step;
    start.plus((passed + 1).saturating_mul(step))
}
