//! What messengers and other sites show beside a link: title, who asks, and the count, as a picture of this server's own.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use askama::Template;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Node, Options, Tree, fontdb};
use tokio::sync::Semaphore;
use undersign_pages::petition::{PREVIEW_HEIGHT as HEIGHT, PREVIEW_WIDTH as WIDTH};
use undersign_pages::words::{Progress, Words};
use undersign_protocol::problem::Problem;

use super::http::Reader;
use crate::anonymous::AnonymousState;
use crate::web::cached::Cacheable;
use crate::web::extract::PathPart;
use crate::web::problem::WebProblem;

const MARGIN: f32 = 72.0;
const LINE: f32 = WIDTH as f32 - 2.0 * MARGIN;
/// Sizes of the title, the largest first; the last one's lines are cut where there are more than fit.
const SIZES: [f32; 4] = [76.0, 64.0, 54.0, 46.0];
const MOST_HEIGHT: f32 = 300.0;
const SPACING: f32 = 1.25;
/// A word that is longer would leave the picture.
const MOST_LETTERS: usize = 20;

/// Latin, Greek, Cyrillic, Armenian, Georgian and Arabic letters of DejaVu (`server/assets/preview/README.md`).
const FONT: &[u8] = include_bytes!("../../../assets/preview/letters.ttf");
static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(options);

/// One at a time: drawing is all that a processor does meanwhile.
static DRAWING: Semaphore = Semaphore::const_new(1);
/// The last picture of each petition and language, with what it was drawn from.
static DRAWN: LazyLock<Mutex<HashMap<String, (String, Bytes)>>> = LazyLock::new(Mutex::default);

#[derive(Template)]
#[template(path = "preview.svg")]
struct Preview {
    title: Block,
    organiser: String,
    count: String,
    side: Side,
    filled: f32,
    has_goal: bool,
}

/// Lines of one size.
struct Block {
    size: f32,
    lines: Vec<(f32, String)>,
    side: Side,
}

/// Where lines of a direction begin.
struct Side {
    x: f32,
    anchor: &'static str,
}

/// `GET /p/{slug}/preview.png`, and behind a language.
pub async fn preview(
    State(state): State<AnonymousState>,
    reader: Reader,
    PathPart(slug): PathPart<String>,
) -> Result<Response, WebProblem> {
    let petition = state.registry.find(&slug).await?;
    let manifest = petition.verified.manifest();
    let words = Words::shown(reader.t, &petition).ok_or(Problem::NotFound)?;
    let total = state.log.petition_total(&petition).await?;
    let progress = Progress::new(reader.t, total, &manifest.goals);
    let texts = Texts {
        title: words.text.title.clone(),
        organiser: words.localized(&manifest.organiser.name).to_owned(),
        dir: words.dir(),
        count_dir: reader.t.dir(),
        progress,
    };
    let png = drawn(format!("{}/{slug}", reader.t.language().tag()), texts).await?;
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "public, max-age=60"),
        (header::VARY, "accept-language"),
    ];
    Ok((Extension(Cacheable), [("cross-origin-resource-policy", "cross-origin")], headers, png).into_response())
}

/// What is on it.
struct Texts {
    title: String,
    organiser: String,
    dir: &'static str,
    count_dir: &'static str,
    progress: Progress,
}

/// The picture that was drawn last, if it says the same.
async fn drawn(name: String, texts: Texts) -> Result<Bytes, WebProblem> {
    let _one = DRAWING.acquire().await.map_err(|error| WebProblem::internal(&error))?;
    let key = format!("{}\n{}\n{}", texts.title, texts.organiser, texts.progress.sentence);
    let kept = DRAWN.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
    if let Some((_, png)) = kept.filter(|(of, _)| *of == key) {
        return Ok(png);
    }
    let png = tokio::task::spawn_blocking(move || draw(texts)).await.map_err(|error| WebProblem::internal(&error))?;
    let png = png.map_err(|error| WebProblem::internal(&error))?;
    DRAWN.lock().unwrap_or_else(PoisonError::into_inner).insert(name, (key, png.clone()));
    Ok(png)
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
enum DrawError {
    #[error("the preview's template")]
    Template(#[from] askama::Error),
    #[error("the preview's drawing")]
    Drawing(#[from] resvg::usvg::Error),
    #[error("the preview's pixels")]
    Pixels,
}

fn draw(texts: Texts) -> Result<Bytes, DrawError> {
    let tree = Tree::from_str(&Preview::new(texts).render()?, &OPTIONS)?;
    let mut pixels = Pixmap::new(WIDTH, HEIGHT).ok_or(DrawError::Pixels)?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    pixels.encode_png().map(Bytes::from).map_err(|_| DrawError::Pixels)
}

impl Preview {
    fn new(texts: Texts) -> Self {
        let Progress { total, goal, sentence, .. } = texts.progress;
        let part = goal.as_ref().map_or(0.0, |(goal, _)| total as f32 / *goal as f32);
        let organiser = lines(&texts.organiser, 34.0, texts.dir);
        Self {
            title: title(&texts.title, texts.dir),
            organiser: organiser.into_iter().next().unwrap_or_default(),
            count: isolated(&sentence, texts.count_dir),
            side: Side::of(texts.count_dir),
            filled: LINE * part.min(1.0),
            has_goal: goal.is_some(),
        }
    }
}

impl Side {
    /// `text-anchor` means the line's own beginning and end, and the drawing library's lines begin at the left.
    fn of(dir: &str) -> Self {
        match dir {
            "rtl" => Self { x: WIDTH as f32 - MARGIN, anchor: "end" },
            _ => Self { x: MARGIN, anchor: "start" },
        }
    }
}

/// In the largest letters in which it fits.
fn title(text: &str, dir: &str) -> Block {
    let fits = |size: f32, lines: &[String]| lines.len() as f32 * size * SPACING <= MOST_HEIGHT;
    let of_size = |size| (size, lines(text, size, dir));
    let fitting = SIZES.into_iter().map(of_size).find(|(size, lines)| fits(*size, lines));
    let (size, mut lines) = fitting.unwrap_or_else(|| of_size(SIZES[SIZES.len() - 1]));
    let most = (MOST_HEIGHT / (size * SPACING)) as usize;
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    let top = MARGIN + size;
    let lines = lines.into_iter().enumerate();
    Block {
        size,
        lines: lines.map(|(number, line)| (top + number as f32 * size * SPACING, line)).collect(),
        side: Side::of(dir),
    }
}

/// As many words in a line as there is room for.
fn lines(text: &str, size: f32, dir: &str) -> Vec<String> {
    let space = 0.32 * size;
    let mut lines: Vec<(f32, String)> = Vec::new();
    for word in text.split_whitespace().flat_map(pieces) {
        let width = size * width_of(&word);
        match lines.last_mut() {
            Some((used, line)) if *used + space + width <= LINE => {
                *used += space + width;
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push((width, word)),
        }
    }
    lines.into_iter().map(|(_, line)| isolated(&line, dir)).collect()
}

fn pieces(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().filter(|letter| !letter.is_control()).collect();
    letters.chunks(MOST_LETTERS).map(|piece| piece.iter().collect()).collect()
}

/// The drawing library takes every line to be from left to right: U+2067 and U+2069 around one say what it is (UAX #9 §2.4).
fn isolated(line: &str, dir: &str) -> String {
    if dir == "rtl" { format!("\u{2067}{line}\u{2069}") } else { line.to_owned() }
}

#[derive(Template)]
#[template(
    ext = "svg",
    source = r#"<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><text y="50" font-size="100">{{ word }}</text></svg>"#
)]
struct Word<'a> {
    word: &'a str,
}

/// In letters of one pixel.
fn width_of(word: &str) -> f32 {
    let tree = Word { word }.render().ok().and_then(|svg| Tree::from_str(&svg, &OPTIONS).ok());
    let width = |tree: Tree| match tree.root().children().first() {
        Some(Node::Text(text)) => text.bounding_box().width() / 100.0,
        _ => 0.0,
    };
    tree.map_or(0.0, width)
}

/// With our letters and none of the machine's.
fn options() -> Options<'static> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(FONT.to_vec());
    let family = fonts.faces().next().and_then(|face| face.families.first()).map(|(name, _)| name.clone());
    let family = family.unwrap_or_default();
    fonts.set_serif_family(&family);
    fonts.set_sans_serif_family(&family);
    Options { font_family: family, fontdb: Arc::new(fonts), ..Options::default() }
}

#[cfg(test)]
mod tests {
    use resvg::usvg::Node;
    use undersign_pages::{InterfaceLanguage, Messages};

    use super::*;

    fn texts(title: &str, dir: &'static str) -> Texts {
        let t = Messages::of(InterfaceLanguage::English);
        let progress = Progress::new(t, 2_984, &[3_000]);
        Texts { title: title.to_owned(), organiser: "Those <who> & ask".to_owned(), dir, count_dir: "ltr", progress }
    }

    /// Texts and elements of a drawing.
    fn read(svg: &str) -> (String, usize) {
        let tree = Tree::from_str(svg, &OPTIONS).expect("well-formed");
        let nodes = tree.root().children();
        let of = |node: &Node| match node {
            Node::Text(text) => text.chunks().iter().map(|chunk| chunk.text().to_owned()).collect(),
            _ => String::new(),
        };
        (nodes.iter().map(of).collect::<Vec<String>>().join("\n"), nodes.len())
    }

    #[test]
    fn what_a_title_says_is_written_and_never_obeyed() {
        let ordinary = read(&Preview::new(texts("Trees", "ltr")).render().expect("drawn")).1;
        for title in [
            "</text><rect width=\"9\"/>",
            "A & B < C",
            "]]> &amp; <![CDATA[",
            "<!-- -->",
            "<image href=\"/etc/passwd\"/>",
            "\u{0} \u{1b}[2J a",
            "&#x3c;g&#x3e;",
        ] {
            let (said, elements) = read(&Preview::new(texts(title, "ltr")).render().expect("drawn"));
            let letters = |text: &str| {
                text.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect::<String>()
            };
            assert!(letters(&said).contains(&letters(title)), "{title}: {said}");
            assert!(said.contains("Those <who> & ask"), "{said}");
            assert!(elements >= ordinary && elements <= ordinary + 3, "{title}: {elements} of {ordinary}");
        }
    }

    #[test]
    fn long_titles_become_smaller_and_are_cut_at_last() {
        let block = |words: usize| title(&"petition ".repeat(words), "ltr");
        assert_eq!((block(1).lines.len(), block(1).size), (1, SIZES[0]));
        assert!(block(24).size < SIZES[0] && !block(24).lines.iter().any(|(_, line)| line.ends_with('…')));
        let cut = block(200);
        assert!(cut.lines.last().is_some_and(|(y, line)| line.ends_with('…') && *y < MARGIN + MOST_HEIGHT));
        for (_, line) in &title(&"w".repeat(300), "ltr").lines {
            assert!(width_of(line) * SIZES[3] <= LINE + 60.0, "{line}");
        }
    }

    #[test]
    fn every_language_s_letters_are_drawn_and_arabic_ones_are_joined() {
        for text in ["Trees", "Деревья", "درخت", "۱۲۳"] {
            assert!(width_of(text) > 0.5, "{text}");
        }
        // Written one by one they stand alone, which is wider.
        let alone: f32 = "درخت‌ها".chars().map(|letter| width_of(&letter.to_string())).sum();
        assert!(width_of("بببب") < 4.0 * width_of("ب"), "{alone}");
    }

    #[test]
    fn it_is_a_png_of_the_size_that_it_says() {
        let png = draw(texts("Trees", "ltr")).expect("a picture");
        assert_eq!(png.get(..8), Some(&b"\x89PNG\r\n\x1a\n"[..]));
        assert_eq!(png.get(16..24), Some(&[0, 0, 0x04, 0xb0, 0, 0, 0x02, 0x76][..]));
    }
}
