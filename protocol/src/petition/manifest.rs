use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Language, Localized, PetitionId, Slug};
use crate::bytes::byte_string;
use crate::ed25519::PublicKey;
use crate::issuance::TokenKey;
use crate::timestamp::Timestamp;

byte_string!(
    /// A SHA-256 hash of a picture or a key, 32 bytes.
    Sha256Hash,
    32
);

/// A petition, frozen at publication. Every key is present; what is not used is `null` or empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// 1.
    pub version: u64,
    /// Short name in links; never reused.
    pub slug: Slug,
    /// Who asks.
    pub organiser: Organiser,
    /// Title, text and questions, by language; every other text has the same languages.
    pub texts: BTreeMap<Language, Text>,
    /// Who is asked.
    pub addressees: Vec<Addressee>,
    /// Where to follow the campaign.
    pub channels: Vec<Channel>,
    /// How else to support it.
    pub support: Vec<Channel>,
    /// One picture, served by its hash.
    pub picture: Option<Picture>,
    /// Colour of the page, `#rrggbb`.
    pub accent: Option<String>,
    /// The petition that this one corrects. Signatures do not carry over.
    pub replaces: Option<PetitionId>,
    /// First moment at which tokens are issued.
    pub opens_at: Timestamp,
    /// End of first-time issuance.
    pub closes_at: Timestamp,
    /// Seconds after closes_at in which lost answers, redemptions and withdrawals are still taken.
    pub grace: u64,
    /// Steps of the goal, ascending.
    pub goals: Vec<u64>,
    /// When signatures enter the log.
    pub publication: Publication,
    /// When clients redeem.
    pub redemption: Redemption,
    /// Who issues tokens.
    pub issuer: Issuer,
    /// Who counts them.
    pub origin: Origin,
    /// The petition's log.
    pub log: Log,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organiser {
    /// Name, by language.
    pub name: Localized,
    /// Key that signs manifest and notices.
    pub public_key: PublicKey,
    /// SHA-256 of a key kept offline, for the day on which the first one is lost.
    pub recovery_key_hash: Option<Sha256Hash>,
}

/// The petition in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// One line.
    pub title: String,
    /// One paragraph.
    pub summary: String,
    /// Markdown.
    pub body: String,
    /// One sentence each.
    pub demands: Vec<String>,
    /// Questions and answers.
    pub faq: Vec<Question>,
    /// Whom to turn to under pressure; Markdown.
    pub help: String,
}

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// One line.
    pub question: String,
    /// Markdown.
    pub answer: String,
}

/// Someone the petition is addressed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addressee {
    /// Name, by language.
    pub name: Localized,
    /// What they can do, by language.
    pub reason: Localized,
}

/// A labelled link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Label, by language.
    pub label: Localized,
    /// `https://…`, or `http://….onion`.
    pub url: String,
}

/// A picture, named by its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// Hash of the file.
    pub sha256: Sha256Hash,
    /// Alternative text, by language.
    pub alt: Localized,
}

/// When signatures enter the log; see [`Publication::next_tick`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Seconds between ticks.
    pub interval: u64,
    /// Fewest signatures that are published at a tick.
    pub min_batch: u64,
    /// Seconds after which fewer are published too; a multiple of `interval`.
    pub max_wait: u64,
}

/// When clients redeem. A rule for clients alone: nothing in a token tells when it was issued, and nothing must.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Redemption {
    /// As soon as the token is there.
    Immediate {},
    /// Not before the epoch after issuance has begun.
    NextEpoch {
        /// Seconds of an epoch, counted from opens_at.
        epoch: u64,
    },
}

/// Who issues tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Host, with `:port` where it is not the default; issuer_name of the TokenChallenge.
    pub name: String,
    /// SPKI of the petition's RSA key.
    pub token_key: TokenKey,
    /// Key that signs how many tokens were issued.
    pub statement_key: PublicKey,
    /// Version of the public table of address rules.
    pub address_rules: u64,
    /// Who can compute an address's tag.
    pub tags: Tags,
}

/// Who can compute an address's tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tags {
    /// The issuer alone, with a key of its own.
    Local,
    /// An evaluator on another machine.
    Evaluator,
}

/// Who counts tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Host, with `:port` where it is not the default; origin_info of the TokenChallenge.
    pub host: String,
}

/// The petition's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Key that signs checkpoints and promises.
    pub public_key: PublicKey,
}

impl Manifest {
    /// Origin of the petition's log (C2SP tlog-checkpoint): `{origin.host}/v1/petitions/{petition_id}/log`.
    pub fn log_origin(&self, petition_id: &PetitionId) -> String {
        format!("{}/v1/petitions/{petition_id}/log", self.origin.host)
    }

    /// First moment at which nothing more is taken: closes_at and grace.
    pub fn ends_at(&self) -> Timestamp {
        self.closes_at.plus(self.grace)
    }
}
