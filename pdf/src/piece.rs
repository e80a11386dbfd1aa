use std::rc::Rc;

use krilla::text::{Font, KrillaGlyph};

use crate::style::Ink;

/// What stands on one height of a page and is not torn: a line of text, or a drawing. Its marks are placed from the left edge of the
/// text and from its own upper edge.
#[derive(Default)]
pub struct Piece {
    /// Space above, unless it is the first of a page.
    pub before: f32,
    pub height: f32,
    /// Whether the next one stands on the same page.
    pub keeps: bool,
    pub marks: Vec<Mark>,
}

/// What is drawn.
pub enum Mark {
    Text(Run),
    /// An area, or with a width a line.
    Path {
        points: Vec<(f32, f32)>,
        ink: Ink,
        line: Option<f32>,
    },
    /// Rectangles that are one area: left, top, width, height.
    Boxes(Vec<[f32; 4]>, Ink),
    /// What is followed from the screen: a rectangle, and where it leads to.
    Link([f32; 4], String),
}

/// Letters of one font on one line.
pub struct Run {
    pub font: Font,
    pub size: f32,
    pub ink: Ink,
    pub x: f32,
    pub baseline: f32,
    pub glyphs: Vec<KrillaGlyph>,
    /// What the glyphs' ranges are of.
    pub text: Rc<str>,
}

impl Mark {
    /// The same elsewhere.
    pub fn moved(self, x: f32, y: f32) -> Self {
        let place = |[left, top, width, height]: [f32; 4]| [left + x, top + y, width, height];
        match self {
            Self::Text(run) => Self::Text(Run { x: run.x + x, baseline: run.baseline + y, ..run }),
            Self::Path { points, ink, line } => {
                Self::Path { points: points.into_iter().map(|(left, top)| (left + x, top + y)).collect(), ink, line }
            }
            Self::Boxes(boxes, ink) => Self::Boxes(boxes.into_iter().map(place).collect(), ink),
            Self::Link(area, url) => Self::Link(place(area), url),
        }
    }
}

/// One piece of what was several, one below the other.
pub fn joined(pieces: Vec<Piece>) -> Piece {
    let mut whole = Piece::default();
    for (index, piece) in pieces.into_iter().enumerate() {
        if index == 0 {
            whole.before = piece.before;
        } else {
            whole.height += piece.before;
        }
        let top = whole.height;
        whole.marks.extend(piece.marks.into_iter().map(|mark| mark.moved(0.0, top)));
        whole.height += piece.height;
    }
    whole
}
