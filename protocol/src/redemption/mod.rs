//! Counting once. A token says for which petition it counts and nothing else: not to whom it was issued, not when.

mod authorization;
mod messages;
mod promise;
mod token;
mod withdrawal;

pub use authorization::{AuthorizationError, challenge_header, parse_authorization, token_header};
pub use messages::RedemptionAnswer;
pub use promise::Promise;
pub use token::{Nonce, Token, TokenBindingError, TokenInput};
pub use withdrawal::{Withdrawal, WithdrawalKey};
