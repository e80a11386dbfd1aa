//! Puts the routes of one side, or of both in one process, behind one listener. The two sides' states never meet: each handler was
//! given its own before it comes here.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Map, Value};
use tower::ServiceExt as _;
use undersign_protocol::problem::Problem;

use crate::web::SideRoutes;
use crate::web::cached::{CachedAnswers, cached};
use crate::web::cors::Cors;
use crate::web::extract::MAX_BODY;
use crate::web::headers::with_headers;
use crate::web::problem::WebProblem;

/// The routes of a process that is one side.
pub fn one_side(routes: SideRoutes) -> Router {
    let asked = asked(routes.cors, routes.own.merge(routes.petitions));
    finished(asked.merge(routes.pages).merge(routes.assets).merge(routes.organisers), routes.cached)
}

/// The routes of a process that is both sides. Public petition data comes from the anonymous side; what organisers send goes to each
/// side, and the answers are put together.
pub fn both_sides(identified: SideRoutes, anonymous: SideRoutes) -> Router {
    let organisers = Router::new()
        .route("/v1/petitions/prepare", post(prepare_at_both))
        .route("/v1/petitions", post(publish_at_both))
        .route("/v1/petitions/{petition}/notices", post(publish_at_both))
        .route("/v1/petitions/{petition}/review", post(ask_both))
        .with_state(Organisers {
            checks: [identified.checks, anonymous.checks],
            // The identified side first: a log entry is for ever.
            sides: [identified.organisers, anonymous.organisers],
        });
    // One process can have two names. What is public is then asked under both.
    let petitions = asked(identified.cors.clone().and(anonymous.cors.clone()), anonymous.petitions);
    let own = asked(identified.cors, identified.own).merge(asked(anonymous.cors, anonymous.own));
    finished(
        own.merge(petitions).merge(identified.pages).merge(anonymous.pages).merge(anonymous.assets).merge(organisers),
        anonymous.cached,
    )
}

#[derive(Clone)]
struct Organisers {
    checks: [Router; 2],
    sides: [Router; 2],
}

async fn prepare_at_both(State(organisers): State<Organisers>, request: Request) -> Result<Response, WebProblem> {
    let (parts, body) = read(request).await?;
    send_to_both(organisers.sides, &parts, &body).await
}

/// What one side would refuse, the other must not have taken: its slug would be used up.
async fn publish_at_both(State(organisers): State<Organisers>, request: Request) -> Result<Response, WebProblem> {
    let (parts, body) = read(request).await?;
    let checked = send_to_both(organisers.checks, &parts, &body).await?;
    if !checked.status().is_success() {
        return Ok(checked);
    }
    send_to_both(organisers.sides, &parts, &body).await
}

/// What the identified side says, until the petition is public there: from then on what the other says.
async fn ask_both(State(organisers): State<Organisers>, request: Request) -> Result<Response, WebProblem> {
    let (parts, body) = read(request).await?;
    let [identified, anonymous] = organisers.sides;
    let answer = send(identified, &parts, &body).await;
    if !answer.status().is_success() {
        return Ok(answer);
    }
    let members = members(answer).await?;
    if members.get("state").and_then(Value::as_str) == Some("published") {
        return Ok(send(anonymous, &parts, &body).await);
    }
    Ok(Json(Value::Object(members)).into_response())
}

async fn read(request: Request) -> Result<(Parts, Bytes), WebProblem> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await.map_err(|_| Problem::BodyTooLarge)?;
    Ok((parts, body))
}

/// The first refusal; or the first answer that what was sent waits, once both have it; or both answers' members together.
async fn send_to_both(sides: [Router; 2], parts: &Parts, body: &Bytes) -> Result<Response, WebProblem> {
    let mut together = Map::new();
    let mut waiting = None;
    for side in sides {
        let answer = send(side, parts, body).await;
        if !answer.status().is_success() {
            return Ok(answer);
        }
        if answer.status() == StatusCode::ACCEPTED {
            waiting = waiting.or(Some(answer));
        } else {
            together.extend(members(answer).await?);
        }
    }
    if let Some(answer) = waiting {
        return Ok(answer);
    }
    let body = Value::Object(together).to_string();
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}

async fn send(side: Router, parts: &Parts, body: &Bytes) -> Response {
    let mut request = Request::from_parts(parts.clone(), Body::from(body.clone()));
    // What the outer router has found in the path would stand beside what the side's own finds.
    let peer = request.extensions_mut().remove::<ConnectInfo<SocketAddr>>();
    request.extensions_mut().clear();
    peer.map(|peer| request.extensions_mut().insert(peer));
    match side.oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}

async fn members(answer: Response) -> Result<Map<String, Value>, WebProblem> {
    let body = to_bytes(answer.into_body(), usize::MAX).await.map_err(|error| WebProblem::internal(&error))?;
    serde_json::from_slice(&body).map_err(|error| WebProblem::internal(&error))
}

/// Routes that pages of another host may ask. The answer to methods that a route does not have comes first: to a browser's question
/// what it may send, a page of that host gets another one.
fn asked(cors: Cors, router: Router) -> Router {
    cors.layer(router.method_not_allowed_fallback(not_allowed))
}

async fn not_allowed() -> WebProblem {
    WebProblem::from(Problem::MethodNotAllowed)
}

fn finished(router: Router, cached_answers: Option<Arc<CachedAnswers>>) -> Router {
    let not_found = || async { WebProblem::from(Problem::NotFound) };
    let router = router.fallback(not_found).method_not_allowed_fallback(not_allowed);
    let router = with_headers(router.layer(DefaultBodyLimit::max(MAX_BODY)));
    match cached_answers {
        // Before a route is looked for.
        Some(answers) => Router::new().fallback_service(router).layer(from_fn_with_state(answers, cached)),
        None => router,
    }
}
