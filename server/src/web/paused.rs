use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use undersign_protocol::problem::Problem;

use super::problem::WebProblem;
use crate::announcement::Announcements;

/// Routes that programs of signers ask: what would write is refused while signing is paused. What is read stays.
pub fn refused_while_paused(announcements: &Announcements, router: Router) -> Router {
    router.route_layer(from_fn_with_state(announcements.clone(), refuse))
}

async fn refuse(State(announcements): State<Announcements>, request: Request, next: Next) -> Response {
    match announcements.now().paused() {
        Some(seconds) if request.method() == Method::POST => {
            WebProblem::from(Problem::ReadOnly).retry_after(seconds).into_response()
        }
        _ => next.run(request).await,
    }
}
