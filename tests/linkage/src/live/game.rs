use super::behaviour::Behaviour;
use super::cells::{Cell, batches, moments, spans};
use super::likelihood::{Sight, weights};
use super::people::{Person, people};
use super::posterior::{Row, posterior};
use crate::lots::Lots;

/// Of how many it is asked whether they were found.
const SCORED: usize = 1_000;
/// From so many right guesses on they are counted; below, what the watcher expects says more.
const ENOUGH: usize = 20;
/// The first people of a petition.
const FIRST: usize = 100;
/// Where more than this many come in an hour and wait, seconds tell nothing more than this many of them together: nothing that
/// is known of anybody's moment changes within. Tried in the tests below.
const MANY: f64 = 50.0;
const SPAN: f64 = 600.0;
const LONG_SPAN: f64 = 1_800.0;
/// Pairs of a person and a cell that are still worked through.
const MOST_PAIRS: f64 = 8e6;

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Watcher {
    /// Whoever sees both sides live: of each address when its token is issued, of each token when it is handed in.
    Operator,
    /// Whoever knows when an address has read its mail, and reads the public log like everybody.
    LogReader {
        /// The least that is published at a tick.
        min_batch: u64,
    },
}

/// One game.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// How people behave; the watcher knows that.
    pub behaviour: Behaviour,
    /// Who looks.
    pub watcher: Watcher,
    /// People an hour.
    pub per_hour: f64,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Signers whose token was looked for: those who wait, where some do, after the first days and before the last.
    pub scored: usize,
    /// How many of them were named rightly, guessing for each what is likeliest.
    pub right: usize,
    /// What the watcher himself expected that part to be.
    pub expected: f64,
    /// How probable he held the true pair, on average.
    pub on_the_true: f64,
    /// What he expected of the first people of the petition, who have nobody before them.
    pub of_the_first: f64,
    /// The part that is right by chance, for whoever knows the day alone.
    pub chance: f64,
}

impl Outcome {
    /// The part that is named rightly. Counted, where that are not a few; the watcher's own expectation otherwise, which is
    /// good where he is far from sure.
    pub fn named(&self) -> f64 {
        if self.right >= ENOUGH { self.right as f64 / self.scored.max(1) as f64 } else { self.expected }
    }
}

impl Setting {
    /// Hours within which people can be taken for each other.
    fn hours(&self) -> f64 {
        match self.behaviour {
            Behaviour { waiting: 0.0, .. } => 3.0,
            Behaviour { stays: true, .. } => 30.0,
            Behaviour { stays: false, .. } => 60.0,
        }
    }

    fn counts(&self) -> (usize, usize) {
        let around = (self.hours() * self.per_hour).ceil() as usize + 20;
        let scored = if self.behaviour.waiting > 0.0 { SCORED as f64 / self.behaviour.waiting } else { SCORED as f64 };
        (around, scored.ceil() as usize)
    }

    /// Seconds of a cell in which an operator counts tokens together, if that loses nothing.
    fn span(&self) -> Option<f64> {
        let all_wait = self.behaviour.waiting >= 1.0;
        let span = if self.per_hour > 10.0 * MANY { LONG_SPAN } else { SPAN };
        (all_wait && self.per_hour > MANY).then_some(span)
    }

    /// Whether it can be played to its end here.
    pub fn is_played(&self) -> bool {
        let (around, scored) = self.counts();
        let hours = if self.behaviour.stays { 24.0 } else { 96.0 };
        let seconds = if self.behaviour.waiting == 0.0 { 600.0 } else { hours * 3_600.0 };
        let apart = seconds / 3_600.0 * self.per_hour;
        let cells = match self.watcher {
            Watcher::Operator => self.span().map_or(apart, |span| seconds / span),
            Watcher::LogReader { min_batch } => (seconds / 600.0).min(apart / min_batch as f64),
        };
        (2 * around + scored) as f64 * cells <= MOST_PAIRS
    }
}

/// Lets people sign, and the watcher guess.
pub fn play(setting: &Setting, seed: u64) -> Outcome {
    play_in(setting, setting.span(), seed)
}

fn play_in(setting: &Setting, span: Option<f64>, seed: u64) -> Outcome {
    let mut lots = Lots::new(seed);
    let (around, scored) = setting.counts();
    let population = people(&setting.behaviour, setting.per_hour, 2 * around + scored, &mut lots);
    let asked = &population[around..around + scored];
    let all_wait = setting.behaviour.waiting > 0.0;
    let is_scored = |person: &&Person| person.handed_in.is_some() && (person.waits || !all_wait);
    let chance = (24.0 * setting.per_hour).recip();
    let mut outcome = Outcome { scored: 0, right: 0, expected: 0.0, on_the_true: 0.0, of_the_first: 0.0, chance };
    let (cells, places, found) = watch(setting, span, &population);
    let sure = |row: &Row| best(row).map_or(0.0, |guess| row.values[guess - row.first]);
    let first: Vec<usize> = (0..population.len()).filter(|index| is_scored(&&population[*index])).take(FIRST).collect();
    outcome.of_the_first = first.iter().map(|index| sure(&found[*index])).sum::<f64>() / first.len().max(1) as f64;
    for (index, _) in asked.iter().enumerate().filter(|(_, person)| is_scored(person)) {
        let (row, Some(place)) = (&found[around + index], places[around + index]) else { continue };
        let guess = best(row);
        outcome.scored += 1;
        outcome.expected += sure(row);
        outcome.on_the_true += place.checked_sub(row.first).and_then(|place| row.values.get(place)).unwrap_or(&0.0);
        // Which of a cell's tokens it is has to be guessed.
        let is_it = lots.draw().is_multiple_of(cells[place].tokens as u64);
        outcome.right += usize::from(guess == Some(place) && is_it);
    }
    let scored = outcome.scored.max(1) as f64;
    Outcome { expected: outcome.expected / scored, on_the_true: outcome.on_the_true / scored, ..outcome }
}

/// What is seen, where each person's token is, and what the watcher makes of it.
fn watch(setting: &Setting, span: Option<f64>, population: &[Person]) -> (Vec<Cell>, Vec<Option<usize>>, Vec<Row>) {
    let times: Vec<f64> = population.iter().filter_map(|person| person.handed_in).collect();
    let (cells, of_tokens) = match (setting.watcher, span) {
        (Watcher::Operator, None) => moments(&times),
        (Watcher::Operator, Some(seconds)) => spans(&times, seconds),
        (Watcher::LogReader { min_batch }, _) => batches(&times, &setting.behaviour.schedule(min_batch)),
    };
    let mut of_tokens = of_tokens.into_iter();
    let places = population.iter().map(|person| person.handed_in.and_then(|_| of_tokens.next())).collect();
    let sight = |person: &Person| match setting.watcher {
        Watcher::Operator => Sight::Issued(person.issued),
        Watcher::LogReader { .. } => Sight::Read(person.read),
    };
    let sights: Vec<Sight> = population.iter().map(sight).collect();
    let found = posterior(&weights(&setting.behaviour, &sights, &cells));
    (cells, places, found)
}

/// The likeliest cell.
pub fn best(row: &Row) -> Option<usize> {
    let place = (0..row.values.len()).max_by(|one, other| row.values[*one].total_cmp(&row.values[*other]))?;
    Some(row.first + place)
}

/// A bound of the probability that at least so many are right of whom this many were expected (Chernoff): where it is small,
/// the watcher knows more than he was thought to.
pub fn beyond_expectation(right: usize, expected: f64) -> f64 {
    let right = right as f64;
    if right <= expected || expected <= 0.0 {
        return if right > expected { 0.0 } else { 1.0 };
    }
    (right - expected - right * (right / expected).ln()).exp()
}

#[cfg(test)]
mod tests {
    use undersign_protocol::petition::Redemption;

    use super::super::behaviour::BEHAVIOURS;
    use super::*;

    fn operator(behaviour: Behaviour, per_hour: f64) -> Outcome {
        play(&Setting { behaviour, watcher: Watcher::Operator, per_hour }, 1)
    }

    fn right(outcome: &Outcome) -> f64 {
        outcome.right as f64 / outcome.scored as f64
    }

    /// The controls: where it is easy he finds nearly everyone, also among those who wait, if they do not wait long enough.
    #[test]
    fn who_signs_at_once_and_nearly_alone_is_named_and_so_is_who_waits_for_a_minute() {
        let at_once = operator(BEHAVIOURS[0], 1.0);
        assert!(at_once.scored > 950 && right(&at_once) > 0.99, "{at_once:?}");
        let a_minute = Behaviour { redemption: Redemption::NextEpoch { epoch: 60 }, ..BEHAVIOURS[4] };
        let waited = operator(a_minute, 1.0);
        assert!(right(&waited) > 0.95, "{waited:?}");
    }

    #[test]
    fn who_waits_is_among_those_who_came_on_the_same_day() {
        for behaviour in [BEHAVIOURS[2], BEHAVIOURS[4]] {
            let outcome = operator(behaviour, 10.0);
            assert!(outcome.expected < 10.0 * outcome.chance, "{outcome:?}");
            assert!(beyond_expectation(outcome.right, outcome.expected * outcome.scored as f64) > 1e-4, "{outcome:?}");
        }
    }

    #[test]
    fn whoever_keeps_their_hour_tells_more_than_whoever_leaves_it_to_a_program() {
        let [stays, by_hand] = [BEHAVIOURS[2], BEHAVIOURS[3]].map(|behaviour| operator(behaviour, 10.0));
        assert!(by_hand.expected > 2.0 * stays.expected, "{by_hand:?} {stays:?}");
    }

    #[test]
    fn larger_batches_hide_more_from_who_reads_the_log() {
        let of = |min_batch| {
            let watcher = Watcher::LogReader { min_batch };
            play(&Setting { behaviour: BEHAVIOURS[0], watcher, per_hour: 1.0 }, 1).expected
        };
        assert!(of(1) > 0.9 && of(20) < 0.15 && of(100) < 0.1, "{} {} {}", of(1), of(20), of(100));
    }

    /// Why an operator may count tokens together where many wait.
    #[test]
    fn counted_together_tokens_of_ten_minutes_tell_nothing_less() {
        for behaviour in [BEHAVIOURS[2], BEHAVIOURS[4]] {
            let setting = Setting { behaviour, watcher: Watcher::Operator, per_hour: 12.0 };
            let [apart, together] = [None, Some(SPAN)].map(|span| play_in(&setting, span, 1));
            assert!((apart.expected / together.expected - 1.0).abs() < 0.1, "{apart:?} {together:?}");
        }
    }

    #[test]
    fn more_right_guesses_than_were_expected_are_noticed() {
        assert!(beyond_expectation(30, 10.0) < 1e-4 && beyond_expectation(12, 10.0) > 0.5);
        assert!(beyond_expectation(3, 10.0) >= 1.0 && beyond_expectation(1, 0.0) <= 0.0);
    }
}
