use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::IntoResponse;
use undersign_pages::plain::ForgetPage;

use super::http::{Answer, Reader, answer, policy};
use crate::anonymous::AnonymousState;

/// What a browser wipes of this origin (W3C Clear Site Data): with the cache the files that show that it was here.
const EVERYTHING: &str = "\"cache\", \"cookies\", \"storage\"";

/// `GET /forget`: says what will be wiped, and what cannot be.
pub async fn ask(State(state): State<AnonymousState>, reader: Reader) -> Answer {
    answer(&state, &reader, StatusCode::OK, &form_policy(), &ForgetPage::new(reader.t, &state.pages, false))
}

/// `POST /forget`: has the browser wipe it, also without JavaScript. Another site's form gets the question instead: what was begun
/// here is not its to wipe.
pub async fn wipe(State(state): State<AnonymousState>, reader: Reader, headers: HeaderMap) -> Answer {
    if headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return ask(State(state), reader).await;
    }
    let page = ForgetPage::new(reader.t, &state.pages, true);
    let answer = answer(&state, &reader, StatusCode::OK, &form_policy(), &page)?;
    Ok(([(HeaderName::from_static("clear-site-data"), EVERYTHING)], answer).into_response())
}

/// As of other pages; this one has a form, which goes to this host.
fn form_policy() -> String {
    policy([]).replace("form-action 'none'", "form-action 'self'")
}
