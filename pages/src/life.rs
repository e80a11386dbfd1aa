use undersign_protocol::petition::{NoticeContent, PetitionState};
use undersign_protocol::timestamp::{DAY, Timestamp};

use crate::published::Petition;

/// Seconds after its end at which a petition leaves the list for the archive.
const ARCHIVED_AFTER: u64 = 90 * DAY;

/// Where a petition is in its life, as people are told: the four states that follow from its times, and what else has happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Before it opens.
    Announced,
    /// It can be signed.
    Open,
    /// What was begun is still taken.
    Closing,
    /// Nothing more is taken.
    Closed,
    /// Its total was handed over, and it cannot be signed any more.
    Delivered,
    /// It ended three months ago: its page stays, and it is listed apart.
    Archived,
    /// Its text is not shown any more.
    TakenDown,
}

impl Petition {
    /// Where it is in its life.
    pub fn life(&self, now: Timestamp) -> Life {
        if self.is_taken_down() {
            return Life::TakenDown;
        }
        if self.ends_at().plus(ARCHIVED_AFTER) <= now {
            return Life::Archived;
        }
        match self.state(now) {
            PetitionState::Announced => Life::Announced,
            PetitionState::Open => Life::Open,
            PetitionState::Closing | PetitionState::Closed if self.is_delivered() => Life::Delivered,
            PetitionState::Closing => Life::Closing,
            PetitionState::Closed => Life::Closed,
        }
    }

    /// Whether its total was handed over, as organiser or operator say.
    pub fn is_delivered(&self) -> bool {
        let is_delivery = |content: &NoticeContent| matches!(content, NoticeContent::Delivery { .. });
        self.notices.iter().any(|notice| is_delivery(&notice.verified.notice().content))
    }
}

impl std::fmt::Display for Life {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Announced => "announced",
            Self::Open => "open",
            Self::Closing => "closing",
            Self::Closed => "closed",
            Self::Delivered => "delivered",
            Self::Archived => "archived",
            Self::TakenDown => "taken down",
        })
    }
}
