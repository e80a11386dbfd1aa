use crate::json::Raw;

use super::{Localized, Manifest, PetitionId, Slug};
use crate::ed25519::Signature;
use crate::issuance::TokenKey;
use crate::timestamp::Timestamp;
use crate::{json_object, json_word, serde_by_json};

/// Where a petition is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PetitionState {
    /// Before opens_at.
    Announced,
    /// From opens_at to closes_at: tokens are issued.
    Open,
    /// From closes_at to the end of grace: lost answers, redemptions and withdrawals are still taken.
    Closing,
    /// After the end of grace.
    Closed,
}

json_word!(PetitionState { Announced = "announced", Open = "open", Closing = "closing", Closed = "closed" });

impl PetitionState {
    /// The state that the manifest's times give. Where notices were published, [`PetitionState::closing_at`] knows better.
    pub fn at(manifest: &Manifest, now: Timestamp) -> Self {
        Self::closing_at(manifest, manifest.closes_at, now)
    }

    /// The state of a petition that closes at this moment, which a notice may have brought forward, even to before the opening.
    pub fn closing_at(manifest: &Manifest, closes_at: Timestamp, now: Timestamp) -> Self {
        if now >= closes_at.plus(manifest.grace) {
            Self::Closed
        } else if now >= closes_at {
            Self::Closing
        } else if now >= manifest.opens_at {
            Self::Open
        } else {
            Self::Announced
        }
    }
}

/// Body of `GET /v1/petitions`: all petitions, in the order of bundles and runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PetitionList {
    /// In the order in which a client asks for tokens.
    pub petitions: Vec<PetitionSummary>,
}

json_object!(open PetitionList { petitions });

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PetitionSummary {
    /// Hash of the manifest.
    pub petition_id: PetitionId,
    /// Short name in links.
    pub slug: Slug,
    /// Where the petition is in its life.
    pub state: PetitionState,
    /// Titles, by language.
    pub titles: Localized,
    /// SPKI of the petition's RSA key.
    pub token_key: TokenKey,
    /// The public run whose tokens are asked for together; assigned at opening, `null` before.
    pub bundle: Option<u64>,
}

json_object!(open PetitionSummary { petition_id, slug, state, titles, token_key, bundle });

/// Body of `GET /v1/petitions/{petition_id}`.
#[derive(Debug)]
pub struct PetitionDocument {
    /// Hash of the manifest; the reader computes it again.
    pub petition_id: PetitionId,
    /// Where the petition is in its life.
    pub state: PetitionState,
    /// The canonical manifest, byte for byte.
    pub manifest: Raw,
    /// Over `"undersign manifest v1\n"` and the petition_id.
    pub organiser_signature: Signature,
}

json_object!(open PetitionDocument { petition_id, state, manifest, organiser_signature });
serde_by_json!(PetitionState, PetitionList, PetitionSummary, PetitionDocument);
