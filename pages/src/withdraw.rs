use askama::Template;
use undersign_protocol::petition::PetitionState;
use undersign_protocol::timestamp::Timestamp;

use crate::Pages;
use crate::frame::PetitionFrame;
use crate::messages::Messages;
use crate::published::Petition;
use crate::words::Words;

/// Taking a signature back.
#[derive(Template)]
#[template(path = "withdraw.html")]
pub struct WithdrawPage<'a> {
    pub(crate) frame: PetitionFrame<'a>,
    /// `None` where the text was taken down.
    words: Option<Words<'a>>,
    until: String,
    is_taken: bool,
    is_paused: bool,
}

impl<'a> WithdrawPage<'a> {
    /// As it is read at this moment.
    pub fn new(t: &'static Messages, pages: &'a Pages, petition: &'a Petition, now: Timestamp) -> Self {
        let state = petition.state(now);
        Self {
            frame: PetitionFrame::new(t, pages, petition, "/withdraw"),
            words: Words::shown(t, petition),
            until: t.with("withdraw-means-until", "date", t.date(petition.ends_at())),
            is_taken: matches!(state, PetitionState::Open | PetitionState::Closing),
            is_paused: pages.announced.now(t.language()).is_paused,
        }
    }
}
