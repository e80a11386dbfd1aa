//! The third adversary: who reads mailboxes, and asks for mails himself. A thief or a provider reads what comes to an address,
//! now and later; a stranger reads nothing of others, but can ask in anybody's name. He wants to know whether an address has
//! signed, and what. What he must not learn is judged; what he learns all the same, because trying to sign must tell whether
//! one may, is counted, and said.

/// Halves of people that a number may tell apart.
pub mod halves;

/// What is seen of an address.
pub mod seen;

/// Who has done what, and what is done in their names.
pub mod victims;

/// The game.
pub mod game;

/// What came of it.
pub mod report;
