use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::{Document, SerializeSettings};

use crate::block::Block;
use crate::draw::{draw, foot};
use crate::flow::{Placed, pages};
use crate::fonts::Fonts;
use crate::set::Frame;
use crate::style::{Direction, HEIGHT, PAGE, WIDTH};

/// What is printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Paper {
    /// What a window names it.
    pub title: String,
    /// Who wrote it; may be empty.
    pub author: String,
    /// Year, month and day.
    pub day: (u16, u8, u8),
    /// Each begins on a page of its own.
    pub sections: Vec<Section>,
}

/// A part in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its tag, as BCP 47 has it.
    pub language: String,
    /// In which direction it is written.
    pub direction: Direction,
    /// How the list of contents names it.
    pub name: String,
    /// At the foot of each of its pages, before their number.
    pub footer: String,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// A paper as PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The file: PDF/A-2b (ISO 19005-2), unless letters are missing.
    pub bytes: Vec<u8>,
    /// Letters that no font has. An empty box stands in their place.
    pub without_letters: Vec<char>,
}

/// It cannot be printed. No text that is known leads to it.
#[derive(Debug, thiserror::Error)]
#[error("the PDF cannot be made: {0}")]
pub struct PrintError(String);

impl Paper {
    /// Makes the PDF.
    ///
    /// # Errors
    /// The file would break a rule of its format.
    pub fn print(&self) -> Result<Printed, PrintError> {
        let mut fonts = Fonts::new();
        let sections: Vec<_> = self.sections.iter().map(|section| section.pages(&mut fonts)).collect();
        let count: usize = sections.iter().map(Vec::len).sum();
        let numbered = |page: usize| format!("{page} / {count}");
        let feet: Vec<Vec<Vec<_>>> = {
            let mut page = 0;
            let mut foot_of = |section: &Section| {
                page += 1;
                foot(&mut fonts, section, &numbered(page))
            };
            let sections = self.sections.iter().zip(&sections);
            sections.map(|(section, pages)| pages.iter().map(|_| foot_of(section)).collect()).collect()
        };
        let mut document = Document::new_with(settings(fonts.without.is_empty())?);
        let (mut outline, mut index) = (Outline::new(), 0);
        for ((section, pages), feet) in self.sections.iter().zip(sections).zip(feet) {
            let begin = krilla::destination::XyzDestination::new(index, krilla::geom::Point::from_xy(0.0, 0.0));
            outline.push_child(OutlineNode::new(section.name.clone(), begin));
            for (placed, foot) in pages.into_iter().zip(feet) {
                let size = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| PrintError("no page".to_owned()))?;
                draw(document.start_page_with(size), placed, foot);
                index += 1;
            }
        }
        if self.sections.len() > 1 {
            document.set_outline(outline);
        }
        document.set_metadata(self.metadata());
        let bytes = document.finish().map_err(|error| PrintError(format!("{error:?}")))?;
        Ok(Printed { bytes, without_letters: fonts.without.into_iter().collect() })
    }

    /// No other time than the day, and nothing of the machine.
    fn metadata(&self) -> Metadata {
        let (year, month, day) = self.day;
        let date = DateTime::new(year).month(month).day(day).hour(0).minute(0).second(0).utc_offset_hour(0);
        let language = self.sections.first().map(|section| section.language.clone()).unwrap_or_default();
        let metadata = Metadata::new().title(self.title.clone()).language(language).producer("undersign".to_owned());
        metadata.authors(vec![self.author.clone()]).creation_date(date.utc_offset_minute(0))
    }
}

impl Section {
    fn pages(&self, fonts: &mut Fonts) -> Vec<Vec<Placed>> {
        let frame = Frame { left: 0.0, width: WIDTH, direction: self.direction };
        pages(self.blocks.iter().flat_map(|block| fonts.set(block, frame)).collect(), HEIGHT)
    }
}

fn settings(is_whole: bool) -> Result<SerializeSettings, PrintError> {
    let mut settings = SerializeSettings::default();
    if is_whole {
        let archival = ConfigurationBuilder::new().with_archival_validator(Archival::A2_B).finish();
        settings.configuration = archival.map_err(|error| PrintError(format!("{error:?}")))?;
    }
    Ok(settings)
}
