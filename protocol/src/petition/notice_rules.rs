use crate::json::Raw;
use sha2::{Digest as _, Sha256};

use super::rules::{line, localized, prose, require};
use super::{
    CanonicalError, Manifest, ManifestError, Notice, NoticeContent, NoticeSigner, SignedNotice, VerifiedManifest,
};
use crate::bytes::byte_string;
use crate::ed25519::Signature;
use crate::public_log::{Entry, Hash, InclusionProof};
use crate::timestamp::{DAY, Timestamp};
use crate::{json_object, serde_by_json};

/// Most signatures that can have been collected elsewhere: more than there are people.
pub const MAX_EARLIER_TOTAL: u64 = 10_000_000_000;

byte_string!(
    /// SHA-256 of a canonical notice, 32 bytes.
    NoticeId,
    32
);

/// Why a notice is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// Not the canonical JSON of a notice.
    #[error("the notice is {0}")]
    Canonical(#[from] CanonicalError),
    /// A rule is broken; the text names the field and says what it must be.
    #[error("{0}")]
    Rule(String),
    /// The signature is not by the key that `signer` stands for.
    #[error("the notice's signature is not valid")]
    Signature,
}

/// A notice of a petition that keeps every rule which does not depend on the time, and carries its signature. There is no other way to
/// make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedNotice {
    notice: Notice,
    signed: SignedNotice,
}

/// Body of `POST /v1/petitions/{petition_id}/notices`.
#[derive(Debug)]
pub struct NoticeRequest {
    /// The canonical notice, byte for byte.
    pub notice: Raw,
    /// Over `"undersign notice v1\n"` and the canonical notice.
    pub signature: Signature,
}

json_object!(strict NoticeRequest { notice, signature });

/// Answer to `POST /v1/petitions/{petition_id}/notices`; the same for every repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeAnswer {
    /// SHA-256 of the notice.
    pub notice_id: NoticeId,
    /// Its place in the petition's log; missing on the identified side, which has none.
    pub leaf_index: Option<u64>,
}

json_object!(open NoticeAnswer { notice_id } omits { leaf_index });

/// Body of `GET /v1/petitions/{petition_id}/notices`.
#[derive(Debug)]
pub struct NoticeList {
    /// The signed head of the petition's log to which the proofs lead.
    pub checkpoint: String,
    /// All notices, in the order of the log.
    pub notices: Vec<LoggedNotice>,
}

json_object!(open NoticeList { checkpoint, notices });

/// A notice with its place in the log, and the proof of it.
#[derive(Debug)]
pub struct LoggedNotice {
    /// The canonical notice, byte for byte.
    pub notice: Raw,
    /// Its signature.
    pub signature: Signature,
    /// Index of its leaf, from 0.
    pub leaf_index: u64,
    /// From the leaf's sibling up (RFC 6962 §2.1.1).
    pub inclusion_proof: Vec<Hash>,
}

json_object!(open LoggedNotice { notice, signature, leaf_index, inclusion_proof });
serde_by_json!(NoticeRequest, NoticeAnswer, NoticeList, LoggedNotice);

impl NoticeId {
    /// Hashes a canonical notice.
    pub fn of_notice(canonical: &[u8]) -> Self {
        Self::from(<[u8; 32]>::from(Sha256::digest(canonical)))
    }
}

impl VerifiedNotice {
    /// Checks received bytes and their signature against the petition they are about.
    pub fn verify(signed: SignedNotice, petition: &VerifiedManifest) -> Result<Self, NoticeError> {
        let notice = signed.parse()?;
        let manifest = petition.manifest();
        let key = match notice.signer {
            NoticeSigner::Organiser => &manifest.organiser.public_key,
            NoticeSigner::Operator => &manifest.log.public_key,
        };
        let is_about_it = notice.petition_id == petition.petition_id();
        require(is_about_it, "petition_id: the notice is about another petition").map_err(rule)?;
        check(&notice, manifest).map_err(rule)?;
        signed.verify(key).map_err(|_| NoticeError::Signature)?;
        Ok(Self { notice, signed })
    }

    /// The parsed notice.
    pub fn notice(&self) -> &Notice {
        &self.notice
    }

    /// As it was received.
    pub fn signed(&self) -> &SignedNotice {
        &self.signed
    }

    /// SHA-256 of it.
    pub fn id(&self) -> NoticeId {
        NoticeId::of_notice(&self.signed.notice)
    }

    /// When first-time issuance ends by this notice: at the moment that a close names, at once by a take-down.
    pub fn closes_at(&self) -> Option<Timestamp> {
        match self.notice.content {
            NoticeContent::Close { closes_at } => Some(closes_at),
            NoticeContent::TakeDown {} => Some(self.notice.published_at),
            _ => None,
        }
    }

    /// Whether the petition's text is not to be shown any more.
    pub fn takes_down(&self) -> bool {
        matches!(self.notice.content, NoticeContent::TakeDown {})
    }
}

impl LoggedNotice {
    /// The notice as its entry has it.
    pub fn signed(&self) -> SignedNotice {
        SignedNotice { notice: self.notice.get().as_bytes().to_vec(), signature: self.signature }
    }

    /// Its leaf hash and the proof of its place.
    pub fn proof(&self) -> (Hash, InclusionProof) {
        (Entry::Notice(self.signed()).leaf_hash(), InclusionProof { hashes: self.inclusion_proof.clone() })
    }
}

impl SignedNotice {
    /// As it is posted.
    pub fn request(&self) -> NoticeRequest {
        NoticeRequest { notice: self.raw(), signature: self.signature }
    }

    /// The canonical notice as a value in other JSON. Of bytes that are not JSON it is `null`.
    pub fn raw(&self) -> Raw {
        Raw::new(String::from_utf8_lossy(&self.notice).into_owned()).unwrap_or_else(|_| Raw::null())
    }
}

/// When a petition closes: at the manifest's time, or at an earlier one of its notices.
pub fn effective_closes_at<'a>(
    manifest: &Manifest,
    notices: impl IntoIterator<Item = &'a VerifiedNotice>,
) -> Timestamp {
    let earlier = notices.into_iter().filter_map(VerifiedNotice::closes_at).min();
    earlier.map_or(manifest.closes_at, |earlier| earlier.min(manifest.closes_at))
}

fn check(notice: &Notice, manifest: &Manifest) -> Result<(), ManifestError> {
    let same_languages = notice.texts.keys().eq(manifest.texts.keys());
    require(same_languages, "texts: must have exactly the petition's languages")?;
    for (language, text) in &notice.texts {
        line(&format!("texts.{language}.title"), &text.title, 200)?;
        prose(&format!("texts.{language}.body"), &text.body)?;
    }
    match notice.content {
        NoticeContent::Close { closes_at } => {
            require(closes_at < manifest.closes_at, "content.closes_at: a petition only closes earlier than it said")?;
            require(closes_at >= notice.published_at, "content.closes_at: must not be before published_at")
        }
        NoticeContent::Correction { replaced_by } => {
            require(replaced_by != notice.petition_id, "content.replaced_by: a petition does not replace itself")
        }
        NoticeContent::Delivery { tree_size } => require(tree_size > 0, "content.tree_size: must be above zero"),
        NoticeContent::EarlierTotal(ref earlier) => {
            require(notice.signer == NoticeSigner::Organiser, "signer: an earlier total is the organiser's word")?;
            require((1..=MAX_EARLIER_TOTAL).contains(&earlier.count), "content.count: must be 1 to 10,000,000,000")?;
            let is_day = earlier.counted_on.seconds().is_multiple_of(DAY);
            require(is_day, "content.counted_on: must be a day, at 00:00:00Z")?;
            let is_past = earlier.counted_on <= notice.published_at;
            require(is_past, "content.counted_on: must not be after published_at")?;
            localized(manifest, "content.source", &earlier.source)
        }
        NoticeContent::Update {} | NoticeContent::TakeDown {} | NoticeContent::Answer {} => Ok(()),
    }
}

fn rule(error: ManifestError) -> NoticeError {
    NoticeError::Rule(error.to_string())
}
