//! The second adversary: who watches. He sees when things happen while they happen, and no network address; he knows how long
//! people and clients take, and by which rule they wait, and pairs those whose token was issued with the tokens that were
//! handed in as well as that can be done. One watches both sides, as an operator can; another has the times at which mails were
//! read, and the public log.

/// How long things take.
pub mod delays;

/// When people hand in what they hold.
pub mod behaviour;

/// Who comes, and when each step is seen.
pub mod people;

/// The tokens that came.
pub mod cells;

/// What can be said of a person and a time.
pub mod likelihood;

/// What can be said of a person and a token, beside all others.
pub mod posterior;

/// The game.
pub mod game;

/// All games of the table.
pub mod grid;

/// The table, in Markdown.
pub mod table;

/// The plots, as SVG.
pub mod plot;
