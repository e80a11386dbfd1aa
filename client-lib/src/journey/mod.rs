//! One signature, step by step. Each state is a type; a step takes the answer to the request that the state gave, and either gives
//! the next state or gives the same one back with what went wrong. Nothing here sends, waits, or reads a clock.
//!
//! ```text
//!  CheckedPetition
//!        │ Prepared::new                      blinds for the whole run; the address is not known yet
//!        ▼
//!    Prepared ──verification_request──▶ 202 verification_answered ─┐   (as often as a mail is asked for; where the answer is
//!        │ ▲                                                       │    proof-required, challenge_request and a Solver come before)
//!        │ └───────────────────────────────────────────────────────┘
//!        ├── confirm_with_code ──▶ 200 code_answered ──┐
//!        ├── token_request ──▶ not-confirmed ─▶ poll: the same state, later again
//!        │                 └─▶ anything else ─▶ poll ──┤               the link was opened, in whatever browser
//!        ▼                                             ▼
//!                                                  Confirmed
//!        ┌──────────────── token_request ──▶ token_answered ───────────────┬──────────────┐
//!        ▼                                                                 ▼              ▼
//!    TokenHeld ── redemption_request ──▶ redeemed ──▶ Signed          AlreadyIssued    Spoiled
//! ```
//!
//! Save a state (`save`) before sending what it asks for, and an answer's state before the next step: then a killed program goes on
//! where it was, every request is a repeat of itself, and one signature is counted.

mod blinded;
mod confirmed;
mod counted;
mod debug;
mod held_token;
mod news;
mod prepared;
mod proof;
mod rejected;
mod schedule;
mod signed;
mod spoiled;
mod terms;
mod token_held;
mod verification;

pub use confirmed::{Confirmed, IssuanceFailure};
pub use counted::{Counted, PromiseError};
pub use held_token::HeldToken;
pub use news::{News, NewsError};
pub use prepared::{Bundle, Keys, PollError, PrepareError, Prepared};
pub use proof::ChallengeError;
pub use rejected::Rejected;
pub use schedule::{Schedule, When};
pub use signed::Signed;
pub use spoiled::Spoiled;
pub use token_held::{RedemptionError, TokenHeld, TooEarly};
pub use verification::{ConfirmationError, Verification, VerificationError};

pub(crate) use blinded::{Blinded, Run};
pub(crate) use counted::Promisor;
pub(crate) use terms::Terms;
