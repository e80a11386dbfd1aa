use undersign_protocol::petition::{Language, Localized, Manifest, PetitionState, Text};

use crate::language::direction;
use crate::messages::Messages;
use crate::published::Petition;
use undersign_protocol::timestamp::Timestamp;

/// A petition's text in the reader's language, or else in the first that it has.
pub struct Words<'a> {
    /// The language.
    pub lang: &'a Language,
    /// The text.
    pub text: &'a Text,
}

/// The total and the goal that comes next. Goals step up by themselves; after the last one there is none.
pub struct Progress {
    /// The total.
    pub total: u64,
    /// The same for people.
    pub count: String,
    /// The next goal, and the same for people.
    pub goal: Option<(u64, String)>,
    /// All of it in a few words.
    pub sentence: String,
}

impl<'a> Words<'a> {
    /// `None` where the petition has no text, which a verified one has.
    pub fn of(t: &Messages, manifest: &'a Manifest) -> Option<Self> {
        let wanted = manifest.texts.iter().find(|(lang, _)| lang.as_str() == t.language().tag());
        wanted.or_else(|| manifest.texts.first_key_value()).map(|(lang, text)| Self { lang, text })
    }

    /// The same of a petition whose text may still be shown.
    pub fn shown(t: &Messages, petition: &'a Petition) -> Option<Self> {
        Self::of(t, petition.verified.manifest()).filter(|_| !petition.is_taken_down())
    }

    /// The direction of the text's writing.
    pub fn dir(&self) -> &'static str {
        direction(self.lang)
    }

    /// Another text of the manifest in this language.
    pub fn localized<'b>(&self, texts: &'b Localized) -> &'b str {
        texts.get(self.lang).map(String::as_str).unwrap_or_default()
    }
}

impl Progress {
    /// From the total, on the way to the first goal that is above it.
    pub fn new(t: &Messages, total: u64, goals: &[u64]) -> Self {
        let goal = goals.iter().find(|goal| **goal > total).map(|goal| (*goal, t.number(*goal)));
        let count = t.number(total);
        let sentence = match &goal {
            Some((number, words)) => t.of_goal("count-of-goal", (&count, words), *number),
            None => t.counted("count-signatures", total),
        };
        Self { total, count, goal, sentence }
    }
}

/// Until when a petition can be signed, or since when it cannot.
pub fn state_line(t: &Messages, petition: &Petition, now: Timestamp) -> String {
    match petition.state(now) {
        PetitionState::Announced => t.with("state-announced", "date", t.date(petition.verified.manifest().opens_at)),
        PetitionState::Open => t.with("state-open", "date", t.date(petition.closes_at())),
        PetitionState::Closing | PetitionState::Closed if petition.is_delivered() => {
            t.with("state-delivered", "date", t.date(petition.closes_at()))
        }
        PetitionState::Closing | PetitionState::Closed => t.with("state-closed", "date", t.date(petition.closes_at())),
    }
}
