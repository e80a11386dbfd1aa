use std::sync::Arc;

use askama::Template;
use undersign_protocol::timestamp::Timestamp;

use crate::Pages;
use crate::messages::Messages;
use crate::news::News;
use crate::published::Petition;
use crate::words::Words;

/// A petition's notices as an Atom feed (RFC 4287), for whoever wants to hear of it without leaving an address.
#[derive(Template)]
#[template(path = "news.xml")]
pub struct Feed<'a> {
    t: &'static Messages,
    pages: &'a Pages,
    slug: &'a str,
    petition_id: String,
    title: String,
    /// Who asks.
    author: &'a str,
    /// Of the newest notice; of the opening, where there is none.
    updated: String,
    notices: Vec<News<'a>>,
}

impl<'a> Feed<'a> {
    /// Of one petition; the others are those that its notices may lead to.
    pub fn new(
        t: &'static Messages,
        pages: &'a Pages,
        petition: &'a Petition,
        all: &[Arc<Petition>],
        now: Timestamp,
    ) -> Self {
        let manifest = petition.verified.manifest();
        let notices = News::for_feed(t, petition, all, now);
        let title = Words::shown(t, petition).map(|words| words.text.title.clone());
        let author = Words::of(t, manifest).map(|words| words.localized(&manifest.organiser.name));
        Self {
            t,
            pages,
            slug: manifest.slug.as_str(),
            petition_id: petition.verified.petition_id().to_string(),
            title: title.unwrap_or_else(|| t.get("taken-down-title")),
            author: author.unwrap_or_default(),
            updated: notices.first().map_or_else(|| manifest.opens_at.to_string(), |newest| newest.at.clone()),
            notices,
        }
    }
}
