use askama::Template;
use qrcodegen::{QrCode, QrCodeEcc};
use url::Url;

use crate::Pages;
use crate::accent::Accent;
use crate::badge::HEIGHT;
use crate::frame::PetitionFrame;
use crate::messages::Messages;
use crate::published::Petition;
use crate::words::Words;

/// Light modules around a code, without which cameras do not find it (ISO/IEC 18004 §6.3.8).
const MARGIN: i32 = 4;

/// Ways to tell others of a petition: plain links, a code to photograph, lines for other people's sites. Nothing of another host is
/// loaded.
#[derive(Template)]
#[template(path = "share.html")]
pub struct SharePage<'a> {
    pub(crate) frame: PetitionFrame<'a>,
    words: Words<'a>,
    link: String,
    /// The organiser's colour.
    pub accent: Option<Accent>,
    services: Vec<(String, String)>,
    drawing: Option<Drawing>,
    snippet: String,
    text_snippet: String,
}

/// A code as an SVG path of squares of one unit.
struct Drawing {
    size: i32,
    path: String,
}

/// What others put into their pages.
#[derive(Template)]
#[template(path = "snippet.html")]
struct Snippet<'a> {
    link: &'a str,
    badge: Option<String>,
    title: &'a str,
    lang: &'a str,
    height: u32,
}

impl<'a> SharePage<'a> {
    /// `None` where the text was taken down.
    pub fn new(t: &'static Messages, pages: &'a Pages, petition: &'a Petition) -> Option<Self> {
        let manifest = petition.verified.manifest();
        let words = Words::shown(t, petition)?;
        let frame = PetitionFrame::new(t, pages, petition, "/share");
        let link = frame.link();
        let title = &words.text.title;
        let snippet = |badge: Option<String>| {
            Snippet { link: &link, badge, title, lang: words.lang.as_str(), height: HEIGHT }
                .render()
                .unwrap_or_default()
        };
        let badge = format!("{}/{}/p/{}/badge.svg", pages.public_url, frame.language, frame.slug);
        Some(Self {
            frame,
            accent: manifest.accent.as_deref().and_then(Accent::of),
            services: services(t, &link, title),
            drawing: Drawing::of(&link),
            snippet: snippet(Some(badge)),
            text_snippet: snippet(None),
            link,
            words,
        })
    }
}

/// Plain links to what people send things with. No service that hands what it knows to a state is among them (decision 0050).
fn services(t: &Messages, link: &str, title: &str) -> Vec<(String, String)> {
    let both = format!("{title} {link}");
    let with = |base: &str, pairs: &[(&str, &str)]| {
        // These take spaces as %20 alone; a plus of the text is %2B by then.
        Url::parse_with_params(base, pairs).map(|url| url.as_str().replace('+', "%20"))
    };
    let all = [
        ("Telegram".to_owned(), with("https://t.me/share/url", &[("url", link), ("text", title)])),
        ("WhatsApp".to_owned(), with("https://wa.me/", &[("text", &both)])),
        (t.get("share-mail"), with("mailto:", &[("subject", title), ("body", link)])),
    ];
    all.into_iter().filter_map(|(name, url)| Some((name, url.ok()?))).collect()
}

impl Drawing {
    fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let mut path = String::new();
        for y in 0..code.size() {
            let mut x = 0;
            while x < code.size() {
                let length = (x..code.size()).take_while(|x| code.get_module(*x, y)).count() as i32;
                if length > 0 {
                    path.push_str(&format!("M{} {}h{length}v1h-{length}z", x + MARGIN, y + MARGIN));
                }
                x += length.max(1);
            }
        }
        Some(Self { size: code.size() + 2 * MARGIN, path })
    }
}

#[cfg(test)]
mod tests {
    use super::{Drawing, services};
    use crate::language::InterfaceLanguage;
    use crate::messages::Messages;

    #[test]
    fn what_is_in_a_title_stays_within_its_link() {
        let title = "A & B #1 + \"c\"\u{a0}д?";
        for (name, url) in services(Messages::of(InterfaceLanguage::English), "https://petitions.example/p/a#b", title)
        {
            let parsed = url::Url::parse(&url).expect("a link");
            assert!(parsed.fragment().is_none() && !url.contains(['+', ' ', '"']), "{name}: {url}");
            let texts: Vec<_> = parsed.query_pairs().map(|(_, value)| value.into_owned()).collect();
            assert!(texts.iter().any(|text| text.contains(title)), "{name}: {texts:?}");
            assert!(texts.iter().any(|text| text.contains("https://petitions.example/p/a#b")), "{name}: {texts:?}");
        }
    }

    #[test]
    fn a_code_has_its_three_corners() {
        let drawing = Drawing::of("https://petitions.example/p/a").expect("it fits");
        let last = drawing.size - 4 - 7;
        for (x, y) in [(4, 4), (last, 4), (4, last)] {
            assert!(drawing.path.contains(&format!("M{x} {y}h7v1h-7z")), "{x} {y}");
        }
    }
}
