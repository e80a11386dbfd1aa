use std::sync::Arc;

use askama::Template;
use undersign_protocol::petition::{Language, Manifest, NoticeContent, PetitionState, Redemption, Tags};
use undersign_protocol::timestamp::Timestamp;

use crate::accent::Accent;
use crate::frame::PetitionFrame;
use crate::list::{Card, Counted};
use crate::markdown::to_html;
use crate::messages::Messages;
use crate::news::{Linked, News};
use crate::published::Petition;
use crate::settings::Advice;
use crate::words::{Progress, Words, state_line};
use crate::{Pages, Preselected};

/// Pixels of the picture that messengers show beside a link, as Open Graph wants them.
pub const PREVIEW_WIDTH: u32 = 1_200;
/// Pixels.
pub const PREVIEW_HEIGHT: u32 = 630;

/// One petition.
#[derive(Template)]
#[template(path = "petition.html")]
pub struct PetitionPage<'a> {
    pub(crate) frame: PetitionFrame<'a>,
    manifest: &'a Manifest,
    words: Words<'a>,
    body: String,
    help: String,
    answers: Vec<(&'a str, String)>,
    progress: Progress,
    earlier: Option<Earlier<'a>>,
    state: String,
    not_open: String,
    is_open: bool,
    /// Whether the rule lets people hand in at once, and so choose.
    is_immediate: bool,
    has_evaluator: bool,
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

/// What the organiser says was collected before, elsewhere. It stands beside the count and is part of no number of this site.
struct Earlier<'a> {
    count: String,
    unverified: String,
    source: &'a str,
}

/// Another open petition of the run.
struct Other<'a> {
    slug: &'a str,
    title: &'a str,
    lang: &'a Language,
}

impl<'a> PetitionPage<'a> {
    /// As it is read at this moment.
    ///
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
        let frame = PetitionFrame::new(t, pages, petition, "");
        let words = Words::of(t, manifest).unwrap_or_else(|| unreachable!("a verified manifest has a language"));
        let state = petition.state(now);
        let is_paused = state == PetitionState::Open && pages.announced.now(t.language()).is_paused;
        let picture = manifest.picture.as_ref().zip(picture).map(|(named, (width, height))| ShownPicture {
            alt: words.localized(&named.alt),
            width,
            height,
        });
        Self {
            body: to_html(&words.text.body),
            help: to_html(&words.text.help),
            answers: words.text.faq.iter().map(|item| (item.question.as_str(), to_html(&item.answer))).collect(),
            earlier: earlier(t, petition, words.lang),
            words,
            progress: Progress::new(t, total, &manifest.goals),
            state: state_line(t, petition, now),
            not_open: if is_paused { t.get("message-read-only") } else { not_open(t, petition, state) },
            is_open: state == PetitionState::Open && !is_paused,
            is_immediate: matches!(manifest.redemption, Redemption::Immediate {}),
            has_evaluator: manifest.issuer.tags == Tags::Evaluator,
            preselect_run: pages.preselected == Preselected::Run,
            others: others(t, petition, all, now),
            notices: News::of(t, petition, all, now),
            replaces: manifest.replaces.map(|replaced| Linked::of(replaced, all)),
            beside: beside.iter().filter_map(|other| Card::new(t, other, now)).collect(),
            picture,
            accent: manifest.accent.as_deref().and_then(Accent::of),
            mailbox_advice: pages.settings.mailbox_advice(t),
            link: frame.link(),
            frame,
            manifest,
        }
    }

    /// What a signing asks for together, this petition and the others of the run.
    fn bundle_sentence(&self) -> String {
        self.t.counted("bundle-sentence", self.others.len() as u64 + 1)
    }
}

/// The last one in the log takes the place of those before.
fn earlier<'a>(t: &Messages, petition: &'a Petition, language: &Language) -> Option<Earlier<'a>> {
    let said = petition.notices.iter().filter_map(|notice| match &notice.verified.notice().content {
        NoticeContent::EarlierTotal(earlier) => Some((notice.leaf_index, earlier)),
        _ => None,
    });
    let (_, earlier) = said.max_by_key(|(leaf_index, _)| *leaf_index)?;
    Some(Earlier {
        count: t.counted("earlier-total", earlier.count),
        unverified: t.with("earlier-unverified", "date", t.date(earlier.counted_on)),
        source: earlier.source.get(language).map(String::as_str).unwrap_or_default(),
    })
}

fn others<'a>(t: &Messages, petition: &Petition, all: &'a [Arc<Petition>], now: Timestamp) -> Vec<Other<'a>> {
    let run = petition.bundle();
    let of_run = all.iter().filter(|other| {
        run.is_some()
            && other.bundle() == run
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
