use undersign_protocol::petition::{
    Addressee, Channel, Localized, PetitionId, Picture, Publication, Redemption, Sha256Hash, Slug,
};
use undersign_protocol::timestamp::{DAY, Timestamp};

/// What `petition.toml` says. The fields are those of the manifest; a program that publishes a folder with other dates changes them
/// here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Short name in links; never reused.
    pub slug: Slug,
    /// Who asks, by language.
    pub organiser_name: Localized,
    /// SHA-256 of a key kept offline.
    pub recovery_key_hash: Option<Sha256Hash>,
    /// Who is asked.
    pub addressees: Vec<Addressee>,
    /// Where to follow the campaign.
    pub channels: Vec<Channel>,
    /// How else to support it.
    pub support: Vec<Channel>,
    /// One picture, named by its hash.
    pub picture: Option<Picture>,
    /// Colour of the page, `#rrggbb`.
    pub accent: Option<String>,
    /// The petition that this one corrects.
    pub replaces: Option<PetitionId>,
    /// First moment at which people can sign.
    pub opens_at: Timestamp,
    /// Last one.
    pub closes_at: Timestamp,
    /// Seconds after closes_at in which lost answers, redemptions and withdrawals are still taken.
    pub grace: u64,
    /// Steps of the goal, ascending.
    pub goals: Vec<u64>,
    /// When signatures enter the log.
    pub publication: Publication,
    /// When clients redeem.
    pub redemption: Redemption,
}

/// Two days: a weekend without a network loses nothing.
pub const DEFAULT_GRACE: u64 = 2 * DAY;

/// A first goal that is reached soon, and steps after it.
pub const DEFAULT_GOALS: [u64; 3] = [100, 500, 1_000];

/// Every ten minutes where twenty have signed, and once a day whatever has come.
pub const DEFAULT_PUBLICATION: Publication = Publication { interval: 600, min_batch: 20, max_wait: DAY };

/// Seconds of an epoch where `next_epoch` names none.
pub const DEFAULT_EPOCH: u64 = DAY;
