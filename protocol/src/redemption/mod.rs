//! Counting once. A token says for which petition it counts and nothing else: not to whom it was issued, not when. Whoever keeps a
//! receipt can look whether it was counted, and take it back.

mod authorization;
mod evidence;
mod messages;
mod promise;
mod receipt;
mod token;
mod withdrawal;
mod withdrawal_code;

pub use authorization::{AuthorizationError, challenge_header, parse_authorization, token_header};
pub use evidence::{Evidence, EvidenceError};
pub use messages::{RedemptionAnswer, WithdrawalRequest};
pub use promise::Promise;
pub use receipt::{RECEIPT_FILE_NAME, RECEIPT_MEDIA_TYPE, Receipt, ReceiptError, ReceiptParts};
pub use token::{Nonce, Token, TokenBindingError, TokenInput};
pub use withdrawal::{Withdrawal, WithdrawalKey};
pub use withdrawal_code::{CodeError, WithdrawalCode};
