use std::convert::Infallible;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, FromRef as _, FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use undersign_pages::Messages;
use undersign_pages::confirm::{ConfirmPage, Step};
use undersign_protocol::email_verification::Confirmation;
use undersign_protocol::problem::Problem;

use super::EmailVerification;
use super::http::problem;
use super::rules::VerificationError;
use crate::announcement::{Announcement, Announcements};
use crate::identified::IdentifiedState;
use crate::web::assets::Assets;
use crate::web::language::interface_language;
use crate::web::problem::WebProblem;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; \
    frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// The page.
pub fn router() -> Router<IdentifiedState> {
    Router::new().route("/confirm", get(show).post(confirm))
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    t: String,
}

#[derive(Deserialize)]
struct Filled {
    t: String,
    check: String,
}

/// The page's surroundings: whose words, which style.
struct Reader {
    t: &'static Messages,
    assets: Arc<Assets>,
    announcement: Arc<Announcement>,
}

/// Shows the form and changes nothing: mail scanners follow links.
async fn show(reader: Reader, link: Result<Query<Link>, QueryRejection>) -> Result<Response, WebProblem> {
    match link {
        Ok(Query(link)) => {
            let paused = reader.announcement.paused().map(|_| reader.t.get("confirm-read-only"));
            reader.page(StatusCode::OK, Step::Ask { token: &link.t, problem: paused.as_deref() })
        }
        Err(_) => reader.refused(VerificationError::NotValid, ""),
    }
}

async fn confirm(
    State(verification): State<Arc<EmailVerification>>,
    reader: Reader,
    filled: Result<Form<Filled>, FormRejection>,
) -> Result<Response, WebProblem> {
    let filled = match filled {
        Ok(Form(filled)) => filled,
        Err(rejection) => return reader.not_understood(&rejection),
    };
    if let Some(seconds) = reader.announcement.paused() {
        return reader.paused(&filled.t, seconds);
    }
    let confirmation = Confirmation::Link { token: filled.t.clone(), check: in_ascii(&filled.check) };
    match verification.confirm(confirmation).await {
        Ok(()) => reader.page(StatusCode::OK, Step::Done),
        Err(error) => reader.refused(error, &filled.t),
    }
}

impl Reader {
    fn refused(&self, error: VerificationError, token: &str) -> Result<Response, WebProblem> {
        let Some(row) = problem(&error) else { return Err(error.into()) };
        let status = StatusCode::from_u16(row.status()).unwrap_or(StatusCode::BAD_REQUEST);
        let text = self.t.get(key(row));
        let step = match row {
            Problem::WrongCheckNumber | Problem::MalformedRequest => Step::Ask { token, problem: Some(&text) },
            _ => Step::Over { problem: &text },
        };
        self.page(status, step)
    }

    /// What was typed is not looked at: the link works again later.
    fn paused(&self, token: &str, seconds: u64) -> Result<Response, WebProblem> {
        let text = self.t.get("confirm-read-only");
        let page = self.page(StatusCode::SERVICE_UNAVAILABLE, Step::Ask { token, problem: Some(&text) })?;
        Ok(([(header::RETRY_AFTER, seconds.to_string())], page).into_response())
    }

    /// Another media type than a form's, too many bytes, or fields that are not there.
    fn not_understood(&self, rejection: &FormRejection) -> Result<Response, WebProblem> {
        let status = match rejection.status() {
            StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
            status => status,
        };
        self.page(status, Step::Over { problem: &self.t.get("confirm-not-understood") })
    }

    fn page(&self, status: StatusCode, step: Step<'_>) -> Result<Response, WebProblem> {
        let banner = self.announcement.banner(self.t.language());
        let page = ConfirmPage { t: self.t, assets: &self.assets.paths().prefix, step, banner };
        let html = page.render().map_err(|error| WebProblem::internal(&error))?;
        Ok((status, [(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response())
    }
}

/// A number as other keyboards write it: Arabic and Persian ones have digits of their own.
fn in_ascii(typed: &str) -> String {
    let digit = |letter: char| match letter {
        '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' => char::from_digit(u32::from(letter) & 15, 10),
        _ => None,
    };
    typed.chars().map(|letter| digit(letter).unwrap_or(letter)).collect()
}

/// The sentence that says what to do next.
fn key(problem: Problem) -> &'static str {
    match problem {
        Problem::WrongCheckNumber => "confirm-wrong-number",
        Problem::MalformedRequest => "confirm-number-form",
        Problem::AttemptsExhausted => "confirm-exhausted",
        Problem::ConfirmedByAnother => "confirm-by-another",
        _ => "confirm-not-valid",
    }
}

impl FromRequestParts<IdentifiedState> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &IdentifiedState) -> Result<Self, Infallible> {
        let language = interface_language(&parts.headers);
        let announcement = Announcements::from_ref(state).now();
        Ok(Self { t: Messages::of(language), assets: Arc::from_ref(state), announcement })
    }
}
