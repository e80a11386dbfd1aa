use std::sync::Arc;

use askama::Template;
use undersign_protocol::petition::{Language, Manifest, PetitionState};
use undersign_protocol::timestamp::Timestamp;

use super::accent::Accent;
use super::list::{Card, Counted};
use super::markdown::to_html;
use super::news::{Linked, News};
use super::settings::Advice;
use super::words::{Progress, Words, state_line};
use super::{Pages, Preselected};
use crate::petition::Petition;
use crate::petition::rules::bundle;
use crate::web::messages::Messages;

/// One petition.
#[derive(Template)]
#[template(path = "petition.html")]
pub struct PetitionPage<'a> {
    t: &'static Messages,
    pages: &'a Pages,
    path: String,
    language: &'static str,
    slug: &'a str,
    petition_id: String,
    manifest: &'a Manifest,
    words: Words<'a>,
    body: String,
    help: String,
    answers: Vec<(&'a str, String)>,
    progress: Progress,
    state: String,
    not_open: String,
    is_open: bool,
    preselect_run: bool,
    others: Vec<Other<'a>>,
    notices: Vec<News<'a>>,
    replaces: Option<Linked>,
    beside: Vec<Card<'a>>,
    mailbox_advice: Vec<Advice>,
    picture: Option<ShownPicture<'a>>,
    /// The organiser's colour.
    pub accent: Option<Accent>,
    link: String,
}

/// The organiser's picture. Its size is known before it is loaded, so that nothing moves when it is.
struct ShownPicture<'a> {
    alt: &'a str,
    width: u32,
    height: u32,
}

/// Another open petition of the run.
struct Other<'a> {
    slug: &'a str,
    title: &'a str,
    lang: &'a Language,
}

impl<'a> PetitionPage<'a> {
    /// # Arguments
    /// * `total` – of this petition
    /// * `beside` – the petitions that its end leads to
    /// * `picture` – width and height, where there is one
    pub fn new(
        t: &'static Messages,
        pages: &'a Pages,
        petition: &'a Petition,
        all: &'a [Arc<Petition>],
        (total, beside): (u64, &'a [Counted]),
        picture: Option<(u32, u32)>,
        now: Timestamp,
    ) -> Self {
        let manifest = petition.verified.manifest();
        let petition_id = petition.verified.petition_id().to_string();
        let words = Words::of(t, manifest).unwrap_or_else(|| unreachable!("a verified manifest has a language"));
        let state = petition.state(now);
        let picture = manifest.picture.as_ref().zip(picture).map(|(named, (width, height))| ShownPicture {
            alt: words.localized(&named.alt),
            width,
            height,
        });
        Self {
            t,
            pages,
            path: format!("/p/{}", manifest.slug),
            language: t.language().tag(),
            slug: manifest.slug.as_str(),
            body: to_html(&words.text.body),
            help: to_html(&words.text.help),
            answers: words.text.faq.iter().map(|item| (item.question.as_str(), to_html(&item.answer))).collect(),
            words,
            progress: Progress::new(t, total, &manifest.goals),
            state: state_line(t, petition, now),
            not_open: not_open(t, petition, state),
            is_open: state == PetitionState::Open,
            preselect_run: pages.preselected == Preselected::Run,
            others: others(t, petition, all, now),
            notices: News::of(t, petition, all, now),
            replaces: manifest.replaces.map(|replaced| Linked::of(replaced, all)),
            beside: beside.iter().filter_map(|other| Card::new(t, other, now)).collect(),
            picture,
            accent: manifest.accent.as_deref().and_then(Accent::of),
            mailbox_advice: pages.settings.mailbox_advice(t),
            link: pages.link(petition),
            petition_id,
            manifest,
        }
    }
}

fn others<'a>(t: &Messages, petition: &Petition, all: &'a [Arc<Petition>], now: Timestamp) -> Vec<Other<'a>> {
    let run = petition.position.map(bundle);
    let of_run = all.iter().filter(|other| {
        run.is_some()
            && other.position.map(bundle) == run
            && other.verified.petition_id() != petition.verified.petition_id()
            && other.state(now) == PetitionState::Open
    });
    let other = |other: &'a Arc<Petition>| {
        let manifest = other.verified.manifest();
        let words = Words::of(t, manifest)?;
        Some(Other { slug: manifest.slug.as_str(), title: &words.text.title, lang: words.lang })
    };
    of_run.filter_map(other).collect()
}

fn not_open(t: &Messages, petition: &Petition, state: PetitionState) -> String {
    match state {
        PetitionState::Announced => t.with("not-open-yet", "date", t.date(petition.verified.manifest().opens_at)),
        PetitionState::Open => String::new(),
        PetitionState::Closing => t.with("not-open-closing", "date", t.date(petition.ends_at())),
        PetitionState::Closed => t.with("not-open-closed", "date", t.date(petition.closes_at())),
    }
}
