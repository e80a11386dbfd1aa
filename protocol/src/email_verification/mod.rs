//! Whose signature it may be. The client shows its address only after its token requests are made; what it sends names their
//! digest, which hides the petition.

mod address;
mod address_rules;
mod check_number;
mod code;
mod evaluation;
mod messages;
pub mod proof_of_work;
mod suggestion;

pub use address::{Address, AddressError, CanonicalAddress, check_syntax};
pub use address_rules::ADDRESS_RULES_VERSION;
pub use check_number::{CheckNumber, CheckNumberError};
pub use code::{Code, CodeError};
pub use evaluation::{EVALUATION_CONTEXT, EVALUATION_MEDIA_TYPE, EvaluationAnswer, EvaluationRequest, EvaluatorKey};
pub use messages::{Confirmation, Confirmed, RequestDigest, VerificationAnswer, VerificationRequest};
pub use suggestion::{suggest, suggest_domain};
