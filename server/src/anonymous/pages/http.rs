use std::convert::Infallible;
use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{AppendHeaders, Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use undersign_client_lib::endpoints::Base;
use undersign_pages::about::AboutPage;
use undersign_pages::accent::Accent;
use undersign_pages::feed::Feed;
use undersign_pages::list::{Counted, ListPage, OrganiserPage, beside};
use undersign_pages::news::TakenDownPage;
use undersign_pages::petition::PetitionPage;
use undersign_pages::plain::{NotFoundPage, SafetyPage};
use undersign_pages::share::SharePage;
use undersign_pages::verify::{LogHead, VerifyPage};
use undersign_pages::withdraw::WithdrawPage;
use undersign_pages::{InterfaceLanguage, Messages};

use super::{badge, forget, preview};
use crate::anonymous::AnonymousState;
use crate::petition::{Petition, PetitionError};
use crate::web::cached::Cacheable;
use crate::web::extract::PathPart;
use crate::web::language::interface_language;
use crate::web::problem::WebProblem;

/// A page, or what went wrong.
pub type Answer = Result<Response, WebProblem>;

/// Every page, in the reader's language, and the same behind `/{lang}` in that one; and the number for other sites.
pub fn router() -> Router<AnonymousState> {
    let prefixes = InterfaceLanguage::ALL.map(|language| format!("/{}", language.tag()));
    let router = Router::new().route("/v1/petitions/{petition}/count", get(badge::count)).route("/", get(list));
    prefixes.iter().map(String::as_str).chain([""]).fold(router, |router, prefix| {
        let router = if prefix.is_empty() {
            router
        } else {
            router.route(prefix, get(list)).route(&format!("{prefix}/"), get(list))
        };
        router
            .route(&format!("{prefix}/about"), get(about))
            .route(&format!("{prefix}/safety"), get(safety))
            .route(&format!("{prefix}/forget"), get(forget::ask).post(forget::wipe))
            .route(&format!("{prefix}/o/{{organiser}}"), get(organiser))
            .route(&format!("{prefix}/p/{{slug}}"), get(petition))
            .route(&format!("{prefix}/p/{{slug}}/badge.svg"), get(badge::badge))
            .route(&format!("{prefix}/p/{{slug}}/news.atom"), get(news))
            .route(&format!("{prefix}/p/{{slug}}/preview.png"), get(preview::preview))
            .route(&format!("{prefix}/p/{{slug}}/share"), get(share))
            .route(&format!("{prefix}/p/{{slug}}/verify"), get(verify))
            .route(&format!("{prefix}/p/{{slug}}/withdraw"), get(withdraw))
    })
}

/// Who reads what.
pub struct Reader {
    /// The words: in the path's language, or else in the first of the browser's that we have.
    pub t: &'static Messages,
    path: String,
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let path = parts.uri.path().to_owned();
        let first = path.split('/').nth(1).unwrap_or_default();
        let named = InterfaceLanguage::ALL.into_iter().find(|language| language.tag() == first);
        let language = named.unwrap_or_else(|| interface_language(&parts.headers));
        Ok(Self { t: Messages::of(language), path })
    }
}

async fn list(State(state): State<AnonymousState>, reader: Reader) -> Answer {
    let now = state.clock.now();
    let all = state.registry.all(now).await.map_err(PetitionError::from)?;
    let petitions = counted(&state, &all).await?;
    answer(&state, &reader, StatusCode::OK, &policy([]), &ListPage::new(reader.t, &state.pages, &petitions, now))
}

async fn safety(State(state): State<AnonymousState>, reader: Reader) -> Answer {
    answer(&state, &reader, StatusCode::OK, &policy([]), &SafetyPage::new(reader.t, &state.pages))
}

async fn about(State(state): State<AnonymousState>, reader: Reader) -> Answer {
    match AboutPage::new(reader.t, &state.pages) {
        Some(page) => answer(&state, &reader, StatusCode::OK, &policy([]), &page),
        None => not_found(&state, &reader),
    }
}

async fn organiser(
    State(state): State<AnonymousState>,
    reader: Reader,
    PathPart(organiser): PathPart<String>,
) -> Answer {
    let now = state.clock.now();
    let all = state.registry.all(now).await.map_err(PetitionError::from)?;
    let is_theirs =
        |petition: &&Arc<Petition>| petition.verified.manifest().organiser.public_key.to_string() == organiser;
    let theirs: Vec<_> = all.iter().filter(is_theirs).cloned().collect();
    let petitions = counted(&state, &theirs).await?;
    match OrganiserPage::new(reader.t, &state.pages, &organiser, &petitions, now) {
        Some(page) => answer(&state, &reader, StatusCode::OK, &policy([]), &page),
        None => not_found(&state, &reader),
    }
}

async fn petition(State(state): State<AnonymousState>, reader: Reader, PathPart(slug): PathPart<String>) -> Answer {
    let now = state.clock.now();
    let Ok(petition) = state.registry.find(&slug).await else { return not_found(&state, &reader) };
    let total = state.log.petition_total(&petition).await?;
    let all = state.registry.all(now).await.map_err(PetitionError::from)?;
    if petition.is_taken_down() {
        let page = TakenDownPage::new(reader.t, &state.pages, &petition, &all, total, now);
        return answer(&state, &reader, StatusCode::OK, &policy([]), &page);
    }
    let beside = counted(&state, &beside(&petition, &all, now)).await?;
    let manifest = petition.verified.manifest();
    let picture = match manifest.picture {
        Some(_) => state.picture_size(&petition.verified.petition_id()).await?,
        None => None,
    };
    let page = PetitionPage::new(reader.t, &state.pages, &petition, &all, (total, &beside), picture, now);
    // As clients find it: by its name in the manifest, unless that is the origin's own.
    let issuer = (manifest.issuer.name != manifest.origin.host).then(|| Base::of_host(&manifest.issuer.name));
    let others = issuer.and_then(Result::ok).into_iter().chain(relays(&state));
    let policy = with_worker(with_accent(policy(others), page.accent.as_ref()), "work");
    answer(&state, &reader, StatusCode::OK, &policy, &page)
}

async fn news(State(state): State<AnonymousState>, reader: Reader, PathPart(slug): PathPart<String>) -> Answer {
    let now = state.clock.now();
    let petition = state.registry.find(&slug).await?;
    let all = state.registry.all(now).await.map_err(PetitionError::from)?;
    let feed = Feed::new(reader.t, &state.pages, &petition, &all, now)
        .render()
        .map_err(|error| WebProblem::internal(&error))?;
    let headers = [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8"), (header::VARY, "accept-language")];
    Ok((Extension(Cacheable), headers, feed).into_response())
}

async fn share(State(state): State<AnonymousState>, reader: Reader, PathPart(slug): PathPart<String>) -> Answer {
    let petition = state.registry.find(&slug).await.ok();
    match petition.as_ref().and_then(|petition| SharePage::new(reader.t, &state.pages, petition)) {
        Some(page) => {
            let policy = with_accent(policy([]), page.accent.as_ref());
            answer(&state, &reader, StatusCode::OK, &policy, &page)
        }
        None => not_found(&state, &reader),
    }
}

async fn withdraw(State(state): State<AnonymousState>, reader: Reader, PathPart(slug): PathPart<String>) -> Answer {
    let Ok(petition) = state.registry.find(&slug).await else { return not_found(&state, &reader) };
    // This side alone is asked, if not through a relay: the issuer has nothing to do with it.
    answer(
        &state,
        &reader,
        StatusCode::OK,
        &policy(relays(&state)),
        &WithdrawPage::new(reader.t, &state.pages, &petition, state.clock.now()),
    )
}

async fn verify(State(state): State<AnonymousState>, reader: Reader, PathPart(slug): PathPart<String>) -> Answer {
    let Ok(petition) = state.registry.find(&slug).await else { return not_found(&state, &reader) };
    let (head, checkpoint) = state.log.petition_checkpoint(&petition).await?;
    let head = LogHead { tree_size: head.tree_size, root: head.root, tally: head.tally, checkpoint: &checkpoint };
    let page = VerifyPage::new(reader.t, &state.pages, &petition, head);
    answer(&state, &reader, StatusCode::OK, &with_worker(policy(None), "recount"), &page)
}

fn not_found(state: &AnonymousState, reader: &Reader) -> Answer {
    answer(state, reader, StatusCode::NOT_FOUND, &policy([]), &NotFoundPage::new(reader.t, &state.pages))
}

/// Petitions with their totals, in the same order.
async fn counted(state: &AnonymousState, petitions: &[Arc<Petition>]) -> Result<Vec<Counted>, WebProblem> {
    let mut counted = Vec::new();
    for petition in petitions {
        counted.push((Arc::clone(petition), state.log.petition_total(petition).await?));
    }
    Ok(counted)
}

/// As for other pages, and a worker from this host, whose address one script alone may give.
fn with_worker(policy: String, name: &str) -> String {
    policy.replace("trusted-types 'none'", &format!("trusted-types {name}; worker-src 'self'"))
}

/// Where relays are.
fn relays(state: &AnonymousState) -> impl Iterator<Item = Base> {
    state.relays.iter().map(|relay| relay.base().clone())
}

/// Everything from this host, connections to others beside it. `wasm-unsafe-eval` allows WebAssembly and no other evaluation.
///
/// # Arguments
/// * `others` – the issuer and relays, where the page speaks with them
pub fn policy(others: impl IntoIterator<Item = Base>) -> String {
    let others: String = others.into_iter().map(|base| format!(" {base}")).collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'{others}; \
         form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

/// The one style that stands in a page is allowed by its hash.
fn with_accent(policy: String, accent: Option<&Accent>) -> String {
    match accent {
        Some(accent) => policy.replace("style-src 'self'", &format!("style-src 'self' {}", accent.source)),
        None => policy,
    }
}

/// A page with its policy; with the way to the same page as an onion service, where there is one.
pub fn answer(
    state: &AnonymousState,
    reader: &Reader,
    status: StatusCode,
    policy: &str,
    page: &impl Template,
) -> Answer {
    let html = page.render().map_err(|error| WebProblem::internal(&error))?;
    let headers = [(header::CONTENT_SECURITY_POLICY, policy), (header::VARY, "accept-language")];
    let onion = state.pages.settings.onion_location(&reader.path);
    let onion = AppendHeaders(onion.map(|location| (HeaderName::from_static("onion-location"), location)));
    Ok((status, Extension(Cacheable), headers, onion, Html(html)).into_response())
}
