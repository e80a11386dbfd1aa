use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use parley::fontique::{Blob, Collection, CollectionOptions};
use parley::style::{FontFamily, FontFamilyName, FontWeight, LineHeight, StyleProperty};
use parley::{
    Alignment, AlignmentOptions, BaseDirection, FontContext, Layout, LayoutContext, Line, OverflowWrap, Run as LaidRun,
};

use crate::piece::Run;
use crate::style::{BOLD, Direction, REGULAR, Style};

/// What `fonts/README.md` says they are.
const FILES: [&[u8]; 7] = [
    include_bytes!("../fonts/serif.ttf"),
    include_bytes!("../fonts/serif-bold.ttf"),
    include_bytes!("../fonts/arabic.ttf"),
    include_bytes!("../fonts/arabic-bold.ttf"),
    include_bytes!("../fonts/armenian.ttf"),
    include_bytes!("../fonts/georgian.ttf"),
    include_bytes!("../fonts/mono.ttf"),
];
const WORDS: [&str; 4] = ["Noto Serif", "Noto Naskh Arabic", "Noto Serif Armenian", "Noto Serif Georgian"];
const VERBATIM: [&str; 5] =
    ["Noto Sans Mono", "Noto Serif", "Noto Naskh Arabic", "Noto Serif Armenian", "Noto Serif Georgian"];

/// Sets text in lines.
pub struct Fonts {
    fonts: FontContext,
    layouts: LayoutContext<()>,
    opened: HashMap<u64, Font>,
    /// Letters that no font has.
    pub without: BTreeSet<char>,
}

/// How wide a text may be, and where its lines stand.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    pub width: f32,
    pub direction: Direction,
    /// Whether its lines end where the others begin.
    pub at_the_end: bool,
}

/// A line of text, placed from its own upper edge.
pub struct SetLine {
    pub runs: Vec<Run>,
    /// From the left edge of the text to the letters' left and right.
    pub extent: Range<f32>,
}

impl Fonts {
    pub fn new() -> Self {
        let mut collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
        for file in FILES {
            collection.register_fonts(Blob::new(Arc::new(file)), None);
        }
        let fonts = FontContext { collection, source_cache: Default::default() };
        Self { fonts, layouts: LayoutContext::new(), opened: HashMap::new(), without: BTreeSet::new() }
    }

    /// Sets a text in lines, each as high as its style says.
    ///
    /// # Arguments
    /// * `bold` – how many of its first bytes are bold
    pub fn lines(&mut self, text: &str, bold: usize, style: Style, measure: Measure) -> Vec<SetLine> {
        let layout = self.layout(text, bold, style, measure);
        let text: Rc<str> = text.into();
        layout.lines().map(|line| self.line(&line, &text, style)).collect()
    }

    fn layout(&mut self, text: &str, bold: usize, style: Style, measure: Measure) -> Layout<()> {
        let families: Vec<_> = if style.verbatim { VERBATIM.as_slice() } else { WORDS.as_slice() }
            .iter()
            .map(|name| FontFamilyName::Named(Cow::Borrowed(*name)))
            .collect();
        let is_to_the_right = style.verbatim || measure.direction == Direction::LeftToRight;
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, text, 1.0, false);
        builder.set_base_direction(if is_to_the_right { BaseDirection::Ltr } else { BaseDirection::Rtl });
        builder.push_default(StyleProperty::FontFamily(FontFamily::List(Cow::Owned(families))));
        builder.push_default(StyleProperty::FontSize(style.size));
        builder.push_default(StyleProperty::FontWeight(FontWeight::new(style.weight)));
        builder.push_default(StyleProperty::LineHeight(LineHeight::Absolute(style.leading)));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        if bold > 0 && style.weight == REGULAR {
            builder.push(StyleProperty::FontWeight(FontWeight::new(BOLD)), 0..bold);
        }
        let mut layout = builder.build(text);
        layout.break_all_lines(Some(measure.width));
        // What is verbatim begins where the other lines begin, though it goes on to the right.
        let begins_right = (measure.direction == Direction::RightToLeft) != measure.at_the_end;
        let alignment = if begins_right { Alignment::Right } else { Alignment::Left };
        layout.align(alignment, AlignmentOptions::default());
        layout
    }

    fn line(&mut self, line: &Line<'_, ()>, text: &Rc<str>, style: Style) -> SetLine {
        let metrics = line.metrics();
        let begins = metrics.inline_min_coord + metrics.offset;
        let mut x = begins;
        let mut runs = Vec::new();
        for run in line.runs() {
            let glyphs = self.glyphs(&run, text);
            let advance: f32 = glyphs.iter().map(|glyph| glyph.x_advance * run.font_size()).sum();
            if let Some(font) = self.font(&run).filter(|_| !glyphs.is_empty()) {
                let baseline = metrics.baseline - metrics.block_min_coord;
                let size = run.font_size();
                runs.push(Run { font, size, ink: style.ink, x, baseline, glyphs, text: Rc::clone(text) });
            }
            x += advance;
        }
        SetLine { runs, extent: begins..begins + metrics.advance }
    }

    /// The glyphs of a run from left to right, each with the letters that it stands for.
    fn glyphs(&mut self, run: &LaidRun<'_, ()>, text: &str) -> Vec<KrillaGlyph> {
        let size = run.font_size();
        let mut glyphs: Vec<KrillaGlyph> = Vec::new();
        for cluster in run.visual_clusters() {
            let range = cluster.text_range();
            if cluster.is_ligature_continuation() {
                if let Some(last) = glyphs.last_mut() {
                    last.text_range = last.text_range.start.min(range.start)..last.text_range.end.max(range.end);
                }
                continue;
            }
            let letters = text.get(range.clone()).unwrap_or_default();
            let is_drawn = letters.chars().any(|letter| !letter.is_control());
            for glyph in cluster.glyphs().filter(|_| is_drawn) {
                if glyph.id == 0 {
                    self.without.extend(letters.chars());
                }
                let id = GlyphId::new(glyph.id);
                let (advance, x, y) = (glyph.advance / size, glyph.x / size, glyph.y / size);
                glyphs.push(KrillaGlyph::new(id, advance, x, y, 0.0, range.clone(), None));
            }
        }
        glyphs
    }

    fn font(&mut self, run: &LaidRun<'_, ()>) -> Option<Font> {
        let font = run.font();
        let (data, id) = font.data.clone().into_raw_parts();
        if let Some(opened) = self.opened.get(&id) {
            return Some(opened.clone());
        }
        let opened = Font::new(data.into(), font.index)?;
        self.opened.insert(id, opened.clone());
        Some(opened)
    }
}
