//! Each error of client-lib as one of JavaScript's.

use std::fmt::Display;

use undersign_client_lib::checked::TotalError;
use undersign_client_lib::checks::CheckError;
use undersign_client_lib::journey::{ConfirmationError, PrepareError, RedemptionError, TooEarly, VerificationError};
use undersign_client_lib::lookup::LookupError;
use undersign_client_lib::published::WatchError;
use undersign_client_lib::response::{AnswerError, Refusal};
use undersign_client_lib::state::StateError;
use undersign_client_lib::withdrawal::{PetitionError, ReadError, WithdrawalError};

use crate::error::{ClientError, ErrorKind};

impl From<Refusal> for ClientError {
    fn from(refusal: Refusal) -> Self {
        Self {
            kind: ErrorKind::Answer,
            problem: refusal.problem.map(|problem| problem.slug()),
            status: Some(refusal.status),
            is_transient: refusal.is_transient(),
            retry_after: refusal.retry_after,
            message: refusal.to_string(),
        }
    }
}

impl From<AnswerError> for ClientError {
    fn from(error: AnswerError) -> Self {
        let is_transient = error.is_transient();
        match error {
            AnswerError::Refused(refusal) => refusal.into(),
            AnswerError::Malformed(_) => Self { is_transient, ..Self::of(ErrorKind::Answer, &error) },
        }
    }
}

impl From<LookupError> for ClientError {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::Answer(error) => error.into(),
            LookupError::Check(error) => error.into(),
        }
    }
}

impl From<CheckError> for ClientError {
    fn from(error: CheckError) -> Self {
        Self::of(ErrorKind::Check, &error)
    }
}

impl From<TotalError> for ClientError {
    fn from(error: TotalError) -> Self {
        match error {
            TotalError::Answer(error) => error.into(),
            TotalError::Checkpoint(_) | TotalError::Numbers => Self::of(ErrorKind::Log, &error),
        }
    }
}

impl From<PrepareError> for ClientError {
    fn from(error: PrepareError) -> Self {
        let kind = match error {
            PrepareError::NotOpen(_) => ErrorKind::NotOpen,
            PrepareError::Blind(_) => ErrorKind::Check,
        };
        Self::of(kind, &error)
    }
}

impl From<VerificationError> for ClientError {
    fn from(error: VerificationError) -> Self {
        match error {
            VerificationError::Address => Self::of_problem(ErrorKind::AddressNotValid, &error),
            VerificationError::Answer(error) => error.into(),
        }
    }
}

impl From<ConfirmationError> for ClientError {
    fn from(error: ConfirmationError) -> Self {
        let kind = match error {
            ConfirmationError::WrongCode => ErrorKind::WrongCode,
            ConfirmationError::AttemptsExhausted => ErrorKind::AttemptsExhausted,
            ConfirmationError::NotValid => ErrorKind::VerificationNotValid,
            ConfirmationError::UseTheLink => ErrorKind::UseTheLink,
            ConfirmationError::ByAnother => ErrorKind::ConfirmedByAnother,
            ConfirmationError::Answer(error) => return error.into(),
        };
        Self::of_problem(kind, &error)
    }
}

impl From<TooEarly> for ClientError {
    fn from(error: TooEarly) -> Self {
        Self::of(ErrorKind::TooEarly, &error)
    }
}

impl From<RedemptionError> for ClientError {
    fn from(error: RedemptionError) -> Self {
        let kind = match error {
            RedemptionError::Promise(_) => return Self::of(ErrorKind::Promise, &error),
            RedemptionError::NonceUsed => ErrorKind::NonceUsed,
            RedemptionError::Withdrawn => ErrorKind::Withdrawn,
            RedemptionError::Closed => ErrorKind::Closed,
            RedemptionError::TokenNotValid => ErrorKind::TokenNotValid,
            RedemptionError::Answer(error) => return error.into(),
        };
        Self::of_problem(kind, &error)
    }
}

impl From<ReadError> for ClientError {
    fn from(error: ReadError) -> Self {
        Self::of(ErrorKind::Receipt, &error)
    }
}

impl From<PetitionError> for ClientError {
    fn from(error: PetitionError) -> Self {
        match error {
            PetitionError::Answer(error) => error.into(),
            PetitionError::Another => Self::of(ErrorKind::Check, &error),
        }
    }
}

impl From<WithdrawalError> for ClientError {
    fn from(error: WithdrawalError) -> Self {
        let kind = match error {
            WithdrawalError::NotValid => ErrorKind::WithdrawalNotValid,
            WithdrawalError::Closed => ErrorKind::Closed,
            WithdrawalError::Promise(_) => return Self::of(ErrorKind::Promise, &error),
            WithdrawalError::Answer(error) => return error.into(),
        };
        Self::of_problem(kind, &error)
    }
}

impl From<StateError> for ClientError {
    fn from(error: StateError) -> Self {
        let kind = match error {
            StateError::Damaged => ErrorKind::Damaged,
            StateError::Version => ErrorKind::Version,
        };
        Self::of(kind, &error)
    }
}

impl From<WatchError> for ClientError {
    fn from(error: WatchError) -> Self {
        match error {
            WatchError::Answer(error) => error.into(),
            WatchError::Log(error) => Self::of(ErrorKind::Log, &error),
        }
    }
}

impl ClientError {
    /// For the kinds that are named as the server's problems are.
    fn of_problem(kind: ErrorKind, error: &dyn Display) -> Self {
        Self { problem: Some(kind.as_str()), ..Self::of(kind, error) }
    }
}
