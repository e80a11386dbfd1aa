use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use undersign_protocol::email_verification::Confirmation;
use undersign_protocol::problem::Problem;

use super::EmailVerification;
use super::http::problem;
use super::rules::VerificationError;
use crate::identified::IdentifiedState;
use crate::web::problem::WebProblem;

const STYLE: &str = include_str!("../../../templates/confirm.css");
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The page and its style.
pub fn router() -> Router<IdentifiedState> {
    Router::new().route("/confirm", get(show).post(confirm)).route("/confirm.css", get(style))
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

/// What the page shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step<'a> {
    Ask { token: &'a str, problem: Option<&'a str> },
    Done,
    Over { problem: &'a str },
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct Page<'a> {
    russian: bool,
    step: Step<'a>,
}

/// Shows the form and changes nothing: mail scanners follow links.
async fn show(link: Result<Query<Link>, QueryRejection>, headers: HeaderMap) -> Result<Response, WebProblem> {
    match link {
        Ok(Query(link)) => page(StatusCode::OK, &headers, Step::Ask { token: &link.t, problem: None }),
        Err(_) => refused(VerificationError::NotValid, &headers, ""),
    }
}

async fn confirm(
    State(verification): State<Arc<EmailVerification>>,
    headers: HeaderMap,
    filled: Result<Form<Filled>, FormRejection>,
) -> Result<Response, WebProblem> {
    let Ok(Form(filled)) = filled else { return refused(VerificationError::NotValid, &headers, "") };
    let confirmation = Confirmation::Link { token: filled.t.clone(), check: filled.check };
    match verification.confirm(confirmation).await {
        Ok(()) => page(StatusCode::OK, &headers, Step::Done),
        Err(error) => refused(error, &headers, &filled.t),
    }
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=3600")], STYLE)
}

fn refused(error: VerificationError, headers: &HeaderMap, token: &str) -> Result<Response, WebProblem> {
    let Some(row) = problem(&error) else { return Err(error.into()) };
    let status = StatusCode::from_u16(row.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let text = explain(row, is_russian(headers));
    let step = match row {
        Problem::WrongCheckNumber | Problem::MalformedRequest => Step::Ask { token, problem: Some(text) },
        _ => Step::Over { problem: text },
    };
    page(status, headers, step)
}

/// What to do next, in the person's language.
fn explain(problem: Problem, russian: bool) -> &'static str {
    match (problem, russian) {
        (Problem::WrongCheckNumber, false) => {
            "This is not the number. It is shown on the page where you began. If you did not begin anything, close this page."
        }
        (Problem::WrongCheckNumber, true) => {
            "Число не совпало. Оно показано на странице, с которой вы начали. Если вы ничего не начинали, закройте эту страницу."
        }
        (Problem::MalformedRequest, false) => "The number has two digits, for example 07.",
        (Problem::MalformedRequest, true) => "Число состоит из двух цифр, например 07.",
        (Problem::AttemptsExhausted, false) => {
            "The number was wrong five times, so this link no longer works. Go back to the page where you began and ask for a new mail."
        }
        (Problem::AttemptsExhausted, true) => {
            "Число ввели неверно пять раз, и ссылка больше не действует. Вернитесь на страницу, с которой начали, и запросите новое письмо."
        }
        (Problem::ConfirmedByAnother, false) => {
            "This was confirmed from another mailbox already. Nothing of yours was used up. Go back to the page where you began and start again."
        }
        (Problem::ConfirmedByAnother, true) => {
            "Это уже подтвердили из другого почтового ящика. У вас ничего не потрачено. Вернитесь на страницу, с которой начали, и начните заново."
        }
        (_, false) => {
            "This link no longer works. Links live for 24 hours. Go back to the page where you began and ask for a new mail."
        }
        (_, true) => {
            "Ссылка больше не действует: она живёт 24 часа. Вернитесь на страницу, с которой начали, и запросите новое письмо."
        }
    }
}

fn page(status: StatusCode, headers: &HeaderMap, step: Step<'_>) -> Result<Response, WebProblem> {
    let page = Page { russian: is_russian(headers), step };
    let html = page.render().map_err(|error| WebProblem::internal(&error))?;
    Ok((status, [(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response())
}

/// Whether Russian stands before English in Accept-Language.
fn is_russian(headers: &HeaderMap) -> bool {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let place =
        |language: &str| wanted.split(',').position(|tag| tag.trim().to_ascii_lowercase().starts_with(language));
    match (place("ru"), place("en")) {
        (Some(russian), Some(english)) => russian < english,
        (Some(_), None) => true,
        (None, _) => false,
    }
}
