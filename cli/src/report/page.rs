use askama::Template;
use undersign_protocol::petition::{Language, Localized, Manifest, NoticeContent, NoticeSigner, Text};
use undersign_protocol::tally::Tally;
use undersign_qr::Drawing;

use super::chart::Chart;
use super::document::{Report, is_of_delivery};
use super::words::Words;
use crate::audit::Witnesses;
use crate::text::{day, plain};

/// The whole document. What others wrote stands in it as text, escaped by the template; no Markdown is rendered.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    sections: Vec<Section<'a>>,
    language: &'a str,
    title: String,
    chart: Chart,
    code: Option<Drawing>,
    command: String,
}

/// The report in one language.
struct Section<'a> {
    w: &'static Words,
    language: &'a Language,
    text: &'a Text,
    manifest: &'a Manifest,
    tally: &'a Tally,
    notices: Vec<Line>,
    /// What was collected elsewhere: number, day, source.
    earlier: Option<(String, String, String)>,
    open: [String; 2],
    made_on: String,
    witnesses: String,
    is_closed: bool,
    is_taken_down: bool,
}

/// A delivery or an answer.
struct Line {
    date: String,
    kind: String,
    title: String,
}

/// The report as HTML: a section for each language of the petition, each on pages of its own.
pub fn page(report: &Report) -> Result<String, askama::Error> {
    let manifest = report.verdict().petition().manifest();
    let sections: Vec<_> = manifest.texts.iter().map(|(lang, text)| Section::new(report, lang, text)).collect();
    let language = manifest.texts.keys().next().map(Language::as_str).unwrap_or_default();
    let title = if report.verdict().notices().taken_down {
        manifest.slug.to_string()
    } else {
        manifest.texts.values().next().map(|text| plain(&text.title)).unwrap_or_default()
    };
    let page = Page {
        report,
        sections,
        language,
        title,
        chart: Chart::new(report.growth.batches()),
        code: Drawing::of(&report.verify),
        command: format!("undersign audit '{}'", report.link),
    };
    page.render()
}

impl<'a> Section<'a> {
    fn new(report: &'a Report, language: &'a Language, text: &'a Text) -> Self {
        let verdict = report.verdict();
        let w = Words::of(language);
        let notices = report.growth.notices().iter().map(|placed| &placed.notice);
        let lines = notices.filter(|notice| is_of_delivery(&notice.content)).map(|notice| {
            let kind = match notice.content {
                NoticeContent::Delivery { .. } => w.delivery,
                NoticeContent::Answer {} => w.answer,
                _ => w.correction,
            };
            let operator = if notice.signer == NoticeSigner::Operator { Some(w.by_operator) } else { None };
            let kind = [Some(kind), operator].into_iter().flatten().collect::<Vec<_>>().join(", ");
            let title = notice.texts.get(language).map(|text| plain(&text.title)).unwrap_or_default();
            Line { date: day(&notice.published_at), kind, title }
        });
        let witnesses = match &report.audited.witnesses {
            Witnesses::NoPolicy => w.no_witnesses.to_owned(),
            Witnesses::Cosigned { by, of } => format!("{} ({}/{of})", by.join(", "), by.len()),
        };
        Self {
            w,
            language,
            text,
            manifest: verdict.petition().manifest(),
            tally: verdict.tally(),
            notices: lines.collect(),
            earlier: verdict.notices().earlier_total.as_ref().map(|earlier| {
                let source = earlier.source.get(language).map(|source| plain(source)).unwrap_or_default();
                (w.number(earlier.count), day(&earlier.counted_on), source)
            }),
            open: [&verdict.petition().manifest().opens_at, &verdict.notices().closes_at].map(day),
            made_on: day(&report.made_at),
            witnesses,
            is_closed: verdict.closed().is_some(),
            is_taken_down: verdict.notices().taken_down,
        }
    }

    fn localized(&self, names: &Localized) -> String {
        names.get(self.language).map(|name| plain(name)).unwrap_or_default()
    }
}
