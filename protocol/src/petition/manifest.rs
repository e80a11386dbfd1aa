use super::{ByLanguage, Localized, PetitionId, Slug};
use crate::bytes::byte_string;
use crate::ed25519::PublicKey;
use crate::issuance::TokenKey;
use crate::json::{FromJson, JsonError, Members, Object, ToJson, Value};
use crate::timestamp::Timestamp;
use crate::{json_object, json_word, serde_by_json};

byte_string!(
    /// A SHA-256 hash of a picture or a key, 32 bytes.
    Sha256Hash,
    32
);

/// A petition, frozen at publication. Every key is present; what is not used is `null` or empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// 1.
    pub version: u64,
    /// Short name in links; never reused.
    pub slug: Slug,
    /// Who asks.
    pub organiser: Organiser,
    /// Title, text and questions, by language; every other text has the same languages.
    pub texts: ByLanguage<Text>,
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

json_object!(strict Manifest { version, slug, organiser, texts, addressees, channels, support, picture, accent, replaces, opens_at, closes_at, grace, goals, publication, redemption, issuer, origin, log });

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organiser {
    /// Name, by language.
    pub name: Localized,
    /// Key that signs manifest and notices.
    pub public_key: PublicKey,
    /// SHA-256 of a key kept offline, for the day on which the first one is lost.
    pub recovery_key_hash: Option<Sha256Hash>,
}

json_object!(strict Organiser { name, public_key, recovery_key_hash });

/// The petition in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
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

json_object!(strict Text { title, summary, body, demands, faq, help });

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// One line.
    pub question: String,
    /// Markdown.
    pub answer: String,
}

json_object!(strict Question { question, answer });

/// Someone the petition is addressed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    /// Name, by language.
    pub name: Localized,
    /// What they can do, by language.
    pub reason: Localized,
}

json_object!(strict Addressee { name, reason });

/// A labelled link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Label, by language.
    pub label: Localized,
    /// `https://…`, or `http://….onion`.
    pub url: String,
}

json_object!(strict Channel { label, url });

/// A picture, named by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Hash of the file.
    pub sha256: Sha256Hash,
    /// Alternative text, by language.
    pub alt: Localized,
}

json_object!(strict Picture { sha256, alt });

/// When signatures enter the log; see [`Publication::next_tick`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publication {
    /// Seconds between ticks.
    pub interval: u64,
    /// Fewest signatures that are published at a tick.
    pub min_batch: u64,
    /// Seconds after which fewer are published too; a multiple of `interval`.
    pub max_wait: u64,
}

json_object!(strict Publication { interval, min_batch, max_wait });

/// When clients redeem. A rule for clients alone: nothing in a token tells when it was issued, and nothing must.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redemption {
    /// As soon as the token is there.
    Immediate {},
    /// Not before the epoch after issuance has begun.
    NextEpoch {
        /// Seconds of an epoch, counted from opens_at.
        epoch: u64,
    },
}

impl FromJson for Redemption {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        let mut members = Members::of(value)?;
        let rule: String = members.read("rule")?;
        let redemption = match rule.as_str() {
            "immediate" => Self::Immediate {},
            "next_epoch" => Self::NextEpoch { epoch: members.read("epoch")? },
            _ => return Err(JsonError::new("rule: neither immediate nor next_epoch")),
        };
        members.finish()?;
        Ok(redemption)
    }
}

impl ToJson for Redemption {
    fn to_json(&self) -> Value<'_> {
        let mut object = Object::new();
        match self {
            Self::Immediate {} => object.push("rule", Value::String("immediate".into())),
            Self::NextEpoch { epoch } => {
                object.push("rule", Value::String("next_epoch".into()));
                object.member("epoch", epoch);
            }
        }
        object.finish()
    }
}

/// Who issues tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
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

json_object!(strict Issuer { name, token_key, statement_key, address_rules, tags });

/// Who can compute an address's tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tags {
    /// The issuer alone, with a key of its own.
    Local,
    /// An evaluator on another machine.
    Evaluator,
}

json_word!(Tags { Local = "local", Evaluator = "evaluator" });

/// Who counts tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Host, with `:port` where it is not the default; origin_info of the TokenChallenge.
    pub host: String,
}

json_object!(strict Origin { host });

/// The petition's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Key that signs checkpoints and promises.
    pub public_key: PublicKey,
}

json_object!(strict Log { public_key });
serde_by_json!(
    Manifest,
    Organiser,
    Text,
    Question,
    Addressee,
    Channel,
    Picture,
    Publication,
    Redemption,
    Issuer,
    Tags,
    Origin,
    Log
);

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
