use std::fmt::Write as _;

use super::behaviour::BEHAVIOURS;
use super::game::Watcher;
use super::grid::{MIN_BATCHES, Played, RATES, read_in_the_log};
use super::table::percent;

/// Units of the drawing: all of it, and where the lines are.
const WIDTH: f64 = 800.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 480.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 316.0;
const HEIGHT: f64 = 364.0;
/// From the top to the bottom, a power of ten each.
const PARTS: [&str; 6] = ["100", "10", "1", "0.1", "0.01", "0.001"];
/// Told apart also by those who see few colours (Okabe and Ito); the dashes tell them apart without any.
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#b8860b"];
const DASHES: [&str; 6] = ["none", "8 3", "2 2", "8 3 2 3", "12 4", "5 5"];

/// A line: right guesses by people an hour.
struct Line {
    name: String,
    points: Vec<(f64, f64)>,
}

/// Of the operator: a line for each way to sign.
pub fn of_the_operator(played: &[Played]) -> String {
    let lines = BEHAVIOURS.map(|behaviour| Line {
        name: behaviour.name.replace('`', ""),
        points: points(played, |game| game.setting.behaviour == behaviour && game.setting.watcher == Watcher::Operator),
    });
    draw("Of 100 signers, how many an operator who watches live names rightly, by people an hour", &lines)
}

/// Of the readers of log and mails: a line for each batch, of those who sign at once and of those who wait.
pub fn of_the_log(played: &[Played]) -> String {
    let [at_once, waits, _] = read_in_the_log();
    let line = |behaviour: super::behaviour::Behaviour, name: &str, min_batch| Line {
        name: format!("{name}, batches of {min_batch}"),
        points: points(played, |game| {
            game.setting.behaviour == behaviour && game.setting.watcher == Watcher::LogReader { min_batch }
        }),
    };
    let mut lines = Vec::from(MIN_BATCHES.map(|min_batch| line(at_once, "at once", min_batch)));
    lines.extend(MIN_BATCHES.map(|min_batch| line(waits, "--when auto", min_batch)));
    draw(
        "Of 100 signers, how many are named rightly from the times of mails and the public log, by people an hour",
        &lines,
    )
}

fn points(played: &[Played], wanted: impl Fn(&Played) -> bool) -> Vec<(f64, f64)> {
    let games = played.iter().filter(|game| wanted(game));
    // As it stands in the table: from that alone the plots can be drawn again.
    let shown = |part: f64| percent(part).parse::<f64>().unwrap_or_default() / 100.0;
    games.filter_map(|game| Some((game.setting.per_hour, shown(game.outcome?.named())))).collect()
}

/// Both scales are logarithmic.
fn across(rate: f64) -> f64 {
    LEFT + (RIGHT - LEFT) * rate.log10() / RATES[RATES.len() - 1].log10()
}

fn down(part: f64) -> f64 {
    let decades = PARTS.len() as f64 - 1.0;
    TOP + (BOTTOM - TOP) * (-part.log10()).clamp(0.0, decades) / decades
}

fn draw(title: &str, lines: &[Line]) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"11\">\n\
         <title>{title}</title>\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
    );
    let mut add = |text: String| svg += &(text + "\n");
    for (decade, number) in (0..).zip(PARTS) {
        let y = down(10_f64.powi(-decade));
        add(format!("<path d=\"M{LEFT} {y:.1}H{RIGHT}\" stroke=\"#ddd\"/>"));
        add(format!("<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{number}</text>", LEFT - 6.0, y + 4.0));
    }
    for rate in RATES {
        let x = across(rate);
        add(format!("<path d=\"M{x:.1} {TOP}V{BOTTOM}\" stroke=\"#ddd\"/>"));
        add(format!("<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{rate}</text>", BOTTOM + 16.0));
    }
    let middle = (LEFT + RIGHT) / 2.0;
    add(format!("<text x=\"{middle}\" y=\"{:.1}\" text-anchor=\"middle\">people an hour</text>", BOTTOM + 36.0));
    let centre = (TOP + BOTTOM) / 2.0;
    add(format!("<text transform=\"translate(16 {centre}) rotate(-90)\" text-anchor=\"middle\">right, of 100</text>"));
    let chance = Line {
        name: "by chance, knowing the day".to_owned(),
        points: RATES.map(|rate| (rate, (24.0 * rate).recip())).into(),
    };
    let looks = COLOURS.into_iter().zip(DASHES).chain([("#777", "1 3")]);
    for (place, (line, (colour, dash))) in lines.iter().chain([&chance]).zip(looks).enumerate() {
        let mut path = String::new();
        for (rate, part) in &line.points {
            let step = if path.is_empty() { 'M' } else { 'L' };
            // Unwrap safety: writing to a string does not fail.
            write!(path, "{step}{:.1} {:.1}", across(*rate), down(*part)).expect("a string takes everything");
        }
        let stroke = format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"");
        add(format!("<path d=\"{path}\" {stroke}/>"));
        let y = TOP + 12.0 + 20.0 * place as f64;
        add(format!("<path d=\"M{:.1} {:.1}h24\" {stroke}/>", RIGHT + 12.0, y - 4.0));
        let name = line.name.replace("immediate, ", "");
        add(format!("<text x=\"{:.1}\" y=\"{y:.1}\">{name}</text>", RIGHT + 42.0));
    }
    svg + "</svg>\n"
}
