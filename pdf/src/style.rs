/// In which direction a section is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// As Latin and Cyrillic letters are.
    LeftToRight,
    /// As Arabic letters are.
    RightToLeft,
}

/// All measures are in points, 72 to the inch; A4 is ISO 216's.
pub const PAGE: (f32, f32) = (595.28, 841.89);
/// Left and right of the text: 23 mm.
pub const MARGIN: f32 = 65.2;
/// Above the text, and where the text ends above the lower edge.
pub const TOP: f32 = 62.0;
/// Below the text; the foot stands in it.
pub const BOTTOM: f32 = 74.0;
/// Of the text.
pub const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// Of the text.
pub const HEIGHT: f32 = PAGE.1 - TOP - BOTTOM;
/// The foot's distance from the lower edge.
pub const FOOT: f32 = 46.0;

/// A shade of grey, from 0 (black).
pub type Ink = u8;
pub const BLACK: Ink = 0x16;
pub const SOFT: Ink = 0x5c;
pub const HAIR: Ink = 0xc4;
pub const AREA: Ink = 0xe6;

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub size: f32,
    /// From baseline to baseline.
    pub leading: f32,
    pub weight: f32,
    pub ink: Ink,
    /// Whether each letter is as wide as the others, and the text goes from left to right in every language.
    pub verbatim: bool,
}

const fn style(size: f32, leading: f32, weight: f32, ink: Ink) -> Style {
    Style { size, leading, weight, ink, verbatim: false }
}

pub const REGULAR: f32 = 400.0;
pub const BOLD: f32 = 700.0;
pub const KIND: Style = style(9.0, 13.0, REGULAR, SOFT);
pub const TITLE: Style = style(21.0, 27.5, BOLD, BLACK);
pub const NUMBER: Style = style(38.0, 44.0, BOLD, BLACK);
pub const LABEL: Style = style(11.0, 16.0, REGULAR, BLACK);
pub const HEADING: Style = style(11.5, 16.0, BOLD, BLACK);
pub const BODY: Style = style(9.8, 14.6, REGULAR, BLACK);
pub const SIDE: Style = style(9.8, 14.6, REGULAR, SOFT);
pub const HINT: Style = style(8.4, 12.4, REGULAR, SOFT);
pub const VERBATIM: Style = Style { verbatim: true, ..style(7.8, 11.6, REGULAR, BLACK) };
/// In a table, where its lines stand beside those of [`SIDE`].
pub const VALUE: Style = Style { verbatim: true, ..style(7.8, 14.6, REGULAR, BLACK) };
