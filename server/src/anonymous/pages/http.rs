use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use undersign_client_lib::endpoints::Base;

use super::news::TakenDownPage;
use super::view::{ListPage, NotFoundPage, PetitionPage, VerifyPage, WithdrawPage};
use crate::anonymous::AnonymousState;
use crate::petition::PetitionError;
use crate::web::cached::Cacheable;
use crate::web::extract::PathPart;
use crate::web::language::InterfaceLanguage;
use crate::web::messages::Messages;
use crate::web::problem::WebProblem;

/// `/`, `/p/{slug}`, `/p/{slug}/withdraw` and `/p/{slug}/verify` in the reader's language, and the same behind `/{lang}` in that one.
pub fn router() -> Router<AnonymousState> {
    let of_reader = Router::new()
        .route("/", get(list_of_reader))
        .route("/p/{slug}", get(petition_of_reader))
        .route("/p/{slug}/withdraw", get(withdraw_of_reader))
        .route("/p/{slug}/verify", get(verify_of_reader));
    InterfaceLanguage::ALL.into_iter().fold(of_reader, |router, language| {
        let tag = language.tag();
        let show_list = async move |State(state)| list(state, language).await;
        let show_petition =
            async move |State(state), PathPart(slug): PathPart<String>| petition(state, language, &slug).await;
        let show_withdraw =
            async move |State(state), PathPart(slug): PathPart<String>| withdraw(state, language, &slug).await;
        let show_verify =
            async move |State(state), PathPart(slug): PathPart<String>| verify(state, language, &slug).await;
        router
            .route(&format!("/{tag}/p/{{slug}}/verify"), get(show_verify))
            .route(&format!("/{tag}/p/{{slug}}/withdraw"), get(show_withdraw))
            .route(&format!("/{tag}"), get(show_list))
            .route(&format!("/{tag}/"), get(show_list))
            .route(&format!("/{tag}/p/{{slug}}"), get(show_petition))
    })
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

async fn withdraw_of_reader(
    State(state): State<AnonymousState>,
    headers: HeaderMap,
    PathPart(slug): PathPart<String>,
) -> Result<Response, WebProblem> {
    withdraw(state, InterfaceLanguage::of_headers(&headers), &slug).await
}

async fn verify_of_reader(
    State(state): State<AnonymousState>,
    headers: HeaderMap,
    PathPart(slug): PathPart<String>,
) -> Result<Response, WebProblem> {
    verify(state, InterfaceLanguage::of_headers(&headers), &slug).await
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
    let Ok(petition) = state.registry.find(slug).await else {
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
    // As clients find it: by its name in the manifest, unless that is the origin's own.
    let issuer = (manifest.issuer.name != manifest.origin.host).then(|| Base::of_host(&manifest.issuer.name));
    answer(StatusCode::OK, &policy(issuer.and_then(Result::ok)), &page)
}

async fn withdraw(state: AnonymousState, language: InterfaceLanguage, slug: &str) -> Result<Response, WebProblem> {
    let t = Messages::of(language);
    let Ok(petition) = state.registry.find(slug).await else {
        return answer(StatusCode::NOT_FOUND, &policy(None), &NotFoundPage::new(t, &state.pages));
    };
    // This side alone is asked: the issuer has nothing to do with it.
    answer(StatusCode::OK, &policy(None), &WithdrawPage::new(t, &state.pages, &petition, state.clock.now()))
}

async fn verify(state: AnonymousState, language: InterfaceLanguage, slug: &str) -> Result<Response, WebProblem> {
    let t = Messages::of(language);
    let Ok(petition) = state.registry.find(slug).await else {
        return answer(StatusCode::NOT_FOUND, &policy(None), &NotFoundPage::new(t, &state.pages));
    };
    let (head, checkpoint) = state.log.petition_checkpoint(&petition).await?;
    answer(StatusCode::OK, &worker_policy(), &VerifyPage::new(t, &state.pages, &petition, (&head, &checkpoint)))
}

/// As for other pages, and a worker from this host, whose address one script alone may give.
fn worker_policy() -> String {
    policy(None).replace("trusted-types 'none'", "trusted-types recount; worker-src 'self'")
}

/// Everything from this host, connections to the issuer beside it. `wasm-unsafe-eval` allows WebAssembly and no other evaluation.
fn policy(issuer: Option<Base>) -> String {
    let issuer = issuer.map(|base| format!(" {base}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'{issuer}; \
         form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

fn answer(status: StatusCode, policy: &str, page: &impl Template) -> Result<Response, WebProblem> {
    let html = page.render().map_err(|error| WebProblem::internal(&error))?;
    let headers = [(header::CONTENT_SECURITY_POLICY, policy), (header::VARY, "accept-language")];
    Ok((status, Extension(Cacheable), headers, Html(html)).into_response())
}
