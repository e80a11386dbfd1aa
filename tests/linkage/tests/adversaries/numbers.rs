//! The published numbers of whoever watches live: are they what the seed gives, and are the pictures theirs?

use std::fs;
use std::path::Path;

use undersign_linkage::live::behaviour::{BEHAVIOURS, Behaviour};
use undersign_linkage::live::game::{Watcher, play};
use undersign_linkage::live::grid::{Played, settings};
use undersign_linkage::live::{plot, table};
use undersign_tests::programs::is_proving;

fn published(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs/linkage").join(file);
    fs::read_to_string(path).expect("a published file")
}

#[test]
fn the_page_and_the_plots_are_those_of_the_published_numbers() {
    let page = published("live.md");
    let numbers = table::read(&page).expect("all numbers");
    assert_eq!(table::document(&numbers), page);
    assert_eq!(plot::of_the_operator(&numbers), published("live.svg"));
    assert_eq!(plot::of_the_log(&numbers), published("log.svg"));
}

#[test]
fn the_published_numbers_are_what_the_seed_gives() {
    let page = published("live.md");
    let lines: Vec<&str> = page.lines().collect();
    // Those of few people an hour in the small tier: the others take longer.
    let most = if is_proving() { f64::INFINITY } else { 10.0 };
    let games = settings(1).into_iter().filter(|(setting, _)| setting.per_hour <= most);
    let mut played = 0;
    for (setting, seed) in games.filter(|(setting, _)| setting.is_played()) {
        let line = table::line(&Played { setting, outcome: Some(play(&setting, seed)) });
        assert!(lines.contains(&line.trim_end()), "not published: {line}");
        played += 1;
    }
    assert!(played >= 20);
}

/// What a signer reads is what stands in the table, rounded to the watcher's favour.
#[test]
fn the_page_that_says_what_is_not_protected_tells_these_numbers() {
    let numbers = table::read(&published("live.md")).expect("all numbers");
    let named = |behaviour: Behaviour, per_hour: f64| {
        let is_it = |game: &&Played| {
            let setting = game.setting;
            setting.watcher == Watcher::Operator && setting.behaviour == behaviour && setting.per_hour == per_hour
        };
        numbers.iter().find(is_it).and_then(|game| game.outcome).expect("a game").named()
    };
    // Pages cannot wake up: under `next_epoch` people come back to them.
    let (at_once, by_hand) = (BEHAVIOURS[0], BEHAVIOURS[5]);
    assert!((0.985..0.995).contains(&named(at_once, 100.0)));
    assert!(named(by_hand, 100.0) < 0.01 && (0.04..0.05).contains(&named(by_hand, 10.0)));
    for (language, numbers) in [
        ("en", ["99 of 100", "fewer than 1 of 100", "5 of 100"]),
        ("ru", ["99 из 100", "меньше 1 из 100", "5 из 100"]),
        ("fa", ["۹۹ تا از ۱۰۰", "کمتر از ۱ از ۱۰۰", "۵ از ۱۰۰"]),
    ] {
        let path = format!("../../pages/locales/{language}/safety.ftl");
        let words = published(&path);
        assert!(numbers.into_iter().all(|number| words.contains(number)), "{language}");
    }
}
