use askama::Template;
use undersign_protocol::petition::Language;
use undersign_qr::Drawing;

use super::chart::Chart;
use super::document::Report;
use super::section::{Section, command, copy_command, title};

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
    copy_command: Option<String>,
}

/// The report as HTML: a section for each language of the petition, each on pages of its own.
pub fn page(report: &Report) -> Result<String, askama::Error> {
    let manifest = report.verdict().petition().manifest();
    let sections: Vec<_> = manifest.texts.iter().map(|(lang, text)| Section::new(report, lang, text)).collect();
    let language = manifest.texts.keys().next().map(Language::as_str).unwrap_or_default();
    let title = title(report);
    let page = Page {
        report,
        sections,
        language,
        title,
        chart: Chart::new(report.growth.batches()),
        code: Drawing::of(&report.verify),
        command: command(report),
        copy_command: copy_command(report),
    };
    page.render()
}
