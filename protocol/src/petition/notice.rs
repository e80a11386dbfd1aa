use super::{ByLanguage, CanonicalError, Localized, MAX_NOTICE_SIZE, PetitionId, from_canonical, to_canonical};
use crate::ed25519::{PublicKey, SecretKey, Signature, SignatureError};
use crate::json::{FromJson, JsonError, Members, Object, ToJson, Value};
use crate::timestamp::Timestamp;
use crate::{json_object, json_word, serde_by_json};

const CONTEXT: &[u8] = b"undersign notice v1\n";

/// What is said about a petition after its publication, frozen in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// 1.
    pub version: u64,
    /// The petition it is about.
    pub petition_id: PetitionId,
    /// Whose key signs it.
    pub signer: NoticeSigner,
    /// The date that the page shows.
    pub published_at: Timestamp,
    /// What it says, by language of the petition.
    pub texts: ByLanguage<NoticeText>,
    /// What it does.
    pub content: NoticeContent,
}

json_object!(strict Notice { version, petition_id, signer, published_at, texts, content });

/// Whose key signs a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeSigner {
    /// organiser.public_key of the manifest.
    Organiser,
    /// log.public_key of the manifest, which the operator holds.
    Operator,
}

json_word!(NoticeSigner { Organiser = "organiser", Operator = "operator" });

/// A notice in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeText {
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
}

json_object!(strict NoticeText { title, body });
serde_by_json!(Notice, NoticeSigner, NoticeText, NoticeContent, EarlierTotal);

/// What a notice does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeContent {
    /// News; nothing changes.
    Update {},
    /// The petition closes earlier; never later.
    Close {
        /// The new end of first-time issuance.
        closes_at: Timestamp,
    },
    /// The text is no longer shown; the log and the total stay.
    TakeDown {},
    /// Another petition replaces this one.
    Correction {
        /// The petition that replaces this one.
        replaced_by: PetitionId,
    },
    /// The total was handed over.
    Delivery {
        /// The size of the tree that was handed over.
        tree_size: u64,
    },
    /// An addressee answered.
    Answer {},
    /// Signatures were collected before, elsewhere.
    EarlierTotal(EarlierTotal),
}

/// What was collected before, elsewhere: the organiser's word. No log holds it, so nobody can verify it, and it is added to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierTotal {
    /// How many signatures.
    pub count: u64,
    /// The day on which there were so many: its beginning, in UTC.
    pub counted_on: Timestamp,
    /// Where and how they were collected, by language of the petition; one line.
    pub source: Localized,
}

json_object!(open EarlierTotal { count, counted_on, source });

impl FromJson for NoticeContent {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        let mut members = Members::of(value)?;
        let kind: String = members.read("kind")?;
        let content = match kind.as_str() {
            "update" => Self::Update {},
            "close" => Self::Close { closes_at: members.read("closes_at")? },
            "take_down" => Self::TakeDown {},
            "correction" => Self::Correction { replaced_by: members.read("replaced_by")? },
            "delivery" => Self::Delivery { tree_size: members.read("tree_size")? },
            "answer" => Self::Answer {},
            "earlier_total" => Self::EarlierTotal(EarlierTotal {
                count: members.read("count")?,
                counted_on: members.read("counted_on")?,
                source: members.read("source")?,
            }),
            _ => return Err(JsonError::new("kind: not one of the known words")),
        };
        members.finish()?;
        Ok(content)
    }
}

impl ToJson for NoticeContent {
    fn to_json(&self) -> Value<'_> {
        let mut object = Object::new();
        let kind = match self {
            Self::Update {} => "update",
            Self::Close { closes_at } => {
                object.member("closes_at", closes_at);
                "close"
            }
            Self::TakeDown {} => "take_down",
            Self::Correction { replaced_by } => {
                object.member("replaced_by", replaced_by);
                "correction"
            }
            Self::Delivery { tree_size } => {
                object.member("tree_size", tree_size);
                "delivery"
            }
            Self::Answer {} => "answer",
            Self::EarlierTotal(earlier) => {
                object.member("count", &earlier.count);
                object.member("counted_on", &earlier.counted_on);
                object.member("source", &earlier.source);
                "earlier_total"
            }
        };
        object.push("kind", Value::String(kind.into()));
        object.finish()
    }
}

/// A notice as it was received: canonical JSON and its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNotice {
    /// Canonical JSON of a [`Notice`].
    pub notice: Vec<u8>,
    /// Over `"undersign notice v1\n"` and the canonical JSON.
    pub signature: Signature,
}

impl SignedNotice {
    /// Writes and signs.
    pub fn sign(notice: &Notice, key: &SecretKey) -> Result<Self, CanonicalError> {
        let notice = to_canonical(notice)?;
        let signature = key.sign(&signing_text(&notice));
        let signed = Self { notice, signature };
        signed.parse()?;
        Ok(signed)
    }

    /// Parses the notice, of version 1 and at most [`MAX_NOTICE_SIZE`] bytes; its signature is not verified by this.
    pub fn parse(&self) -> Result<Notice, CanonicalError> {
        if self.notice.len() > MAX_NOTICE_SIZE {
            return Err(CanonicalError::Form("larger than 60,000 bytes".to_owned()));
        }
        let notice: Notice = from_canonical(&self.notice)?;
        if notice.version == 1 { Ok(notice) } else { Err(CanonicalError::Form("version: must be 1".to_owned())) }
    }

    /// Verifies the signature with the key that the notice's signer field stands for.
    pub fn verify(&self, key: &PublicKey) -> Result<(), SignatureError> {
        key.verify(&signing_text(&self.notice), &self.signature)
    }
}

fn signing_text(notice: &[u8]) -> Vec<u8> {
    [CONTEXT, notice].concat()
}
