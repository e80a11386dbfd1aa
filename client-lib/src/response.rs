//! What a server answered.

use undersign_protocol::json::{self, FromJson};
use undersign_protocol::problem::{MEDIA_TYPE, Problem, ProblemDocument};

/// An answer, as it was received. It may hold a token, so it has no `Debug`.
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Value of Content-Type, if there was one.
    pub media_type: Option<String>,
    /// Value of Retry-After in seconds, if there was one of that form.
    pub retry_after: Option<u64>,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer that is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the server answered {status}{}", problem.map(|problem| format!(" ({})", problem.slug())).unwrap_or_default())]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The row of the problem table, where the server named one.
    pub problem: Option<Problem>,
    /// What the server adds, at most 300 characters, without control characters.
    pub detail: Option<String>,
    /// Seconds to wait before the next try, where the server named them.
    pub retry_after: Option<u64>,
}

/// The answer has the expected status, but its content is not of the expected form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server's answer is not well-formed")]
pub struct Malformed;

/// Why an answer gives nothing to go on with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Another status than the expected one.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Another form.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// Most bytes of any answer that a client takes: 8 MiB.
pub const MAX_RESPONSE: usize = 8 << 20;

/// Most characters of a problem's detail that are kept.
const MAX_DETAIL: usize = 300;

impl Response {
    /// Whether Content-Type is this media type, with or without parameters.
    pub fn is(&self, media_type: &str) -> bool {
        let essence = self.media_type.as_deref().and_then(|value| value.split(';').next());
        essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(media_type))
    }

    /// The body of an answer of the expected status.
    pub fn expect(&self, status: u16) -> Result<&[u8], Refusal> {
        if self.status == status { Ok(&self.body) } else { Err(self.refusal()) }
    }

    /// The JSON of an answer of the expected status.
    pub fn expect_json<T: FromJson>(&self, status: u16) -> Result<T, AnswerError> {
        let body = self.expect(status)?;
        Ok(json::from_slice(body).map_err(|_| Malformed)?)
    }

    /// What the answer says as a refusal.
    pub fn refusal(&self) -> Refusal {
        let document: Option<ProblemDocument> =
            self.is(MEDIA_TYPE).then(|| json::from_slice(&self.body).ok()).flatten();
        let problem = document.as_ref().and_then(ProblemDocument::problem);
        let detail = document.and_then(|document| document.detail).map(|detail| {
            // It may be printed on a terminal, which obeys control characters.
            detail.chars().filter(|letter| !letter.is_control()).take(MAX_DETAIL).collect()
        });
        Refusal { status: self.status, problem, detail, retry_after: self.retry_after }
    }
}

impl Refusal {
    /// Whether the same request may soon get another answer.
    pub fn is_transient(&self) -> bool {
        // A link is to be used instead, work is to be done, or the operator has to make room: repeating helps with none.
        let needs_someone = matches!(
            self.problem,
            Some(Problem::UseTheLink | Problem::ProofRequired | Problem::IssuerFull | Problem::ReviewFull)
        );
        matches!(self.status, 408 | 425 | 429 | 500 | 502 | 503 | 504) && !needs_someone
    }
}

impl AnswerError {
    /// Whether the same request may get another answer later. A body that is not well-formed may have been cut off on the way.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.is_transient(),
            Self::Malformed(_) => true,
        }
    }

    /// The row of the problem table, where the server named one.
    pub fn problem(&self) -> Option<Problem> {
        match self {
            Self::Refused(refusal) => refusal.problem,
            Self::Malformed(_) => None,
        }
    }
}
