use undersign_client_lib::facts::Overdue;
use undersign_protocol::petition::{Language, Localized, Manifest, NoticeContent, NoticeSigner, Text};
use undersign_protocol::tally::Tally;

use super::document::{Report, is_of_delivery};
use super::words::Words;
use crate::audit::Witnesses;
use crate::text::{day, plain};

/// The report in one language; what others wrote is without what turns the direction of writing around.
pub struct Section<'a> {
    pub w: &'static Words,
    pub language: &'a Language,
    pub text: &'a Text,
    pub manifest: &'a Manifest,
    pub tally: &'a Tally,
    pub notices: Vec<Line>,
    pub earlier: Option<Earlier>,
    pub open: [String; 2],
    pub made_on: String,
    pub witnesses: String,
    pub is_closed: bool,
    pub is_taken_down: bool,
}

/// A delivery, an answer, or an answer that is overdue.
pub struct Line {
    pub date: String,
    pub kind: String,
    pub title: String,
}

/// What was collected before, elsewhere, by the organiser's word.
pub struct Earlier {
    pub count: String,
    pub day: String,
    pub source: String,
}

impl<'a> Section<'a> {
    /// What a report says in a language.
    pub fn new(report: &'a Report, language: &'a Language, text: &'a Text) -> Self {
        let verdict = report.verdict();
        let w = Words::of(language);
        let manifest = verdict.petition().manifest();
        let notices = report.growth.notices().iter().map(|placed| &placed.notice).enumerate();
        let lines = notices.filter(|(_, notice)| is_of_delivery(&notice.content)).flat_map(|(index, notice)| {
            let kind = match notice.content {
                NoticeContent::Delivery { .. } => w.delivery,
                NoticeContent::Answer {} => w.answer,
                _ => w.correction,
            };
            let operator = if notice.signer == NoticeSigner::Operator { Some(w.by_operator) } else { None };
            let kind = [Some(kind), operator].into_iter().flatten().collect::<Vec<_>>().join(", ");
            let title = notice.texts.get(language).map(|text| plain(&text.title)).unwrap_or_default();
            let of_this = report.overdue.iter().filter(|late| late.delivery == index);
            let late: Vec<_> = of_this.flat_map(|late| overdue(late, w, manifest, language)).collect();
            [Line { date: day(&notice.published_at), kind, title }].into_iter().chain(late)
        });
        let witnesses = match &report.audited.witnesses {
            Witnesses::NoPolicy => w.no_witnesses.to_owned(),
            Witnesses::Cosigned { by, of } => format!("{} ({}/{of})", by.join(", "), by.len()),
        };
        Self {
            w,
            language,
            text,
            manifest,
            tally: verdict.tally(),
            notices: lines.collect(),
            earlier: verdict.notices().earlier_total.as_ref().map(|earlier| Earlier {
                count: w.number(earlier.count),
                day: day(&earlier.counted_on),
                source: earlier.source.get(language).map(|source| plain(source)).unwrap_or_default(),
            }),
            open: [&verdict.petition().manifest().opens_at, &verdict.notices().closes_at].map(|at| w.day(&day(at))),
            made_on: day(&report.made_at),
            witnesses,
            is_closed: verdict.closed().is_some(),
            is_taken_down: verdict.notices().taken_down,
        }
    }

    /// A name in its language.
    pub fn localized(&self, names: &Localized) -> String {
        names.get(self.language).map(|name| plain(name)).unwrap_or_default()
    }
}

/// What names the whole report.
pub fn title(report: &Report) -> String {
    let manifest = report.verdict().petition().manifest();
    if report.verdict().notices().taken_down {
        manifest.slug.to_string()
    } else {
        manifest.texts.values().next().map(|text| plain(&text.title)).unwrap_or_default()
    }
}

/// What counts again at the server.
pub fn command(report: &Report) -> String {
    format!("undersign audit '{}'", report.link)
}

/// What counts the copy again.
pub fn copy_command(report: &Report) -> Option<String> {
    let id = report.verdict().petition().petition_id();
    report.copy.as_ref().map(|copy| format!("undersign audit '{copy}' --pin {id}"))
}

/// A line for each addressee who owes an answer.
fn overdue<'a>(
    late: &'a Overdue,
    w: &'static Words,
    manifest: &'a Manifest,
    language: &'a Language,
) -> impl Iterator<Item = Line> + 'a {
    let date = late.answer_until.to_string();
    let [before, behind] = w.was_due;
    let addressees = late.addressees.iter().filter_map(|place| manifest.addressees.get(place.checked_sub(1)?));
    addressees.map(move |addressee| {
        let name = addressee.name.get(language).map(|name| plain(name)).unwrap_or_default();
        Line {
            date: date.clone(),
            kind: w.overdue.to_owned(),
            title: format!("{name}: {before}{}{behind}", w.day(&date)),
        }
    })
}
