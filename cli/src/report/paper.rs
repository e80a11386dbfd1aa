use undersign_pdf::{Block, Direction, Item, Paper, Row, Section as Part, Value};
use undersign_qr::Code;

use super::chart::Chart;
use super::document::Report;
use super::section::{Section, command, copy_command, title};
use crate::text::{day, plain};

/// The report to be printed: what the page says, on A4, each language on pages of its own.
pub fn paper(report: &Report) -> Paper {
    let manifest = report.verdict().petition().manifest();
    let sections = manifest.texts.iter().map(|(language, text)| Section::new(report, language, text));
    let author = manifest.organiser.name.values().next().map(|name| plain(name)).unwrap_or_default();
    let (chart, code) = (Chart::new(report.growth.batches()), Code::of(&report.verify));
    Paper {
        title: title(report),
        author: if report.verdict().notices().taken_down { String::new() } else { author },
        day: date(&day(&report.made_at)),
        sections: sections.map(|section| part(report, &section, &chart, code.as_ref())).collect(),
    }
}

fn part(report: &Report, s: &Section<'_>, chart: &Chart, code: Option<&Code>) -> Part {
    let mut blocks = vec![Block::Kind(s.w.report.to_owned())];
    blocks.extend(s.w.unreviewed.iter().map(|words| Block::Hint((*words).to_owned())));
    blocks.extend(head(s));
    if !s.is_taken_down {
        blocks.extend(asked(s));
    }
    blocks.push(Block::Heading(s.w.growth.to_owned()));
    blocks.push(Block::Line { points: chart.fractions(), top: s.w.number(chart.top) });
    blocks.push(Block::Hint(s.w.growth_note.to_owned()));
    if !s.notices.is_empty() && !s.is_taken_down {
        let line = |(kind, title): (&str, &str)| Value::Text(kind.to_owned(), title.to_owned());
        let rows = s.notices.iter().map(|notice| row(&notice.date, line((&notice.kind, &notice.title))));
        blocks.extend([Block::Heading(s.w.deliveries.to_owned()), Block::Table(rows.collect())]);
    }
    blocks.extend(earlier(s));
    blocks.extend([Block::Heading(s.w.means.to_owned()), Block::List(sentences(&s.w.meaning))]);
    blocks.extend([Block::Heading(s.w.means_not.to_owned()), Block::List(sentences(&s.w.no_meaning))]);
    blocks.extend(numbers(s));
    blocks.extend(counted_log(report, s));
    blocks.extend(recount(report, s, code));
    let total = s.w.number(s.tally.total());
    Part {
        language: s.w.tag.to_owned(),
        direction: if s.w.dir == "rtl" { Direction::RightToLeft } else { Direction::LeftToRight },
        name: s.language.to_string(),
        footer: format!("{} · {} · {total}", s.manifest.slug, s.made_on),
        blocks,
    }
}

/// Title and number, and when it was counted.
fn head(s: &Section<'_>) -> Vec<Block> {
    let mut blocks = if s.is_taken_down {
        vec![Block::Title(s.manifest.slug.to_string()), Block::Paragraph(s.w.taken_down.to_owned())]
    } else {
        vec![Block::Title(plain(&s.text.title))]
    };
    blocks
        .push(Block::Number { number: s.w.number(s.tally.total()), label: s.w.signatures(s.tally.total()).to_owned() });
    let mut rows = vec![row(s.w.date, words(&s.made_on))];
    if !s.is_taken_down {
        rows.push(row(s.w.organiser, words(&s.localized(&s.manifest.organiser.name))));
    }
    let standing = if s.is_closed { s.w.closed } else { s.w.not_closed };
    rows.push(row(s.w.open, words(&format!("{} {} {}; {standing}", s.open[0], s.w.to, s.open[1]))));
    blocks.push(Block::Table(rows));
    blocks
}

/// To whom, and what is demanded.
fn asked(s: &Section<'_>) -> Vec<Block> {
    let addressees = s.manifest.addressees.iter().map(|addressee| Item {
        mark: BULLET.to_owned(),
        name: s.localized(&addressee.name),
        text: s.localized(&addressee.reason),
    });
    let mut blocks = vec![Block::Heading(s.w.addressees.to_owned()), Block::List(addressees.collect())];
    if !s.text.demands.is_empty() {
        let demands = (1u64..).zip(&s.text.demands).map(|(number, demand)| Item {
            mark: format!("{}.", s.w.number(number)),
            name: String::new(),
            text: plain(demand),
        });
        blocks.extend([Block::Heading(s.w.demands.to_owned()), Block::List(demands.collect())]);
    }
    blocks
}

/// What was collected elsewhere, apart from every other number.
fn earlier(s: &Section<'_>) -> Vec<Block> {
    let Some(earlier) = &s.earlier else { return Vec::new() };
    let source = if s.is_taken_down { String::new() } else { earlier.source.clone() };
    let rows = vec![row(&earlier.day, Value::Text(earlier.count.clone(), source))];
    vec![Block::Heading(s.w.earlier.to_owned()), Block::Table(rows), Block::Hint(s.w.earlier_note.to_owned())]
}

fn numbers(s: &Section<'_>) -> [Block; 2] {
    let rows = [
        (s.w.counted, s.tally.signatures),
        (s.w.withdrawn, s.tally.withdrawals),
        (s.w.total, s.tally.total()),
        (s.w.issued, s.tally.issued),
    ];
    let rows = rows.map(|(label, number)| row(label, Value::Number(s.w.number(number))));
    [Block::Heading(s.w.numbers.to_owned()), Block::Table(rows.into())]
}

/// The signed head.
fn counted_log(report: &Report, s: &Section<'_>) -> [Block; 3] {
    let verdict = report.verdict();
    let rows = vec![
        row(s.w.petition_id, Value::Verbatim(verdict.petition().petition_id().to_string())),
        row(s.w.tree_size, Value::Verbatim(verdict.tree_size().to_string())),
        row(s.w.root, Value::Verbatim(verdict.root().to_string())),
        row(s.w.witnesses, words(&s.witnesses)),
    ];
    let note = Block::Verbatim(report.audited.note.trim_end().to_owned());
    [Block::Heading(s.w.head.to_owned()), Block::Table(rows), note]
}

fn recount(report: &Report, s: &Section<'_>, code: Option<&Code>) -> Vec<Block> {
    let paragraph = |text: &str| Block::Paragraph(text.to_owned());
    let mut ways = vec![
        paragraph(s.w.recount_page),
        Block::Link(report.verify.clone()),
        paragraph(s.w.recount_command),
        Block::Verbatim(command(report)),
    ];
    if let Some(command) = copy_command(report) {
        ways.extend([paragraph(s.w.recount_copy), Block::Verbatim(command)]);
    }
    let mut blocks = vec![Block::Heading(s.w.recount.to_owned())];
    match code {
        Some(code) => {
            let dark = code.dark.iter().map(|run| run.map(modules)).collect();
            blocks.push(Block::Code { size: modules(code.size), dark, beside: ways });
        }
        None => blocks.extend(ways),
    }
    blocks.push(Block::Hint(s.w.recount_note.to_owned()));
    blocks
}

fn sentences(sentences: &[&str]) -> Vec<Item> {
    let item = |text: &&str| Item { mark: BULLET.to_owned(), name: String::new(), text: (*text).to_owned() };
    sentences.iter().map(item).collect()
}

fn row(label: &str, value: Value) -> Row {
    Row { label: label.to_owned(), value }
}

fn words(text: &str) -> Value {
    Value::Text(String::new(), text.to_owned())
}

/// A code has at most 185 of them, so none is lost.
fn modules(modules: i32) -> u16 {
    u16::try_from(modules).unwrap_or_default()
}

/// Year, month and day of a day in text.
fn date(day: &str) -> (u16, u8, u8) {
    let number = |range: std::ops::Range<usize>| day.get(range).and_then(|digits| digits.parse::<u16>().ok());
    let two = |range| number(range).and_then(|number| u8::try_from(number).ok()).unwrap_or(1);
    (number(0..4).unwrap_or(1970), two(5..7), two(8..10))
}

const BULLET: &str = "•";
