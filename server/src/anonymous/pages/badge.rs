//! What other sites may show: a picture and a number. Both say the public total and nothing else; neither loads anything.

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use undersign_pages::badge::Badge;
use undersign_pages::words::Progress;

use super::http::Reader;
use crate::anonymous::AnonymousState;
use crate::web::cached::Cacheable;
use crate::web::extract::PathPart;
use crate::web::problem::WebProblem;

/// For both: other sites ask for them, and a minute is soon enough.
const CACHE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=60");
const ANYWHERE: (&str, &str) = ("cross-origin-resource-policy", "cross-origin");

/// Body of `GET /v1/petitions/{petition}/count`.
#[derive(Serialize)]
pub struct Count {
    total: u64,
    goal: Option<u64>,
}

/// `GET /p/{slug}/badge.svg`, and behind a language.
pub async fn badge(
    State(state): State<AnonymousState>,
    reader: Reader,
    PathPart(slug): PathPart<String>,
) -> Result<Response, WebProblem> {
    let petition = state.registry.find(&slug).await?;
    let total = state.log.petition_total(&petition).await?;
    let progress = Progress::new(reader.t, total, &petition.verified.manifest().goals);
    let svg = Badge::new(reader.t, progress).render().map_err(|error| WebProblem::internal(&error))?;
    let headers = [(header::CONTENT_TYPE, "image/svg+xml"), CACHE, (header::VARY, "accept-language")];
    Ok((Extension(Cacheable), [ANYWHERE], headers, svg).into_response())
}

/// The number alone. Any page may ask for it: this is the one route of which that is true.
pub async fn count(
    State(state): State<AnonymousState>,
    PathPart(petition): PathPart<String>,
) -> Result<Response, WebProblem> {
    let petition = state.registry.find(&petition).await?;
    let total = state.log.petition_total(&petition).await?;
    let goal = petition.verified.manifest().goals.iter().find(|goal| **goal > total).copied();
    let headers = [CACHE, (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    Ok((Extension(Cacheable), [ANYWHERE], headers, Json(Count { total, goal })).into_response())
}
