use std::sync::Arc;

use askama::Template;
use undersign_protocol::petition::{Language, Localized, Manifest, PetitionState, Text};
use undersign_protocol::public_log::{TILE_WIDTH, TilePath};
use undersign_protocol::timestamp::Timestamp;

use super::markdown::to_html;
use super::news::{Linked, News};
use super::{Pages, Preselected};
use crate::anonymous::public_log::store::Head;
use crate::petition::Petition;
use crate::petition::rules::bundle;
use crate::web::messages::Messages;

/// Most signatures that the page recounts; the audit in the browser refuses more, too.
const MOST_IN_BROWSER: u64 = 100_000;

/// All petitions.
#[derive(Template)]
#[template(path = "list.html")]
pub struct ListPage<'a> {
    t: &'static Messages,
    assets: &'a str,
    path: &'static str,
    cards: Vec<Card<'a>>,
}

struct Card<'a> {
    slug: &'a str,
    text: Words<'a>,
    progress: Progress,
    state: String,
}

/// One petition.
#[derive(Template)]
#[template(path = "petition.html")]
pub struct PetitionPage<'a> {
    t: &'static Messages,
    assets: &'a str,
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
    has_client: bool,
    preselect_run: bool,
    others: Vec<Other<'a>>,
    notices: Vec<News<'a>>,
    replaces: Option<Linked>,
    link: String,
}

/// Taking a signature back.
#[derive(Template)]
#[template(path = "withdraw.html")]
pub struct WithdrawPage<'a> {
    t: &'static Messages,
    assets: &'a str,
    path: String,
    language: &'static str,
    slug: &'a str,
    petition_id: String,
    /// `None` where the text was taken down.
    words: Option<Words<'a>>,
    until: String,
    is_taken: bool,
    has_client: bool,
}

/// What the number means, and how anyone recounts it.
#[derive(Template)]
#[template(path = "verify.html")]
pub struct VerifyPage<'a> {
    t: &'static Messages,
    assets: &'a str,
    path: String,
    language: &'static str,
    slug: &'a str,
    petition_id: String,
    /// `None` where the text was taken down.
    words: Option<Words<'a>>,
    head: &'a Head,
    checkpoint: &'a str,
    total: String,
    signatures: String,
    withdrawals: String,
    issued: String,
    tree_size: String,
    first_bundle: TilePath,
    link: String,
    public_url: &'a str,
    is_large: bool,
    has_client: bool,
}

/// There is no such petition.
#[derive(Template)]
#[template(path = "not_found.html")]
pub struct NotFoundPage<'a> {
    t: &'static Messages,
    assets: &'a str,
    path: &'static str,
}

/// A petition's text in the reader's language, or else in the first that it has.
struct Words<'a> {
    lang: &'a Language,
    text: &'a Text,
}

/// The total and the goal that comes next. Goals step up by themselves; after the last one there is none.
struct Progress {
    total: u64,
    count: String,
    goal: Option<(u64, String)>,
}

/// Another open petition of the run.
struct Other<'a> {
    slug: &'a str,
    title: &'a str,
    lang: &'a Language,
}

impl<'a> ListPage<'a> {
    pub fn new(t: &'static Messages, pages: &'a Pages, petitions: &'a [(Arc<Petition>, u64)], now: Timestamp) -> Self {
        let shown = petitions.iter().filter(|(petition, _)| !petition.is_taken_down());
        let cards = shown.filter_map(|(petition, total)| {
            let manifest = petition.verified.manifest();
            let text = Words::of(t, manifest)?;
            let progress = Progress::new(t, *total, &manifest.goals);
            Some(Card { slug: manifest.slug.as_str(), text, progress, state: state_line(t, petition, now) })
        });
        Self { t, assets: pages.assets.prefix(), path: "/", cards: cards.collect() }
    }
}

impl<'a> NotFoundPage<'a> {
    pub fn new(t: &'static Messages, pages: &'a Pages) -> Self {
        Self { t, assets: pages.assets.prefix(), path: "/" }
    }
}

impl<'a> WithdrawPage<'a> {
    pub fn new(t: &'static Messages, pages: &'a Pages, petition: &'a Petition, now: Timestamp) -> Self {
        let manifest = petition.verified.manifest();
        let state = petition.state(now);
        Self {
            t,
            assets: pages.assets.prefix(),
            path: format!("/p/{}/withdraw", manifest.slug),
            language: t.language().tag(),
            slug: manifest.slug.as_str(),
            petition_id: petition.verified.petition_id().to_string(),
            words: Words::of(t, manifest).filter(|_| !petition.is_taken_down()),
            until: t.with("withdraw-means-until", "date", t.date(petition.ends_at())),
            is_taken: matches!(state, PetitionState::Open | PetitionState::Closing),
            has_client: pages.assets.has_client(),
        }
    }
}

impl<'a> VerifyPage<'a> {
    pub fn new(
        t: &'static Messages,
        pages: &'a Pages,
        petition: &'a Petition,
        (head, checkpoint): (&'a Head, &'a str),
    ) -> Self {
        let manifest = petition.verified.manifest();
        let petition_id = petition.verified.petition_id().to_string();
        Self {
            t,
            assets: pages.assets.prefix(),
            path: format!("/p/{}/verify", manifest.slug),
            language: t.language().tag(),
            slug: manifest.slug.as_str(),
            words: Words::of(t, manifest).filter(|_| !petition.is_taken_down()),
            checkpoint,
            total: t.number(head.tally.total()),
            signatures: t.number(head.tally.signatures),
            withdrawals: t.number(head.tally.withdrawals),
            issued: t.number(head.tally.issued),
            tree_size: t.number(head.tree_size),
            first_bundle: TilePath { level: None, index: 0, width: head.tree_size.clamp(1, TILE_WIDTH) },
            head,
            link: format!("{}/p/{}#{petition_id}", pages.public_url, manifest.slug),
            petition_id,
            public_url: &pages.public_url,
            is_large: head.tally.signatures > MOST_IN_BROWSER,
            has_client: pages.assets.has_client(),
        }
    }
}

impl<'a> PetitionPage<'a> {
    pub fn new(
        t: &'static Messages,
        pages: &'a Pages,
        petition: &'a Petition,
        all: &'a [Arc<Petition>],
        total: u64,
        now: Timestamp,
    ) -> Self {
        let manifest = petition.verified.manifest();
        let petition_id = petition.verified.petition_id().to_string();
        let words = Words::of(t, manifest).unwrap_or_else(|| unreachable!("a verified manifest has a language"));
        let state = petition.state(now);
        Self {
            t,
            assets: pages.assets.prefix(),
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
            has_client: pages.assets.has_client(),
            preselect_run: pages.preselected == Preselected::Run,
            others: others(t, petition, all, now),
            notices: News::of(t, petition, all),
            replaces: manifest.replaces.map(|replaced| Linked::of(replaced, all)),
            link: format!("{}/p/{}#{petition_id}", pages.public_url, manifest.slug),
            petition_id,
            manifest,
        }
    }

    /// A text of the manifest in the language of the page's text.
    fn localized<'b>(&self, texts: &'b Localized) -> &'b str {
        texts.get(self.words.lang).map(String::as_str).unwrap_or_default()
    }
}

impl<'a> Words<'a> {
    fn of(t: &Messages, manifest: &'a Manifest) -> Option<Self> {
        let wanted = manifest.texts.iter().find(|(lang, _)| lang.as_str() == t.language().tag());
        wanted.or_else(|| manifest.texts.first_key_value()).map(|(lang, text)| Self { lang, text })
    }
}

impl Progress {
    fn new(t: &Messages, total: u64, goals: &[u64]) -> Self {
        let goal = goals.iter().find(|goal| **goal > total).map(|goal| (*goal, t.number(*goal)));
        Self { total, count: t.number(total), goal }
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

fn state_line(t: &Messages, petition: &Petition, now: Timestamp) -> String {
    match petition.state(now) {
        PetitionState::Announced => t.with("state-announced", "date", t.date(petition.verified.manifest().opens_at)),
        PetitionState::Open => t.with("state-open", "date", t.date(petition.closes_at())),
        PetitionState::Closing | PetitionState::Closed => t.with("state-closed", "date", t.date(petition.closes_at())),
    }
}

fn not_open(t: &Messages, petition: &Petition, state: PetitionState) -> String {
    match state {
        PetitionState::Announced => t.with("not-open-yet", "date", t.date(petition.verified.manifest().opens_at)),
        PetitionState::Open => String::new(),
        PetitionState::Closing => t.with("not-open-closing", "date", t.date(petition.ends_at())),
        PetitionState::Closed => t.with("not-open-closed", "date", t.date(petition.closes_at())),
    }
}
