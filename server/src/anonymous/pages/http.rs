use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use tower_http::compression::CompressionLayer;

use super::news::TakenDownPage;
use super::view::{ListPage, NotFoundPage, PetitionPage};
use crate::anonymous::AnonymousState;
use crate::petition::PetitionError;
use crate::web::extract::PathPart;
use crate::web::language::InterfaceLanguage;
use crate::web::messages::Messages;
use crate::web::problem::WebProblem;

/// `/` and `/p/{slug}` in the reader's language, `/{lang}/` and `/{lang}/p/{slug}` in that one.
pub fn router() -> Router<AnonymousState> {
    let of_reader = Router::new().route("/", get(list_of_reader)).route("/p/{slug}", get(petition_of_reader));
    let pages = InterfaceLanguage::ALL.into_iter().fold(of_reader, |router, language| {
        let tag = language.tag();
        let show_list = async move |State(state)| list(state, language).await;
        let show_petition =
            async move |State(state), PathPart(slug): PathPart<String>| petition(state, language, &slug).await;
        router
            .route(&format!("/{tag}"), get(show_list))
            .route(&format!("/{tag}/"), get(show_list))
            .route(&format!("/{tag}/p/{{slug}}"), get(show_petition))
    });
    pages.layer(CompressionLayer::new())
}

async fn list_of_reader(State(state): State<AnonymousState>, headers: HeaderMap) -> Result<Response, WebProblem> {
    list(state, InterfaceLanguage::of_headers(&headers)).await
}

async fn petition_of_reader(
    State(state): State<AnonymousState>,
    headers: HeaderMap,
    PathPart(slug): PathPart<String>,
) -> Result<Response, WebProblem> {
    petition(state, InterfaceLanguage::of_headers(&headers), &slug).await
}

async fn list(state: AnonymousState, language: InterfaceLanguage) -> Result<Response, WebProblem> {
    let now = state.clock.now();
    let mut petitions = Vec::new();
    for petition in state.registry.all(now).await.map_err(PetitionError::from)?.iter() {
        let (head, _) = state.log.petition_checkpoint(petition).await?;
        petitions.push((Arc::clone(petition), head.tally.total()));
    }
    answer(StatusCode::OK, &policy(None), &ListPage::new(Messages::of(language), &state.pages, &petitions, now))
}

async fn petition(state: AnonymousState, language: InterfaceLanguage, slug: &str) -> Result<Response, WebProblem> {
    let (now, t) = (state.clock.now(), Messages::of(language));
    let Ok(petition) = state.registry.by_id_or_slug(slug) else {
        return answer(StatusCode::NOT_FOUND, &policy(None), &NotFoundPage::new(t, &state.pages));
    };
    let (head, _) = state.log.petition_checkpoint(&petition).await?;
    let all = state.registry.all(now).await.map_err(PetitionError::from)?;
    if petition.is_taken_down() {
        let page = TakenDownPage::new(t, &state.pages, &petition, &all, head.tally.total());
        return answer(StatusCode::OK, &policy(None), &page);
    }
    let page = PetitionPage::new(t, &state.pages, &petition, &all, head.tally.total(), now);
    let manifest = petition.verified.manifest();
    let issuer = (manifest.issuer.name != manifest.origin.host).then_some(manifest.issuer.name.as_str());
    answer(StatusCode::OK, &policy(issuer), &page)
}

/// Everything from this host, connections to the issuer beside it. `wasm-unsafe-eval` allows WebAssembly and no other evaluation.
fn policy(issuer: Option<&str>) -> String {
    let issuer = issuer.map(|host| format!(" https://{host}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'{issuer}; \
         form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

fn answer(status: StatusCode, policy: &str, page: &impl Template) -> Result<Response, WebProblem> {
    let html = page.render().map_err(|error| WebProblem::internal(&error))?;
    let headers = [(header::CONTENT_SECURITY_POLICY, policy), (header::VARY, "accept-language")];
    Ok((status, headers, Html(html)).into_response())
}
