//! Blocks become pieces.

use crate::block::Block;
use crate::fonts::{Fonts, Measure, SetLine};
use crate::piece::{Mark, Piece, joined};
use crate::style::{AREA, BLACK, BODY, Direction, HAIR, HEADING, HINT, KIND, LABEL, NUMBER, Style, TITLE, VERBATIM};

/// Space above a paragraph, and above what belongs to the one before it.
const PARAGRAPH: f32 = 7.0;
const NEAR: f32 = 2.0;
/// A line over an area.
const CHART: f32 = 118.0;
/// A QR code: 38 mm.
const CODE: f32 = 107.7;
const GAP: f32 = 16.0;

/// Where blocks stand on the page: from the left edge of the text.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    pub left: f32,
    pub width: f32,
    pub direction: Direction,
}

impl Frame {
    /// A part of it, from where lines begin.
    pub fn part(self, from: f32, width: f32) -> Self {
        let left = match self.direction {
            Direction::LeftToRight => self.left + from,
            Direction::RightToLeft => self.left + self.width - from - width,
        };
        Self { left, width, ..self }
    }

    pub fn measure(self) -> Measure {
        Measure { width: self.width, direction: self.direction, at_the_end: false }
    }
}

impl Fonts {
    /// The pieces of a block.
    pub fn set(&mut self, block: &Block, frame: Frame) -> Vec<Piece> {
        match block {
            Block::Kind(text) => self.text(text, KIND, frame, 0.0, true),
            Block::Title(text) => self.text(text, TITLE, frame, 6.0, true),
            Block::Number { number, label } => {
                let mut pieces = self.text(number, NUMBER, frame, 16.0, true);
                pieces.extend(self.text(label, LABEL, frame, 0.0, false));
                pieces
            }
            Block::Heading(text) => self.text(text, HEADING, frame, 22.0, true),
            Block::Paragraph(text) => self.text(text, BODY, frame, PARAGRAPH, false),
            Block::Hint(text) => self.text(text, HINT, frame, PARAGRAPH, false),
            Block::Link(url) => self.link(url, frame),
            Block::Verbatim(text) => self.text(text, VERBATIM, frame, NEAR, false),
            Block::List(items) => self.list(items, frame),
            Block::Table(rows) => self.table(rows, frame),
            Block::Line { points, top } => vec![self.chart(points, top, frame)],
            Block::Code { size, dark, beside } => vec![self.code(*size, dark, beside, frame)],
        }
    }

    fn text(&mut self, text: &str, style: Style, frame: Frame, before: f32, keeps: bool) -> Vec<Piece> {
        let lines = self.lines(text, 0, style, frame.measure());
        paragraph(lines, style, frame, before, keeps)
    }

    fn link(&mut self, url: &str, frame: Frame) -> Vec<Piece> {
        let lines = self.lines(url, 0, VERBATIM, frame.measure());
        let extents: Vec<_> = lines.iter().map(|line| line.extent.clone()).collect();
        let mut pieces = paragraph(lines, VERBATIM, frame, NEAR, false);
        for (piece, extent) in pieces.iter_mut().zip(extents) {
            let area = [frame.left + extent.start, 0.0, extent.end - extent.start, VERBATIM.leading];
            piece.marks.push(Mark::Link(area, url.to_owned()));
        }
        pieces
    }

    fn chart(&mut self, points: &[(f32, f32)], top: &str, frame: Frame) -> Piece {
        let head = HINT.leading + 2.0;
        let place = |(x, y): &(f32, f32)| {
            let x = if frame.direction == Direction::LeftToRight { *x } else { 1.0 - x };
            (frame.left + x * frame.width, head + CHART * (1.0 - y))
        };
        let line: Vec<_> = points.iter().map(place).collect();
        let first = line.first().map_or(frame.left, |point| point.0);
        let last = line.last().map_or(frame.left, |point| point.0);
        let mut area = line.clone();
        area.extend([(last, head + CHART), (first, head + CHART)]);
        let edge = |top: f32| [frame.left, top, frame.width, 0.5];
        let mut marks = vec![
            Mark::Path { points: area, ink: AREA, line: None },
            Mark::Boxes(vec![edge(head)], HAIR),
            Mark::Path { points: line, ink: BLACK, line: Some(1.3) },
            Mark::Boxes(vec![edge(head + CHART)], BLACK),
        ];
        let label = self.lines(top, 0, HINT, frame.measure());
        marks.extend(label.into_iter().take(1).flat_map(|line| placed(line, frame)));
        Piece { before: PARAGRAPH, height: head + CHART + 2.0, keeps: true, marks }
    }

    fn code(&mut self, size: u16, dark: &[[u16; 3]], beside: &[Block], frame: Frame) -> Piece {
        let square = frame.part(0.0, CODE);
        let unit = CODE / f32::from(size.max(1));
        let run = |run: &[u16; 3]| {
            let [column, row, length] = run.map(|modules| f32::from(modules) * unit);
            [square.left + column, row, length, unit]
        };
        let code = Mark::Boxes(dark.iter().map(run).collect(), 0);
        let rest = frame.part(CODE + GAP, frame.width - CODE - GAP);
        let words = joined(beside.iter().flat_map(|block| self.set(block, rest)).collect());
        let mut marks = vec![code];
        marks.extend(words.marks);
        Piece { before: PARAGRAPH, height: words.height.max(CODE), keeps: false, marks }
    }
}

/// Lines as pieces: of a paragraph never one line alone stands on another page than the rest.
///
/// # Arguments
/// * `keeps` – whether the last line stays with what follows
pub fn paragraph(lines: Vec<SetLine>, style: Style, frame: Frame, before: f32, keeps: bool) -> Vec<Piece> {
    let count = lines.len();
    let piece = |(index, line): (usize, SetLine)| Piece {
        before: if index == 0 { before } else { 0.0 },
        height: style.leading,
        keeps: if index + 1 == count { keeps } else { count < 4 || index == 0 || index + 2 == count },
        marks: placed(line, frame).collect(),
    };
    lines.into_iter().enumerate().map(piece).collect()
}

/// A line's letters, where the frame is.
pub fn placed(line: SetLine, frame: Frame) -> impl Iterator<Item = Mark> {
    line.runs.into_iter().map(move |run| Mark::Text(run).moved(frame.left, 0.0))
}
