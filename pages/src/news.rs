use std::sync::Arc;

use askama::Template;
use undersign_protocol::petition::{Language, NoticeContent, NoticeSigner, PetitionId};

use crate::Pages;
use crate::frame::PetitionFrame;
use crate::markdown::to_html;
use crate::messages::Messages;
use crate::published::Petition;

/// A petition whose text is not shown any more. Its notices say why; log and total stay.
#[derive(Template)]
#[template(path = "taken_down.html")]
pub struct TakenDownPage<'a> {
    pub(crate) frame: PetitionFrame<'a>,
    total: u64,
    count: String,
    notices: Vec<News<'a>>,
}

/// A notice as the page shows it.
pub struct News<'a> {
    /// The day, for people.
    pub date: String,
    /// The moment, for machines.
    pub at: String,
    /// What it is, and who says it.
    pub kind: String,
    /// Language of title and text.
    pub lang: &'a Language,
    /// One line.
    pub title: &'a str,
    /// HTML.
    pub body: String,
    /// Another petition that it leads to.
    pub other: Option<Linked>,
    /// The notice's own id.
    pub id: String,
}

/// Another petition: by its short name where it is here, else by its id.
pub struct Linked {
    /// Short name.
    pub slug: Option<String>,
    /// The id.
    pub petition_id: String,
}

impl<'a> TakenDownPage<'a> {
    /// With its last total.
    pub fn new(
        t: &'static Messages,
        pages: &'a Pages,
        petition: &'a Petition,
        all: &[Arc<Petition>],
        total: u64,
    ) -> Self {
        Self {
            frame: PetitionFrame::new(t, pages, petition, ""),
            total,
            count: t.number(total),
            notices: News::of(t, petition, all),
        }
    }
}

impl<'a> News<'a> {
    /// All notices of a petition, newest first, in the reader's language or else in the petition's first.
    pub fn of(t: &Messages, petition: &'a Petition, all: &[Arc<Petition>]) -> Vec<Self> {
        Self::of_those(t, petition, all, |_| true)
    }

    /// The same for other programs. A number that nobody can verify is not spread beyond the page that says so.
    pub fn for_feed(t: &Messages, petition: &'a Petition, all: &[Arc<Petition>]) -> Vec<Self> {
        Self::of_those(t, petition, all, |content| !matches!(content, NoticeContent::EarlierTotal(_)))
    }

    fn of_those(
        t: &Messages,
        petition: &'a Petition,
        all: &[Arc<Petition>],
        is_told: impl Fn(&NoticeContent) -> bool,
    ) -> Vec<Self> {
        let told = petition.notices.iter().filter(|published| is_told(&published.verified.notice().content));
        let news = told.filter_map(|published| {
            let notice = published.verified.notice();
            let wanted = notice.texts.iter().find(|(lang, _)| lang.as_str() == t.language().tag());
            let (lang, text) = wanted.or_else(|| notice.texts.first_key_value())?;
            let signer = match notice.signer {
                NoticeSigner::Organiser if notice.recovery_key.is_some() => t.get("notice-by-recovery"),
                NoticeSigner::Organiser => t.get("notice-by-organiser"),
                NoticeSigner::Operator => t.get("notice-by-operator"),
            };
            let other = match notice.content {
                NoticeContent::Correction { replaced_by } => Some(Linked::of(replaced_by, all)),
                _ => None,
            };
            Some(Self {
                date: t.date(notice.published_at),
                at: notice.published_at.to_string(),
                kind: format!("{}, {signer}", kind(t, &notice.content)),
                lang,
                title: &text.title,
                body: to_html(&text.body),
                other,
                id: published.verified.id().to_string(),
            })
        });
        news.collect()
    }
}

impl Linked {
    /// Looks a petition up among those that are here.
    pub fn of(petition_id: PetitionId, all: &[Arc<Petition>]) -> Self {
        let here = all.iter().find(|other| other.verified.petition_id() == petition_id);
        let slug = here.map(|other| other.verified.manifest().slug.to_string());
        Self { slug, petition_id: petition_id.to_string() }
    }
}

fn kind(t: &Messages, content: &NoticeContent) -> String {
    match content {
        NoticeContent::Update {} => t.get("notice-update"),
        NoticeContent::Close { closes_at } => t.with("notice-close", "date", t.date(*closes_at)),
        NoticeContent::TakeDown {} => t.get("notice-take-down"),
        NoticeContent::Correction { .. } => t.get("notice-correction"),
        NoticeContent::Delivery { tree_size } => t.with("notice-delivery", "size", t.number(*tree_size)),
        NoticeContent::Answer {} => t.get("notice-answer"),
        NoticeContent::EarlierTotal(earlier) => t.counted("notice-earlier-total", earlier.count),
    }
}
