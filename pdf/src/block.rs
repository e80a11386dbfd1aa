/// A part of a section. All of it is text: no letter of it is taken for more.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// What kind of paper it is, small, above the title.
    Kind(String),
    /// The title.
    Title(String),
    /// A number, large, and what it is.
    Number {
        /// As it is read.
        number: String,
        /// What it counts.
        label: String,
    },
    /// The head of the blocks that follow.
    Heading(String),
    /// A paragraph.
    Paragraph(String),
    /// A smaller paragraph.
    Hint(String),
    /// An address on the net, which can also be followed from the screen.
    Link(String),
    /// Lines that stay as they are, from left to right in every language.
    Verbatim(String),
    /// A list.
    List(Vec<Item>),
    /// A table of two columns.
    Table(Vec<Row>),
    /// A line over an area.
    Line {
        /// From left to right and from below upwards, both from 0 to 1.
        points: Vec<(f32, f32)>,
        /// What the upper edge stands for.
        top: String,
    },
    /// A QR code, and what stands beside it.
    Code {
        /// Modules of a side, with the light margin.
        size: u16,
        /// Column and row where dark modules begin, and how many stand side by side there.
        dark: Vec<[u16; 3]>,
        /// Beside it.
        beside: Vec<Block>,
    },
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What stands before it.
    pub mark: String,
    /// Its bold beginning; may be empty.
    pub name: String,
    /// The rest.
    pub text: String,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The first column.
    pub label: String,
    /// The second one.
    pub value: Value,
}

/// The second column of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Words, with a bold beginning, which may be empty.
    Text(String, String),
    /// A number; it ends where the line ends.
    Number(String),
    /// Something that is compared letter by letter.
    Verbatim(String),
}
