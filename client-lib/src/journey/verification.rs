use undersign_protocol::email_verification::VerificationAnswer;
use undersign_protocol::problem::Problem;
use zeroize::Zeroizing;

use crate::response::{AnswerError, Malformed, Response};

/// Most bytes of a sealed verification.
const MAX_VERIFICATION: usize = 4096;

/// What the server answers when a mail is asked for; it goes back with the code. Sealed: it says nothing to whoever finds it.
pub struct Verification(Zeroizing<String>);

/// Why no mail will come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerificationError {
    /// The server takes the text for no address; nothing was used up.
    #[error("the server does not take this as an e-mail address")]
    Address,
    /// Another answer.
    #[error(transparent)]
    Answer(AnswerError),
}

/// Why a code does not confirm.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfirmationError {
    /// Not this code.
    #[error("the code is wrong")]
    WrongCode,
    /// Five wrong codes: a new mail is needed.
    #[error("too many wrong codes")]
    AttemptsExhausted,
    /// Expired, or not this server's: a new mail is needed.
    #[error("the code is no longer valid")]
    NotValid,
    /// Codes cannot be taken now; the mailed link works.
    #[error("codes cannot be taken now")]
    UseTheLink,
    /// The request was confirmed from another mailbox before.
    #[error("this request was confirmed from another mailbox")]
    ByAnother,
    /// Another answer.
    #[error(transparent)]
    Answer(AnswerError),
}

impl Verification {
    pub(super) fn read(response: &Response) -> Result<Self, VerificationError> {
        let answer: VerificationAnswer = response.expect_json(202)?;
        Self::from_saved(answer.verification).ok_or(VerificationError::Answer(Malformed.into()))
    }

    pub(crate) fn from_saved(text: String) -> Option<Self> {
        (!text.is_empty() && text.len() <= MAX_VERIFICATION).then(|| Self(Zeroizing::new(text)))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<AnswerError> for VerificationError {
    fn from(error: AnswerError) -> Self {
        match error.problem() {
            Some(Problem::AddressNotValid) => Self::Address,
            _ => Self::Answer(error),
        }
    }
}

impl From<AnswerError> for ConfirmationError {
    fn from(error: AnswerError) -> Self {
        match error.problem() {
            Some(Problem::WrongCode) => Self::WrongCode,
            Some(Problem::AttemptsExhausted) => Self::AttemptsExhausted,
            Some(Problem::VerificationNotValid) => Self::NotValid,
            Some(Problem::UseTheLink) => Self::UseTheLink,
            Some(Problem::ConfirmedByAnother) => Self::ByAnother,
            _ => Self::Answer(error),
        }
    }
}
