use super::behaviour::{BEHAVIOURS, Behaviour};
use super::game::{Outcome, Setting, Watcher, beyond_expectation as bound, play};
use crate::report::LIMIT;

/// People an hour.
pub const RATES: [f64; 4] = [1.0, 10.0, 100.0, 1_000.0];
/// The least that is published at a tick; the second is what an organiser gets who sets nothing else.
pub const MIN_BATCHES: [u64; 3] = [1, 20, 100];

/// A game, and what came of it; nothing where it is too large to be played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Played {
    /// The game.
    pub setting: Setting,
    /// What came of it.
    pub outcome: Option<Outcome>,
}

/// Every game of the table, in its order, and the seed of each.
pub fn settings(seed: u64) -> Vec<(Setting, u64)> {
    let operator = BEHAVIOURS.map(|behaviour| (behaviour, Watcher::Operator));
    let readers = read_in_the_log()
        .into_iter()
        .flat_map(|behaviour| MIN_BATCHES.map(|min_batch| (behaviour, Watcher::LogReader { min_batch })));
    let rows = operator.into_iter().chain(readers);
    let games = rows.flat_map(|(behaviour, watcher)| RATES.map(|per_hour| Setting { behaviour, watcher, per_hour }));
    games.zip(1_000 * seed..).collect()
}

/// How people behave of whom the log is read: what is done by hand is not told apart in batches that are as long as an hour is
/// exact.
pub fn read_in_the_log() -> [Behaviour; 3] {
    [BEHAVIOURS[0], BEHAVIOURS[2], BEHAVIOURS[4]]
}

/// Plays all of them.
pub fn play_all(seed: u64, mut tell: impl FnMut(&Setting)) -> Vec<Played> {
    let play = |(setting, seed): (Setting, u64)| {
        tell(&setting);
        Played { setting, outcome: setting.is_played().then(|| play(&setting, seed)) }
    };
    settings(seed).into_iter().map(play).collect()
}

/// Games in which more guesses were right than the watcher himself expected: then he knows something that the table does not
/// give him.
pub fn beyond_expectation(played: &[Played]) -> Vec<String> {
    let is_beyond = |game: &&Played| {
        game.outcome.is_some_and(|outcome| {
            let p = bound(outcome.right, outcome.expected * outcome.scored as f64);
            p * (played.len() as f64) < LIMIT
        })
    };
    played.iter().filter(is_beyond).map(|game| format!("{game:?}")).collect()
}
