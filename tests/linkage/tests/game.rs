//! The game in small: what `cargo xtask linkage` plays with more people.

use undersign_linkage::adversary::Finding;
use undersign_linkage::disks::Engine;
use undersign_linkage::game::{Settings, play};
use undersign_linkage::report::Report;
use undersign_protocol::timestamp::DAY;

/// In a day as many as fill one page of SQLite's: where nothing divides pages, the place in a page tells most.
const PEOPLE: usize = 72;

async fn is_not_beaten(settings: Settings) {
    let (people, end) = (settings.people, format!("day {}, after a rewriting", settings.days));
    let findings = play(settings).await.expect("a game to its end");
    let report = Report::new(&findings);
    assert!(report.leaks().is_empty(), "{}", report.markdown());
    // The adversary has looked at nearly everyone, in every way that there is.
    let at_the_end: Vec<&Finding> = findings.iter().filter(|finding| finding.moment.ends_with(&end)).collect();
    let seen_by =
        |trick: &str| at_the_end.iter().find(|finding| finding.trick == trick).map_or(0, |finding| finding.people);
    assert!(["place in files", "place in pages"].into_iter().all(|trick| seen_by(trick) > 0));
    let seen = seen_by("order of rows");
    assert!(seen * 10 >= people * 8, "{seen} of {people} on both sides");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_seizes_everything_at_any_moment_does_not_beat_guessing_on_sqlite() {
    is_not_beaten(Settings { engine: Engine::Sqlite, people: PEOPLE, seed: 1, interval: 1, days: 2, evaluator: false })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_seizes_everything_at_any_moment_does_not_beat_guessing_on_postgresql() {
    is_not_beaten(Settings {
        engine: Engine::Postgres,
        people: PEOPLE,
        seed: 1,
        interval: 1,
        days: 2,
        evaluator: false,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_next_tick_is_a_day_away_the_tables_of_sqlite_are_rewritten_all_the_same() {
    is_not_beaten(Settings { engine: Engine::Sqlite, people: 40, seed: 2, interval: DAY, days: 1, evaluator: false })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_next_tick_is_a_day_away_the_tables_of_postgresql_are_rewritten_all_the_same() {
    is_not_beaten(Settings { engine: Engine::Postgres, people: 40, seed: 2, interval: DAY, days: 1, evaluator: false })
        .await;
}

/// Tags that another machine has made lie in the same places.
#[tokio::test(flavor = "multi_thread")]
async fn where_tags_come_from_an_evaluator_guessing_is_not_beaten_either() {
    is_not_beaten(Settings { engine: Engine::Sqlite, people: PEOPLE, seed: 3, interval: 1, days: 1, evaluator: true })
        .await;
}
