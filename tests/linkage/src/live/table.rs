use std::fmt::Write as _;

use super::behaviour::{BEHAVIOURS, Behaviour};
use super::game::{Outcome, Watcher};
use super::grid::{MIN_BATCHES, Played, RATES, read_in_the_log, settings};

const HEAD: &str = "# Who watches live: the numbers\n
Written by `cargo xtask linkage` from seed 1, and always the same: what is played and what the numbers mean stands in
[linkage.md](../linkage.md#who-watches), why so in [decision 0094](../decisions/0094-what-whoever-watches-live-is-given.md).\n";

/// What is written into `specs/linkage/live.md`.
pub fn document(played: &[Played]) -> String {
    let mut text = HEAD.to_owned();
    text += "\n## The operator, or whoever sees both sides live\n
Of 100 who signed, for how many he names the right signature, guessing what is likeliest; in brackets, what is right by chance for whoever\nknows the day alone. – was not played.\n\n";
    let rows: Vec<_> = BEHAVIOURS.map(|behaviour| (behaviour.name.to_owned(), behaviour, Watcher::Operator)).into();
    overview(&mut text, "when people sign", &rows, played);
    text += "\n![Right guesses by people an hour and rule](live.svg)\n";
    text += "\n## Whoever knows when mails were read, and has the public log\n
Ticks of ten minutes, the longest wait a day.\n\n";
    let readers = |behaviour: Behaviour| {
        MIN_BATCHES.map(|min_batch| {
            (format!("{}, batches of {min_batch}", behaviour.name), behaviour, Watcher::LogReader { min_batch })
        })
    };
    let rows: Vec<_> = read_in_the_log().into_iter().flat_map(readers).collect();
    overview(&mut text, "when people sign, and the least that is published at a tick", &rows, played);
    text += "\n![Right guesses by people an hour and batch](log.svg)\n";
    text += "\n## All numbers\n
*right*: guesses that were; *he expects*: the part that he believes to have right (too much where few people could be taken for each\nother, see decision 0094; it stands in the tables above where fewer than twenty guesses were right); *on the true one*: how probable\nhe holds the true signature, on average; *of the first hundred*: what he expects of the first people of the petition, who\nhave nobody before them.\n\n";
    text += "| who | when people sign | an hour | signers | right | he expects | on the true one | of the first hundred | by chance |\n|---|---|---:|---:|---:|---:|---:|---:|---:|\n";
    for game in played {
        text += &line(game);
    }
    text
}

/// A game's line among all numbers.
pub fn line(game: &Played) -> String {
    let who = match game.setting.watcher {
        Watcher::Operator => "operator".to_owned(),
        Watcher::LogReader { min_batch } => format!("mail and log, batches of {min_batch}"),
    };
    let (name, rate) = (game.setting.behaviour.name, game.setting.per_hour);
    let Some(outcome) = game.outcome else {
        return format!("| {who} | {name} | {rate} | – | – | – | – | – | – |\n");
    };
    let parts = [outcome.expected, outcome.on_the_true, outcome.of_the_first, outcome.chance];
    let parts = parts.map(|part| format!(" {} % |", percent(part))).concat();
    format!("| {who} | {name} | {rate} | {} | {} |{parts}\n", outcome.scored, outcome.right)
}

/// The numbers of such a document, as far as it shows their digits. `None` where it is not one.
pub fn read(document: &str) -> Option<Vec<Played>> {
    let (_, numbers) = document.split_once("## All numbers")?;
    let lines = numbers.lines().filter(|line| line.starts_with("| ")).skip(1);
    let games: Vec<Played> = settings(1)
        .into_iter()
        .zip(lines)
        .map(|((setting, _), line)| {
            let mut cells = line.split('|').skip(4).map(str::trim);
            let mut number = || cells.next()?.trim_end_matches(" %").parse::<f64>().ok();
            let numbers = [number(), number(), number(), number(), number()];
            let outcome = match numbers {
                [Some(scored), Some(right), Some(expected), Some(on_the_true), Some(of_the_first)] => Some(Outcome {
                    scored: scored as usize,
                    right: right as usize,
                    expected: expected / 100.0,
                    on_the_true: on_the_true / 100.0,
                    of_the_first: of_the_first / 100.0,
                    chance: (24.0 * setting.per_hour).recip(),
                }),
                _ => None,
            };
            Played { setting, outcome }
        })
        .collect();
    (games.len() == settings(1).len()).then_some(games)
}

fn overview(text: &mut String, head: &str, rows: &[(String, Behaviour, Watcher)], played: &[Played]) {
    let rates = RATES.map(|rate| format!(" {rate} an hour |")).concat();
    // Unwrap safety: writing to a string does not fail.
    writeln!(text, "| {head} |{rates}\n|---|{}", "---:|".repeat(RATES.len())).expect("a string takes everything");
    for (name, behaviour, watcher) in rows {
        let cell = |rate: f64| {
            let is_it = |game: &&Played| {
                let setting = game.setting;
                setting.behaviour == *behaviour && setting.watcher == *watcher && setting.per_hour == rate
            };
            let outcome = played.iter().find(is_it).and_then(|game| game.outcome);
            outcome.map_or(" – |".to_owned(), |found| {
                format!(" {} ({}) |", percent(found.named()), percent(found.chance))
            })
        };
        let cells = RATES.map(cell).concat();
        writeln!(text, "| {name} |{cells}").expect("a string takes everything");
    }
}

/// A part of a hundred: two digits that count.
pub fn percent(part: f64) -> String {
    let percent = 100.0 * part;
    match percent {
        9.95.. => format!("{percent:.0}"),
        0.995.. => format!("{percent:.1}"),
        0.0995.. => format!("{percent:.2}"),
        _ => format!("{percent:.3}"),
    }
}
