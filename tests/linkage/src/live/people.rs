use undersign_protocol::timestamp::{DAY, Timestamp};

use super::behaviour::{Behaviour, opens_at, since_opening};
use super::delays::{DELIVERY, HANDING_IN, READING, RETURNING, TYPING};
use crate::lots::Lots;

/// How exactly people keep to their hour: the scale of a logistic distribution, of which two thirds are within 35 minutes.
pub const HABIT: f64 = 1_500.0;
/// Of a hundred who hold a token this many never hand it in.
pub const NEVER: f64 = 0.03;

/// Someone who signs, in seconds since the petition opened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Person {
    /// The request for a mail reaches the issuer: here the address is seen.
    pub asked: f64,
    /// The mail is read; its provider sees that.
    pub read: f64,
    /// The issuer sees the code or the link.
    pub confirmed: f64,
    /// The issuer signs: the address is still known, for the request is the one that it has confirmed.
    pub issued: f64,
    /// Whether they wait.
    pub waits: bool,
    /// The moment that the client has drawn.
    pub due: f64,
    /// The token reaches the origin: here no address is seen. Nothing where it never does.
    pub handed_in: Option<f64>,
}

/// So many people, one after another, who come independently of each other at this rate. When a client may hand in, and which
/// moment it draws, is what `client-lib` says.
pub fn people(behaviour: &Behaviour, per_hour: f64, count: usize, lots: &mut Lots) -> Vec<Person> {
    let mut asked = 0.0;
    let mut next = || {
        asked += lots.waiting(3_600.0 / per_hour);
        person(behaviour, asked, lots)
    };
    (0..count).map(|_| next()).collect()
}

fn person(behaviour: &Behaviour, asked: f64, lots: &mut Lots) -> Person {
    // Read later, its link is of no use any more.
    let reading = (0..).map(|_| READING.draw(lots)).find(|seconds| *seconds < DAY as f64 / 2.0);
    let read = asked + DELIVERY.draw(lots) + reading.unwrap_or_default();
    let confirmed = read + TYPING.draw(lots);
    let issued = confirmed + RETURNING.draw(lots);
    let waits = lots.part() < behaviour.waiting;
    // A client's clock has no fractions.
    let now = opens_at().plus(issued as u64);
    let drawn = behaviour.schedule(1).draw(Behaviour::when(waits), now, now, lots);
    let due = since_opening(drawn).max(issued);
    let begins = if waits && !behaviour.stays { visit_after(issued, due, lots) } else { due };
    let handed_in = begins + HANDING_IN.draw(lots);
    let handed_in = (lots.part() >= NEVER).then_some(handed_in);
    Person { asked, read, confirmed, issued, waits, due, handed_in }
}

/// The first day's visit after a moment, by someone who was there at `first`.
fn visit_after(first: f64, due: f64, lots: &mut Lots) -> f64 {
    let mut visit = first;
    for day in 1.. {
        let rank = lots.part().max(f64::MIN_POSITIVE);
        visit = (first + f64::from(day) * DAY as f64 + HABIT * (rank / (1.0 - rank)).ln()).max(visit);
        if visit >= due {
            break;
        }
    }
    visit
}

/// When clients believe that it is.
pub fn clock(seconds: f64) -> Timestamp {
    opens_at().plus(seconds as u64)
}

#[cfg(test)]
mod tests {
    use super::super::behaviour::BEHAVIOURS;
    use super::*;

    #[test]
    fn people_follow_from_the_seed_and_keep_the_order_of_steps() {
        for behaviour in BEHAVIOURS {
            let some = people(&behaviour, 30.0, 500, &mut Lots::new(1));
            assert_eq!(some, people(&behaviour, 30.0, 500, &mut Lots::new(1)));
            assert_ne!(some, people(&behaviour, 30.0, 500, &mut Lots::new(2)));
            for person in &some {
                let Person { asked, read, confirmed, issued, due, .. } = *person;
                assert!(asked < read && read < confirmed && confirmed < issued && issued <= due);
                assert!(person.handed_in.is_none_or(|handed_in| handed_in > due));
            }
            let share =
                |wanted: fn(&Person) -> bool| some.iter().filter(|person| wanted(person)).count() as f64 / 500.0;
            assert!((share(|person| person.waits) - behaviour.waiting).abs() < 0.05);
            assert!((share(|person| person.handed_in.is_none()) - NEVER).abs() < 0.03);
            let hours = some.last().map_or(0.0, |last| last.asked / 3_600.0);
            assert!((hours - 500.0 / 30.0).abs() < 3.0, "{hours} hours for 500 people at 30 an hour");
        }
    }

    #[test]
    fn whoever_comes_back_by_hand_keeps_the_rule_and_the_hour() {
        for behaviour in BEHAVIOURS.iter().filter(|behaviour| !behaviour.stays) {
            let some = people(behaviour, 30.0, 500, &mut Lots::new(3));
            let near = |person: &&Person| {
                let after = person.handed_in.unwrap_or(person.issued) - person.issued;
                (after / DAY as f64 - (after / DAY as f64).round()).abs() * DAY as f64 <= 3.0 * HABIT
            };
            assert!(some.iter().filter(near).count() > 430);
        }
    }
}
