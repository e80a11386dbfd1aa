use std::sync::Arc;

use askama::Template;
use undersign_protocol::petition::{Channel, PetitionState};
use undersign_protocol::timestamp::Timestamp;

use crate::Pages;
use crate::life::Life;
use crate::messages::Messages;
use crate::published::Petition;
use crate::words::{Progress, Words, state_line};

/// Open petitions that a petition's page shows at its end; the list has all.
pub const MOST_BESIDE: usize = 3;

/// A petition and its total.
pub type Counted = (Arc<Petition>, u64);

/// All petitions.
#[derive(Template)]
#[template(path = "list.html")]
pub struct ListPage<'a> {
    t: &'static Messages,
    pages: &'a Pages,
    path: &'static str,
    cards: Vec<Card<'a>>,
    /// Those that ended long ago, the newest first.
    archived: Vec<Card<'a>>,
}

/// All petitions of one organiser: those that one key has signed.
#[derive(Template)]
#[template(path = "organiser.html")]
pub struct OrganiserPage<'a> {
    t: &'static Messages,
    pages: &'a Pages,
    path: String,
    key: &'a str,
    name: &'a str,
    /// Whose channels are shown: the newest petition that is.
    words: Words<'a>,
    channels: Vec<&'a Channel>,
    cards: Vec<Card<'a>>,
}

/// A petition in a list.
pub struct Card<'a> {
    /// Short name.
    pub slug: &'a str,
    /// Title and summary.
    pub text: Words<'a>,
    /// Count and goal.
    pub progress: Progress,
    /// Until when it is open.
    pub state: String,
}

impl<'a> Card<'a> {
    /// `None` where the text was taken down.
    pub fn new(t: &Messages, (petition, total): &'a Counted, now: Timestamp) -> Option<Self> {
        let manifest = petition.verified.manifest();
        Some(Self {
            slug: manifest.slug.as_str(),
            text: Words::shown(t, petition)?,
            progress: Progress::new(t, *total, &manifest.goals),
            state: state_line(t, petition, now),
        })
    }
}

impl<'a> ListPage<'a> {
    /// Of these, in this order.
    pub fn new(t: &'static Messages, pages: &'a Pages, petitions: &'a [Counted], now: Timestamp) -> Self {
        let is_archived = |petition: &&Counted| petition.0.life(now) == Life::Archived;
        let cards = petitions.iter().filter(|petition| !is_archived(petition));
        let archived = petitions.iter().rev().filter(is_archived);
        Self {
            t,
            pages,
            path: "/",
            cards: cards.filter_map(|petition| Card::new(t, petition, now)).collect(),
            archived: archived.filter_map(|petition| Card::new(t, petition, now)).collect(),
        }
    }
}

impl<'a> OrganiserPage<'a> {
    /// `None` where nothing of this organiser's is shown.
    ///
    /// # Arguments
    /// * `petitions` – those that this key has signed, in the order of opening
    pub fn new(
        t: &'static Messages,
        pages: &'a Pages,
        key: &'a str,
        petitions: &'a [Counted],
        now: Timestamp,
    ) -> Option<Self> {
        let cards: Vec<_> = petitions.iter().rev().filter_map(|petition| Card::new(t, petition, now)).collect();
        let newest = petitions.iter().rev().find(|(petition, _)| !petition.is_taken_down());
        let manifest = newest?.0.verified.manifest();
        let words = Words::of(t, manifest)?;
        let channels = manifest.channels.iter().chain(&manifest.support).collect();
        let name = words.localized(&manifest.organiser.name);
        Some(Self { t, pages, path: format!("/o/{key}"), key, name, words, channels, cards })
    }
}

/// The petitions that a petition's page leads to: open ones, the newest first.
pub fn beside(petition: &Petition, all: &[Arc<Petition>], now: Timestamp) -> Vec<Arc<Petition>> {
    let is_other = |other: &&Arc<Petition>| {
        other.verified.petition_id() != petition.verified.petition_id()
            && other.state(now) == PetitionState::Open
            && !other.is_taken_down()
    };
    all.iter().rev().filter(is_other).take(MOST_BESIDE).cloned().collect()
}
