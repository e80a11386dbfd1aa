use super::Publication;
use crate::timestamp::Timestamp;

impl Publication {
    /// The first tick later than `now`. Ticks are multiples of the interval from opens_at, the same for everyone.
    pub fn next_tick(&self, opens_at: Timestamp, now: Timestamp) -> Timestamp {
        next_multiple(opens_at, self.interval, now)
    }

    /// The first multiple of max_wait later than `now`: a tick at which even a batch of one is published.
    pub fn next_max_wait(&self, opens_at: Timestamp, now: Timestamp) -> Timestamp {
        next_multiple(opens_at, self.max_wait, now)
    }

    /// When what is accepted `now` is in the log at the latest: the next multiple of max_wait and one interval more. Computed, never
    /// stored, and equal for all who redeem before the same multiple, so that it tells no time of arrival.
    pub fn publish_by(&self, opens_at: Timestamp, now: Timestamp) -> Timestamp {
        self.next_max_wait(opens_at, now).plus(self.interval)
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
