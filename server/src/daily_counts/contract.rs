//! What counts of a day guarantee, on both engines.

use std::num::NonZeroU32;
use std::sync::Arc;

use undersign_protocol::daily_counts::CountsNonce;
use undersign_protocol::petition::PetitionId;
use undersign_protocol::timestamp::{DAY, Timestamp};

use super::DailyCounts;
use super::store::CountRow;
use super::testing::TestClock;
use crate::clock::Clock;
use crate::storage::testing::on_both;
use crate::storage::{Database, Side};

const SIDES: [Side; 2] = [Side::Identified, Side::Anonymous];

fn noon(day: u64) -> Timestamp {
    Timestamp::from_seconds(day * DAY + DAY / 2).expect("a time")
}

fn counting(database: &Database, side: Side, clock: &Arc<TestClock>) -> DailyCounts {
    let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(clock);
    DailyCounts::new(database.clone(), side, NonZeroU32::new(2).expect("two"), clock)
}

async fn stored(database: &Database, side: Side) -> Vec<CountRow> {
    let mut tx = database.begin_read("test").await.expect("begun");
    tx.counts(side, None).await.expect("rows")
}

#[tokio::test]
async fn while_a_day_lasts_nothing_of_it_is_at_rest_and_afterwards_whole_tens_of_all_processes() {
    for side in SIDES {
        on_both(side, async |database| {
            let clock = TestClock::at(noon(10));
            let (one, other) = (counting(&database, side, &clock), counting(&database, side, &clock));
            let petition = PetitionId::from([7; 32]);
            one.count_many(None, "confirmed", 19);
            one.count_many(Some(&petition), "counted", 10);
            other.count_many(None, "confirmed", 25);
            other.count_many(None, "refused/wrong-code", 9);
            one.keep().await.expect("kept");
            assert!(stored(&database, side).await.is_empty(), "the day is not over");

            clock.set(noon(11));
            for _ in 0..2 {
                one.keep().await.expect("kept");
                other.keep().await.expect("kept");
            }
            let row =
                |petition_id, day, name: &str, number| CountRow { petition_id, day, name: name.to_owned(), number };
            let of_ten = [row(None, 10, "confirmed", 30), row(Some(petition), 10, "counted", 10)];
            assert_eq!(stored(&database, side).await, of_ten, "once, and nobody counted the whole day");

            one.count(None, "confirmed");
            other.count(None, "refused/wrong-code");
            clock.set(noon(12));
            one.keep().await.expect("kept");
            other.keep().await.expect("kept");
            let rest =
                [row(None, 11, "confirmed", 10), row(None, 11, "refused/wrong-code", 10), row(None, 11, "whole", 2)];
            assert_eq!(stored(&database, side).await[2..], rest, "what was left of the day before is carried over");
            let mut tx = database.begin_read("test").await.expect("begun");
            let of_another = tx.counts(side, Some(&PetitionId::from([8; 32]))).await.expect("rows");
            assert!(of_another.len() == 4 && of_another.iter().all(|row| row.petition_id.is_none()));
        })
        .await;
    }
}

#[tokio::test]
async fn counts_are_forgotten_after_four_hundred_days() {
    for side in SIDES {
        on_both(side, async |database| {
            let clock = TestClock::at(noon(10));
            let counts = counting(&database, side, &clock);
            counts.count_many(None, "confirmed", 10);
            clock.set(noon(410));
            counts.keep().await.expect("kept");
            assert_eq!(stored(&database, side).await.len(), 1);
            clock.set(noon(411));
            counts.keep().await.expect("kept");
            assert!(stored(&database, side).await.iter().all(|row| row.day > 10));
        })
        .await;
    }
}

#[tokio::test]
async fn of_requests_with_one_nonce_one_is_the_first_until_none_is_answered_any_more() {
    for side in SIDES {
        on_both(side, async |database| {
            let ask = async |nonce: u8, day: u64| {
                let mut tx = database.begin("test").await.expect("begun");
                let is_first = tx.insert_asked(side, &CountsNonce::from([nonce; 16]), day).await.expect("no failure");
                tx.commit().await.expect("committed");
                is_first
            };
            let (one, other) = tokio::join!(ask(1, 10), ask(1, 10));
            assert!(one != other, "of two at once one");
            assert!(ask(2, 10).await && !ask(1, 10).await);
            let clock = TestClock::at(noon(11));
            let counts = counting(&database, side, &clock);
            counts.keep().await.expect("kept");
            assert!(!ask(1, 10).await, "it is answered until the end of the next day, and remembered as long");
            clock.set(noon(12));
            counts.keep().await.expect("kept");
            assert!(ask(1, 10).await);
        })
        .await;
    }
}
