use askama::Template;
use undersign_qr::Drawing;
use url::Url;

use crate::Pages;
use crate::accent::Accent;
use crate::badge::HEIGHT;
use crate::frame::PetitionFrame;
use crate::messages::Messages;
use crate::published::Petition;
use crate::words::Words;

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

#[cfg(test)]
mod tests {
    use super::services;
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
}
