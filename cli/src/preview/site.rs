use std::sync::Arc;

use askama::Template;
use undersign_pages::accent::Accent;
use undersign_pages::assets::{AssetPaths, DRAFT_STYLE, ICON, PLAIN_ICON, RELOAD, STYLE};
use undersign_pages::badge::Badge;
use undersign_pages::draft::EmptyDraftPage;
use undersign_pages::feed::Feed;
use undersign_pages::list::{ListPage, OrganiserPage};
use undersign_pages::petition::PetitionPage;
use undersign_pages::plain::{ForgetPage, NotFoundPage, SafetyPage};
use undersign_pages::share::SharePage;
use undersign_pages::verify::VerifyPage;
use undersign_pages::withdraw::WithdrawPage;
use undersign_pages::words::Progress;
use undersign_pages::{About, Announced, InterfaceLanguage, Messages, PageSettings, Pages, Preselected};
use undersign_protocol::timestamp::Timestamp;

use super::example;
use super::watched::{Seen, Shown};

/// What the paths of style, icons and script begin with.
const ASSETS: &str = "/assets/preview";

/// What is answered to a path.
pub struct Answer {
    /// Whether there is such a page.
    pub is_found: bool,
    /// Of the body.
    pub media_type: &'static str,
    /// The whole body.
    pub body: Vec<u8>,
    /// The one style that stands in the page, as its policy allows it.
    pub accent: Option<String>,
}

const HTML: &str = "text/html; charset=utf-8";

/// The page at a path, as a server that has published the folder would show it. No part of a path ever reaches the disk.
///
/// # Arguments
/// * `origin` – in links that people copy
/// * `accepted` – value of `Accept-Language`, for paths without a language
///
/// # Errors
/// A template could not be filled in, which is ours.
pub fn answer(seen: &Seen, origin: &str, path: &str, accepted: &str, now: Timestamp) -> Result<Answer, askama::Error> {
    if let Some(name) = path.strip_prefix(ASSETS) {
        return Ok(asset(name).unwrap_or_else(Answer::nothing));
    }
    let path = path.trim_matches('/');
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let named = InterfaceLanguage::ALL.into_iter().find(|language| language.tag() == first);
    let (language, rest) =
        named.map_or((InterfaceLanguage::of_accept_language(accepted), path), |language| (language, rest));
    let pages = Pages {
        public_url: origin.to_owned(),
        // The page looks as it does where people can sign; the scripts that would do it are not there.
        assets: AssetPaths { prefix: ASSETS.to_owned(), has_client: true, has_fallback: false },
        preselected: Preselected::default(),
        settings: PageSettings::default(),
        about: About::default(),
        announced: Announced::default(),
        has_relays: false,
        draft: Some(seen.draft.clone()),
    };
    let t = Messages::of(language);
    match &seen.shown {
        Some(shown) => page(shown, t, &pages, rest, now),
        None => Answer::html(&EmptyDraftPage::new(t, &pages)),
    }
}

fn page(
    shown: &Shown,
    t: &'static Messages,
    pages: &Pages,
    path: &str,
    now: Timestamp,
) -> Result<Answer, askama::Error> {
    let petition = shown.petition.as_ref();
    let manifest = petition.verified.manifest();
    let (now, total) = (example::moment(manifest, now), example::total(manifest));
    let all = [Arc::clone(&shown.petition)];
    let counted = [(Arc::clone(&shown.petition), total)];
    let key = manifest.organiser.public_key.to_string();
    let parts: Vec<&str> = path.split('/').collect();
    let not_found = || Ok(Answer { is_found: false, ..Answer::html(&NotFoundPage::new(t, pages))? });
    match parts.as_slice() {
        [""] => Answer::html(&ListPage::new(t, pages, &counted, now)),
        ["safety"] => Answer::html(&SafetyPage::new(t, pages)),
        ["forget"] => Answer::html(&ForgetPage::new(t, pages, false)),
        ["o", organiser] if *organiser == key => match OrganiserPage::new(t, pages, &key, &counted, now) {
            Some(page) => Answer::html(&page),
            None => not_found(),
        },
        ["p", slug, part @ ..] if *slug == manifest.slug.as_str() => match part {
            [] => {
                let size = shown.picture.as_ref().map(|picture| (picture.width, picture.height));
                let page = PetitionPage::new(t, pages, petition, &all, (total, &[]), size, now);
                Ok(Answer::html(&page)?.with(page.accent.as_ref()))
            }
            ["share"] => match SharePage::new(t, pages, petition) {
                Some(page) => Ok(Answer::html(&page)?.with(page.accent.as_ref())),
                None => not_found(),
            },
            ["verify"] => Answer::html(&VerifyPage::new(t, pages, petition, example::head(manifest))),
            ["withdraw"] => Answer::html(&WithdrawPage::new(t, pages, petition, now)),
            ["badge.svg"] => {
                let badge = Badge::new(t, Progress::new(t, total, &manifest.goals)).render()?;
                Ok(Answer::of("image/svg+xml", badge))
            }
            ["news.atom"] => {
                let feed = Feed::new(t, pages, petition, &all, now).render()?;
                Ok(Answer::of("application/atom+xml; charset=utf-8", feed))
            }
            ["picture.jpg"] => match &shown.picture {
                Some(picture) => Ok(Answer::of("image/jpeg", picture.jpeg.clone())),
                None => not_found(),
            },
            _ => not_found(),
        },
        _ => not_found(),
    }
}

fn asset(name: &str) -> Option<Answer> {
    let (media_type, content) = match name {
        "/page.css" => ("text/css; charset=utf-8", STYLE),
        "/draft.css" => ("text/css; charset=utf-8", DRAFT_STYLE),
        "/icon.svg" => ("image/svg+xml", ICON),
        "/plain.svg" => ("image/svg+xml", PLAIN_ICON),
        "/reload.js" => ("text/javascript; charset=utf-8", RELOAD),
        _ => return None,
    };
    Some(Answer::of(media_type, content))
}

impl Answer {
    fn html(page: &impl Template) -> Result<Self, askama::Error> {
        Ok(Self::of(HTML, page.render()?))
    }

    fn of(media_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { is_found: true, media_type, body: body.into(), accent: None }
    }

    fn nothing() -> Self {
        Self { is_found: false, ..Self::of("text/plain; charset=utf-8", "There is nothing here.\n") }
    }

    fn with(self, accent: Option<&Accent>) -> Self {
        Self { accent: accent.map(|accent| accent.source.clone()), ..self }
    }
}
