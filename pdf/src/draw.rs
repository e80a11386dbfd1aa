use krilla::action::{Action, LinkAction};
use krilla::annotation::{LinkAnnotation, Target};
use krilla::color::luma;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::num::NormalizedF32;
use krilla::page::Page;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;

use crate::flow::Placed;
use crate::fonts::{Fonts, Measure, SetLine};
use crate::paper::Section;
use crate::piece::Mark;
use crate::set::{Frame, placed};
use crate::style::{FOOT, HINT, Ink, MARGIN, PAGE, TOP, WIDTH};

/// Room for the number of a page.
const NUMBER: f32 = 60.0;

/// The foot of a page: the section's words where lines begin, the page's number where they end.
pub fn foot(fonts: &mut Fonts, section: &Section, number: &str) -> Vec<Mark> {
    let frame = Frame { left: 0.0, width: WIDTH, direction: section.direction };
    let words = frame.part(0.0, WIDTH - NUMBER);
    let number_ends = Measure { at_the_end: true, ..frame.measure() };
    let columns = [
        (fonts.lines(&section.footer, 0, HINT, words.measure()), words),
        (fonts.lines(number, 0, HINT, number_ends), frame),
    ];
    let first =
        |(lines, frame): (Vec<SetLine>, Frame)| lines.into_iter().take(1).flat_map(move |line| placed(line, frame));
    columns.into_iter().flat_map(first).collect()
}

/// Draws a page.
pub fn draw(mut page: Page<'_>, pieces: Vec<Placed>, foot: Vec<Mark>) {
    let placed = |(top, piece): Placed| piece.marks.into_iter().map(move |mark| mark.moved(MARGIN, TOP + top));
    let foot = foot.into_iter().map(|mark| mark.moved(MARGIN, PAGE.1 - FOOT));
    let marks: Vec<Mark> = pieces.into_iter().flat_map(placed).chain(foot).collect();
    let mut links = Vec::new();
    let mut surface = page.surface();
    for mark in marks {
        match mark {
            Mark::Link(area, url) => links.extend(rectangle(area).map(|area| (area, url))),
            other => drawn(&mut surface, other),
        }
    }
    surface.finish();
    for (area, url) in links {
        let target = Target::Action(Action::Link(LinkAction::new(url)));
        page.add_annotation(LinkAnnotation::new(area, target).into());
    }
    page.finish();
}

fn drawn(surface: &mut Surface<'_>, mark: Mark) {
    match mark {
        Mark::Text(run) => {
            fill(surface, run.ink);
            let start = Point::from_xy(run.x, run.baseline);
            surface.draw_glyphs(start, &run.glyphs, run.font, &run.text, run.size, false);
        }
        Mark::Path { points, ink, line } => {
            let Some(path) = path(&points, line.is_none()) else { return };
            match line {
                None => fill(surface, ink),
                Some(width) => {
                    surface.set_fill(None);
                    let paint = luma::Color::new(ink).into();
                    surface.set_stroke(Some(Stroke { paint, width, ..Stroke::default() }));
                }
            }
            surface.draw_path(&path);
            surface.set_stroke(None);
        }
        Mark::Boxes(boxes, ink) => {
            let mut path = PathBuilder::new();
            boxes.into_iter().filter_map(rectangle).for_each(|area| path.push_rect(area));
            if let Some(path) = path.finish() {
                fill(surface, ink);
                surface.draw_path(&path);
            }
        }
        Mark::Link(..) => {}
    }
}

fn fill(surface: &mut Surface<'_>, ink: Ink) {
    let paint = luma::Color::new(ink).into();
    surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, rule: Default::default() }));
}

fn path(points: &[(f32, f32)], is_closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (index, (x, y)) in points.iter().enumerate() {
        if index == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
    }
    if is_closed {
        path.close();
    }
    path.finish()
}

fn rectangle([left, top, width, height]: [f32; 4]) -> Option<Rect> {
    Rect::from_xywh(left, top, width, height)
}
