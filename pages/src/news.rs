use std::sync::Arc;

use askama::Template;
use undersign_client_lib::facts::{Overdue as Late, overdue};
use undersign_protocol::petition::{Language, NoticeContent, NoticeSigner, PetitionId};
use undersign_protocol::timestamp::Timestamp;

use crate::Pages;
use crate::frame::PetitionFrame;
use crate::markdown::to_html;
use crate::messages::Messages;
use crate::published::{Petition, PublishedNotice};

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
    /// Answers to it that are overdue.
    pub overdue: Vec<Overdue<'a>>,
    /// Another petition that it leads to.
    pub other: Option<Linked>,
    /// The notice's own id.
    pub id: String,
}

/// An answer that is overdue.
pub struct Overdue<'a> {
    /// Who owes it, in the notice's language.
    pub addressee: &'a str,
    /// Until when it was due, and that there is none.
    pub sentence: String,
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
        now: Timestamp,
    ) -> Self {
        Self {
            frame: PetitionFrame::new(t, pages, petition, ""),
            total,
            count: t.number(total),
            notices: News::of(t, petition, all, now),
        }
    }
}

impl<'a> News<'a> {
    /// All notices of a petition, newest first, in the reader's language or else in the petition's first.
    pub fn of(t: &Messages, petition: &'a Petition, all: &[Arc<Petition>], now: Timestamp) -> Vec<Self> {
        Self::of_those(t, petition, all, now, |_| true)
    }

    /// The same for other programs. A number that nobody can verify is not spread beyond the page that says so.
    pub fn for_feed(t: &Messages, petition: &'a Petition, all: &[Arc<Petition>], now: Timestamp) -> Vec<Self> {
        Self::of_those(t, petition, all, now, |content| !matches!(content, NoticeContent::EarlierTotal(_)))
    }

    fn of_those(
        t: &Messages,
        petition: &'a Petition,
        all: &[Arc<Petition>],
        now: Timestamp,
        is_told: impl Fn(&NoticeContent) -> bool,
    ) -> Vec<Self> {
        let late = late(petition, now);
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
                overdue: Overdue::of(t, petition, published, lang, &late),
                other,
                id: published.verified.id().to_string(),
            })
        });
        news.collect()
    }
}

impl<'a> Overdue<'a> {
    fn of(
        t: &Messages,
        petition: &'a Petition,
        delivery: &PublishedNotice,
        lang: &Language,
        late: &[(Option<u64>, Late)],
    ) -> Vec<Self> {
        let of_this = late.iter().filter(|(leaf_index, _)| *leaf_index == delivery.leaf_index);
        let addressees = &petition.verified.manifest().addressees;
        let lines = of_this.flat_map(|(_, late)| {
            let sentence = t.with("answer-overdue", "date", t.date(late.answer_until.begins_at()));
            let named =
                late.addressees.iter().filter_map(|place| addressees.get(place.checked_sub(1)?)?.name.get(lang));
            named.map(move |addressee| Self { addressee, sentence: sentence.clone() })
        });
        lines.collect()
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

/// What is overdue, each with the place of its delivery in the log.
fn late(petition: &Petition, now: Timestamp) -> Vec<(Option<u64>, Late)> {
    let mut in_log: Vec<&PublishedNotice> = petition.notices.iter().collect();
    in_log.sort_by_key(|published| published.leaf_index);
    let notices = in_log.iter().map(|published| published.verified.notice());
    let late = overdue(petition.verified.manifest(), notices, now).into_iter();
    late.filter_map(|late| Some((in_log.get(late.delivery)?.leaf_index, late))).collect()
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
