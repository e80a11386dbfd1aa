use undersign_client_lib::journey::Schedule;

use super::behaviour::since_opening;
use super::people::clock;

/// How exactly a watcher's clock and a client's time on its way are known.
const EXACTLY: f64 = 0.005;

/// Tokens that came in a part of the time; which of them came first is not known to whoever watches, or is nothing to them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// From here.
    pub from: f64,
    /// To here.
    pub to: f64,
    /// How many.
    pub tokens: usize,
}

/// Each token in a cell of its own, at the moment at which it came; and of each the number of its cell.
pub fn moments(times: &[f64]) -> (Vec<Cell>, Vec<usize>) {
    let mut order: Vec<usize> = (0..times.len()).collect();
    order.sort_by(|one, other| times[*one].total_cmp(&times[*other]));
    let mut places = vec![0; times.len()];
    let mut cells = Vec::with_capacity(times.len());
    for (place, token) in order.into_iter().enumerate() {
        places[token] = place;
        cells.push(Cell { from: times[token] - EXACTLY, to: times[token] + EXACTLY, tokens: 1 });
    }
    (cells, places)
}

/// Cells of so many seconds.
pub fn spans(times: &[f64], seconds: f64) -> (Vec<Cell>, Vec<usize>) {
    let cell_of = |time: f64| ((time / seconds) as u64, (time / seconds) as u64 + 1);
    group(times, |time| {
        let (from, to) = cell_of(time);
        (from as f64 * seconds, to as f64 * seconds)
    })
}

/// The batches of the public log: at a tick what waits is published if it is as many as the least, and however few at the
/// longest wait.
pub fn batches(times: &[f64], schedule: &Schedule) -> (Vec<Cell>, Vec<usize>) {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.last().copied() else { return (Vec::new(), Vec::new()) };
    let (opens_at, rules) = (schedule.opens_at, schedule.publication);
    let mut ends = vec![0.0];
    let (mut published, mut tick) = (0, opens_at);
    while since_opening(tick) <= last {
        let before = tick;
        tick = rules.next_tick(opens_at, tick);
        let come = sorted.partition_point(|time| *time < since_opening(tick));
        let longest = rules.next_max_wait(opens_at, before) == tick;
        if (come - published) as u64 >= rules.min_batch || longest && come > published {
            ends.push(since_opening(tick));
            published = come;
        }
    }
    ends.push(since_opening(rules.next_max_wait(opens_at, clock(last))));
    group(times, |time| {
        let place = ends.partition_point(|end| *end <= time);
        (ends[place - 1], ends[place])
    })
}

/// Tokens of one part of the time in one cell.
fn group(times: &[f64], part_of: impl Fn(f64) -> (f64, f64)) -> (Vec<Cell>, Vec<usize>) {
    let mut order: Vec<usize> = (0..times.len()).collect();
    order.sort_by(|one, other| times[*one].total_cmp(&times[*other]));
    let mut places = vec![0; times.len()];
    let mut cells: Vec<Cell> = Vec::new();
    for token in order {
        let (from, to) = part_of(times[token]);
        match cells.last_mut() {
            Some(cell) if cell.from == from => cell.tokens += 1,
            _ => cells.push(Cell { from, to, tokens: 1 }),
        }
        places[token] = cells.len() - 1;
    }
    (cells, places)
}

#[cfg(test)]
mod tests {
    use super::super::behaviour::BEHAVIOURS;
    use super::*;

    #[test]
    fn a_batch_is_as_large_as_the_least_or_as_old_as_the_longest_wait() {
        // One a minute for an hour, and then one in the night.
        let mut times: Vec<f64> = (0..60).map(|minute| f64::from(minute) * 60.0 + 1.0).collect();
        times.push(50_000.0);
        let ticks = |least| {
            let (cells, places) = batches(&times, &BEHAVIOURS[0].schedule(least));
            assert!(cells.iter().all(|cell| cell.to % 600.0 == 0.0));
            assert!(times.iter().zip(places).all(|(time, place)| (cells[place].from..cells[place].to).contains(time)));
            cells.into_iter().map(|cell| (cell.to, cell.tokens)).collect::<Vec<_>>()
        };
        assert_eq!(ticks(20), [(1_200.0, 20), (2_400.0, 20), (3_600.0, 20), (86_400.0, 1)]);
        assert_eq!(ticks(50), [(3_000.0, 50), (86_400.0, 11)]);
        assert_eq!(ticks(100), [(86_400.0, 61)]);
        assert_eq!(ticks(1).len(), 7);
    }
}
