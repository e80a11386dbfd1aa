//! Plain blocks of text on A4 pages, as PDF. Words are text and nothing else: there is no markup, no file and no network here, the fonts
//! are in the program, and the same paper gives the same bytes.
//!
//! ```
//! use undersign_pdf::{Block, Direction, Paper, Section};
//!
//! let section = Section {
//!     language: "en".to_owned(),
//!     direction: Direction::LeftToRight,
//!     name: "English".to_owned(),
//!     footer: "night-bus".to_owned(),
//!     blocks: vec![Block::Title("Keep the night bus".to_owned()), Block::Paragraph("#strong[no markup]".to_owned())],
//! };
//! let paper = Paper { title: "Keep the night bus".to_owned(), author: String::new(), day: (2026, 12, 1), sections: vec![section] };
//! let printed = paper.print()?;
//! assert!(printed.bytes.starts_with(b"%PDF-") && printed.without_letters.is_empty());
//! # Ok::<(), undersign_pdf::PrintError>(())
//! ```

mod block;
mod columns;
mod draw;
mod flow;
mod fonts;
mod paper;
mod piece;
mod set;
mod style;

pub use block::{Block, Item, Row, Value};
pub use paper::{Paper, PrintError, Printed, Section};
pub use style::Direction;
