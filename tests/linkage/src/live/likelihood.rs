use undersign_protocol::timestamp::DAY;

use super::behaviour::{Behaviour, since_opening};
use super::cells::Cell;
use super::delays::{Delay, HANDING_IN, RETURNING, TYPING};
use super::people::{HABIT, NEVER, clock};
use super::posterior::{Row, Weights};

/// Seconds within which a client that does something at once has done it: in a million cases not.
const AT_ONCE: f64 = 600.0;
const AT_ONCE_FROM_THE_MAIL: f64 = 7_200.0;
/// A drawn moment, and the client's own time after it.
const LATE: f64 = 30.0;
/// From the hour of the first visit to that of another.
const FROM_THE_HOUR: f64 = 20.0 * HABIT;
/// The model can be wrong by so much in every cell: nothing that is possible is excluded.
const SLACK: f64 = 1e-9;

/// What is seen of a person where their address is seen.
#[derive(Debug, Clone, Copy)]
pub enum Sight {
    /// The operator sees when the token was issued.
    Issued(f64),
    /// Their mail's provider sees when they read it, and nothing of what the issuer does.
    Read(f64),
}

/// The distribution of a person's token over time, for whoever knows how all people behave.
struct Expected {
    parts: Vec<(f64, Shape)>,
    /// Outside of this there is nothing.
    support: (f64, f64),
}

enum Shape {
    /// After so long from here.
    After(f64, Delay),
    /// At any moment of these.
    Between(f64, f64),
    /// Around this one.
    Around(f64),
}

/// What whoever knows people's behaviour can say of each of them and each cell.
pub fn weights(behaviour: &Behaviour, sights: &[Sight], cells: &[Cell]) -> Weights {
    let of_person = |sight: &Sight| {
        let expected = Expected::of(behaviour, *sight);
        let first = cells.partition_point(|cell| cell.to <= expected.support.0);
        let end = cells.partition_point(|cell| cell.from < expected.support.1).max(first);
        let value = |cell: &Cell| {
            // A token of its cell, and not one that could have come in its place.
            ((expected.before(cell.to) - expected.before(cell.from)).max(0.0) + SLACK) * (1.0 - NEVER)
        };
        Row { first, values: cells[first..end].iter().map(value).collect(), none: NEVER }
    };
    Weights { cells: cells.iter().map(|cell| cell.tokens).collect(), people: sights.iter().map(of_person).collect() }
}

impl Expected {
    fn of(behaviour: &Behaviour, sight: Sight) -> Self {
        let (seen, begins, delay, at_once) = match sight {
            Sight::Issued(issued) => (issued, issued, HANDING_IN, AT_ONCE),
            // As long as the token usually takes from there; what is not known of that is little beside a cell.
            Sight::Read(read) => (read, read + TYPING.median() + RETURNING.median(), TYPING, AT_ONCE_FROM_THE_MAIL),
        };
        let mut parts = Vec::new();
        let mut support = (seen, seen);
        if behaviour.waiting < 1.0 {
            parts.push((1.0 - behaviour.waiting, Shape::After(seen, delay)));
            support.1 = seen + at_once;
        }
        if behaviour.waiting > 0.0 {
            let now = clock(begins);
            let (from, to) = behaviour.schedule(1).moments(Behaviour::when(true), now, now);
            let (from, to) = (since_opening(from), since_opening(to));
            let begin = if behaviour.stays { from } else { begins + DAY as f64 - FROM_THE_HOUR };
            if parts.is_empty() {
                support.0 = begin - LATE;
            }
            let share = behaviour.waiting;
            let end = if behaviour.stays {
                parts.push((share, Shape::Between(from, to + LATE)));
                to + LATE + at_once
            } else {
                visits(begins, from, to, |part, visit| parts.push((share * part, Shape::Around(visit))))
            };
            support.1 = support.1.max(end);
        }
        Self { parts, support }
    }

    fn before(&self, moment: f64) -> f64 {
        self.parts.iter().map(|(share, shape)| share * shape.before(moment)).sum()
    }
}

/// The visits, a day apart, at which a moment between these two is past for the first time, and how probable each is. Gives the
/// end of all.
fn visits(first: f64, from: f64, to: f64, mut found: impl FnMut(f64, f64)) -> f64 {
    let past = |moment: f64| ((moment - from) / (to - from).max(1.0)).clamp(0.0, 1.0);
    let mut visit = first;
    while past(visit) < 1.0 {
        visit += DAY as f64;
        let share = past(visit) - past(visit - DAY as f64);
        if share > 0.0 {
            found(share, visit);
        }
    }
    // One who is a little early comes a day later.
    visit + DAY as f64 + FROM_THE_HOUR
}

impl Shape {
    fn before(&self, moment: f64) -> f64 {
        match self {
            Self::After(begin, delay) => delay.before(moment - begin),
            Self::Between(from, to) => ((moment - from) / (to - from)).clamp(0.0, 1.0),
            Self::Around(visit) => 1.0 / (1.0 + (-(moment - visit) / HABIT).exp()),
        }
    }
}
