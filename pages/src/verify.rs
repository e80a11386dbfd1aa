use askama::Template;
use undersign_protocol::public_log::{Hash, TILE_WIDTH, TilePath};
use undersign_protocol::tally::Tally;

use crate::Pages;
use crate::frame::PetitionFrame;
use crate::messages::Messages;
use crate::published::Petition;
use crate::words::Words;

/// Most signatures that the page recounts; the audit in the browser refuses more, too.
const MOST_IN_BROWSER: u64 = 100_000;

/// Where a petition's log stands.
pub struct LogHead<'a> {
    /// Number of entries.
    pub tree_size: u64,
    /// Root hash.
    pub root: Hash,
    /// Counts of the entries.
    pub tally: Tally,
    /// The same, signed: a checkpoint as it is served.
    pub checkpoint: &'a str,
}

/// What the number means, and how anyone recounts it.
#[derive(Template)]
#[template(path = "verify.html")]
pub struct VerifyPage<'a> {
    pub(crate) frame: PetitionFrame<'a>,
    /// `None` where the text was taken down.
    words: Option<Words<'a>>,
    head: LogHead<'a>,
    total: String,
    signatures: String,
    withdrawals: String,
    issued: String,
    tree_size: String,
    first_bundle: TilePath,
    link: String,
    is_large: bool,
}

impl<'a> VerifyPage<'a> {
    /// Of a petition whose log stands there.
    pub fn new(t: &'static Messages, pages: &'a Pages, petition: &'a Petition, head: LogHead<'a>) -> Self {
        let frame = PetitionFrame::new(t, pages, petition, "/verify");
        Self {
            words: Words::shown(t, petition),
            total: t.number(head.tally.total()),
            signatures: t.number(head.tally.signatures),
            withdrawals: t.number(head.tally.withdrawals),
            issued: t.number(head.tally.issued),
            tree_size: t.number(head.tree_size),
            first_bundle: TilePath { level: None, index: 0, width: head.tree_size.clamp(1, TILE_WIDTH) },
            is_large: head.tally.signatures > MOST_IN_BROWSER,
            head,
            link: frame.link(),
            frame,
        }
    }
}
