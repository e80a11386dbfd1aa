use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CanonicalError, Language, MAX_NOTICE_SIZE, PetitionId, from_canonical, to_canonical};
use crate::ed25519::{PublicKey, SecretKey, Signature, SignatureError};
use crate::timestamp::Timestamp;

const CONTEXT: &[u8] = b"undersign notice v1\n";

/// What is said about a petition after its publication, frozen in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    pub texts: BTreeMap<Language, NoticeText>,
    /// What it does.
    pub content: NoticeContent,
}

/// Whose key signs a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeSigner {
    /// organiser.public_key of the manifest.
    Organiser,
    /// log.public_key of the manifest, which the operator holds.
    Operator,
}

/// A notice in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeText {
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
}

/// What a notice does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
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
