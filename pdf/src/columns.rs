//! Lists and tables: lines beside lines.

use crate::block::{Item, Row, Value};
use crate::fonts::{Fonts, Measure, SetLine};
use crate::piece::{Mark, Piece};
use crate::set::{Frame, placed};
use crate::style::{BODY, HAIR, SIDE, Style, VALUE};

/// Where the text of a list begins.
const INDENT: f32 = 17.0;
/// Where the second column begins, as a part of the width.
const SECOND: f32 = 0.4;
const GAP: f32 = 10.0;
/// Above and below a row's lines.
const ROOM: f32 = 2.6;

/// Set lines, and where they stand.
struct Column {
    lines: Vec<SetLine>,
    frame: Frame,
}

impl Fonts {
    pub(super) fn list(&mut self, items: &[Item], frame: Frame) -> Vec<Piece> {
        let rest = frame.part(INDENT, frame.width - INDENT);
        let mut pieces = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let (text, bold) = with_bold(&item.name, &item.text);
            let marks = Column { lines: self.lines(&item.mark, 0, SIDE, frame.measure()), frame };
            let words = Column { lines: self.lines(&text, bold, BODY, rest.measure()), frame: rest };
            let mut beside = side_by_side([marks, words], BODY);
            if let Some(first) = beside.first_mut() {
                first.before = if index == 0 { 4.0 } else { 3.4 };
            }
            pieces.extend(beside);
        }
        pieces
    }

    pub(super) fn table(&mut self, rows: &[Row], frame: Frame) -> Vec<Piece> {
        let second = (frame.width * SECOND).round();
        let left = frame.part(0.0, second - GAP);
        let mut pieces = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let is_number = matches!(row.value, Value::Number(_));
            // A number is short: the words beside it have the room.
            let (left, right) = if is_number {
                (frame.part(0.0, frame.width * 0.75), frame.part(frame.width * 0.75, frame.width * 0.25))
            } else {
                (left, frame.part(second, frame.width - second))
            };
            let label = Column { lines: self.lines(&row.label, 0, SIDE, left.measure()), frame: left };
            let measure = Measure { at_the_end: is_number, ..right.measure() };
            let lines = match &row.value {
                Value::Text(name, text) => {
                    let (text, bold) = with_bold(name, text);
                    self.lines(&text, bold, BODY, measure)
                }
                Value::Number(number) => self.lines(number, number.len(), BODY, measure),
                Value::Verbatim(text) => self.lines(text, 0, VALUE, measure),
            };
            let mut row = side_by_side([label, Column { lines, frame: right }], BODY);
            if let Some(first) = row.first_mut() {
                first.before = if index == 0 { 6.0 } else { ROOM };
            }
            if let Some(last) = row.last_mut() {
                let edge = [frame.left, last.height + ROOM, frame.width, 0.5];
                last.marks.push(Mark::Boxes(vec![edge], HAIR));
                last.height += ROOM + 0.5;
            }
            pieces.extend(row);
        }
        pieces
    }
}

/// Line beside line, down to the end of the longer column. It stays on one page.
fn side_by_side(columns: [Column; 2], style: Style) -> Vec<Piece> {
    let count = columns.iter().map(|column| column.lines.len()).max().unwrap_or(0);
    let mut columns = columns.map(|Column { lines, frame }| (lines.into_iter(), frame));
    let pieces = (0..count).map(|index| {
        let lines = columns.iter_mut().filter_map(|(lines, frame)| lines.next().map(|line| placed(line, *frame)));
        Piece { before: 0.0, height: style.leading, keeps: index + 1 < count, marks: lines.flatten().collect() }
    });
    pieces.collect()
}

/// A text, and how many of its bytes are bold.
fn with_bold(name: &str, text: &str) -> (String, usize) {
    let parts = [name, text];
    let joined = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    (joined, name.len())
}
