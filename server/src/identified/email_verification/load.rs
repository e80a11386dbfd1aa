use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use undersign_protocol::timestamp::Timestamp;

use super::budgets::part;

/// Seconds for which requests are counted together: a flood is met in its first seconds.
const WINDOW: u64 = 10;
/// Seconds without the load that asked for a level, after which it falls by one.
const CALM: u64 = 60;

/// How hard proofs of work are now: 0 where none is asked for, 1 where easy ones are, and one more each time the work doubles.
///
/// What raises it above 1 is proofs, however easy, each of which somebody has worked for. Requests without a proof raise it to 1 and no
/// further: who sends nothing but those cannot make others work more than a moment.
pub(super) struct Load {
    /// In a window.
    threshold: u64,
    highest: u32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    window: u64,
    requests: u64,
    proofs: u64,
    level: u32,
    /// When the load last asked for the level, or it last fell.
    since: u64,
}

impl Load {
    /// # Arguments
    /// * `per_minute` – requests of all processes together, above which proofs are asked for
    /// * `highest` – level
    pub(super) fn new(per_minute: NonZeroU32, processes: NonZeroU32, highest: u32) -> Self {
        let threshold = (u64::from(part(per_minute, processes).get()) * WINDOW / 60).max(1);
        Self { threshold, highest, state: Mutex::default() }
    }

    /// Counts a request for a mail.
    ///
    /// # Returns
    /// The level that its proof must have.
    pub(super) fn request(&self, now: Timestamp) -> u32 {
        self.count(now, |state| state.requests += 1)
    }

    /// Counts a proof that nobody has used before.
    pub(super) fn proof(&self, now: Timestamp) {
        self.count(now, |state| state.proofs += 1);
    }

    /// The level of now.
    pub(super) fn level(&self, now: Timestamp) -> u32 {
        self.count(now, |_| {})
    }

    fn count(&self, now: Timestamp, count: impl FnOnce(&mut State)) -> u32 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, window) = (now.seconds(), now.seconds() / WINDOW);
        if state.window != window {
            (state.window, state.requests, state.proofs) = (window, 0, 0);
        }
        count(&mut state);
        let wanted = self.wanted(&state);
        if wanted >= state.level {
            (state.level, state.since) = (wanted, now);
        }
        while state.level > wanted && now >= state.since + CALM {
            state.level -= 1;
            state.since += CALM;
        }
        state.level
    }

    fn wanted(&self, state: &State) -> u32 {
        let from_proofs = match state.proofs.saturating_sub(1) / self.threshold {
            0 => 0,
            // One to the threshold once over is 1, twice over 2, four times over 3.
            times => times.ilog2() + 1,
        };
        from_proofs.max(u32::from(state.requests > self.threshold)).min(self.highest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Six requests a minute are one in each window of ten seconds.
    fn load(per_minute: u32) -> Load {
        Load::new(NonZeroU32::new(per_minute).expect("not zero"), NonZeroU32::MIN, 5)
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + seconds).expect("a time")
    }

    #[test]
    fn while_few_ask_nobody_works() {
        let load = load(60);
        for second in 0..600 {
            assert_eq!(load.request(at(second)), 0, "one a second is as many as may");
        }
    }

    #[test]
    fn requests_without_a_proof_never_ask_for_more_than_an_easy_one() {
        let load = load(60);
        let levels: Vec<u32> = (0..10_000).map(|_| load.request(at(0))).collect();
        assert_eq!((levels[9], levels[10], levels[9_999]), (0, 1, 1));
    }

    #[test]
    fn each_doubling_of_proofs_doubles_the_work_up_to_the_highest() {
        let load = load(60);
        let mut levels = Vec::new();
        for _ in 0..1_000 {
            load.proof(at(0));
            levels.push(load.level(at(0)));
        }
        let first = |level: u32| levels.iter().position(|found| *found == level).map(|index| index + 1);
        assert_eq!([first(1), first(2), first(3), first(4), first(5)], [11, 21, 41, 81, 161].map(Some));
        assert_eq!(levels.last(), Some(&5));
    }

    #[test]
    fn it_falls_by_one_a_minute_after_the_load_is_gone() {
        let load = load(60);
        for _ in 0..41 {
            load.proof(at(0));
        }
        assert_eq!(
            [0, 59, 60, 119, 120, 179, 180, 10_000].map(|second| load.level(at(second))),
            [3, 3, 2, 2, 1, 1, 0, 0]
        );
    }

    #[test]
    fn a_pause_of_a_flood_is_no_end_of_it() {
        let load = load(60);
        for second in [0, 50, 100, 150] {
            (0..41).for_each(|_| load.proof(at(second)));
            assert_eq!(load.level(at(second)), 3);
        }
        // And what keeps an easy level up keeps no hard one.
        for second in 150..270 {
            load.request(at(second));
            load.request(at(second));
        }
        // The last of the flood counted until 160.
        assert_eq!(load.level(at(280)), 1);
    }

    #[test]
    fn after_a_long_calm_it_is_gone_at_once() {
        let load = load(60);
        (0..1_000).for_each(|_| load.proof(at(0)));
        assert_eq!(load.level(at(86_400)), 0);
    }

    #[test]
    fn several_processes_have_a_part_each() {
        let load = Load::new(NonZeroU32::new(120).expect("not zero"), NonZeroU32::new(2).expect("not zero"), 5);
        let levels: Vec<u32> = (0..11).map(|_| load.request(at(0))).collect();
        assert_eq!((levels[9], levels[10]), (0, 1));
    }

    #[test]
    fn a_clock_that_is_set_back_breaks_nothing() {
        let load = load(60);
        (0..41).for_each(|_| load.proof(at(100)));
        assert_eq!(load.level(at(0)), 3);
        assert_eq!(load.level(at(160)), 2);
    }
}
