use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use undersign_protocol::problem::{MEDIA_TYPE, Problem};

use crate::gather::GatherError;
use crate::storage::StorageError;

/// Seconds after which a database that is away is asked again.
const AWAY: u64 = 5;
/// Seconds after which a queue that was full is tried again.
const FULL: u64 = 1;

/// A row of the problem table on its way out. Stages turn their errors into it; nothing else writes `application/problem+json`.
#[derive(Debug)]
pub struct WebProblem {
    problem: Problem,
    detail: Option<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl WebProblem {
    /// A row with a detail, which must name a rule and never a person.
    pub fn with_detail(problem: Problem, detail: impl std::fmt::Display) -> Self {
        Self { detail: Some(detail.to_string()), ..Self::from(problem) }
    }

    /// Ours: logged here, once, and answered without a word of it.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut chain = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            chain = format!("{chain}: {cause}");
            source = cause.source();
        }
        tracing::error!(error = chain, "request failed");
        Self::from(Problem::Internal)
    }

    /// The database's failure: logged once. Where it is away or full, the answer says so and when to come back.
    pub fn storage(error: &StorageError) -> Self {
        let internal = Self::internal(error);
        if error.is_away() { Self::from(Problem::Unavailable).retry_after(AWAY) } else { internal }
    }

    /// What was to be done together with others was not done.
    pub fn gathered<E>(error: GatherError<E>, failed: impl FnOnce(E) -> Self) -> Self {
        match error {
            GatherError::Full => Self::from(Problem::Unavailable).retry_after(FULL),
            GatherError::Failed(error) => failed(error),
            // Another caller's answer has logged why.
            GatherError::FailedTogether => Self::from(Problem::Unavailable).retry_after(AWAY),
        }
    }

    /// Says when to come back.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl From<Problem> for WebProblem {
    fn from(problem: Problem) -> Self {
        Self { problem, detail: None, headers: Vec::new() }
    }
}

impl IntoResponse for WebProblem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // Unwrap safety: a document of three strings and a number is always JSON.
        let body = serde_json::to_vec(&self.problem.document(self.detail)).expect("strings are JSON");
        let mut response = (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}
