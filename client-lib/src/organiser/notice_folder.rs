use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use undersign_protocol::ed25519::{PublicKey, SecretKey};
use undersign_protocol::petition::{
    ByLanguage, EarlierTotal, Language, MAX_EARLIER_TOTAL, Manifest, Notice, NoticeAnswer, NoticeContent, NoticeError,
    NoticeSigner, NoticeText, PetitionId, Sha256Hash, SignedNotice, VerifiedNotice,
};
use undersign_protocol::timestamp::Timestamp;

use super::markdown::Source;
use super::problem::{FolderProblem, Problems};
use super::publish::PublishError;
use crate::checked::CheckedPetition;
use crate::facts::{Day, Facts};
use crate::request::{Request, Side, Stage};
use crate::response::Response;

/// What a notice does, where it is more than news: `kind = "delivery"`.
pub const NOTICE_FILE: &str = "notice.toml";

/// A notice as a person writes it: a folder with a Markdown file for each language (`en.md`: `# Title`, then the text) and, where it is
/// more than news, `notice.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeFolder {
    /// What it does.
    pub kind: NoticeKind,
    /// To whom, by whom and when, where it is a delivery or an answer.
    pub facts: Facts,
    /// Title and text, by language.
    pub texts: ByLanguage<NoticeText>,
}

/// `notice.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NoticeKind {
    /// News.
    #[default]
    Update,
    /// An addressee answered.
    Answer,
    /// The total was handed over.
    Delivery {
        /// The size of the log that was handed over; its size of today where it is left out.
        tree_size: Option<u64>,
    },
    /// Another petition replaces this one.
    Correction {
        /// Its id.
        replaced_by: PetitionId,
    },
    /// The text is not to be shown any more.
    TakeDown,
    /// Signatures were collected before, elsewhere.
    EarlierTotal {
        /// How many.
        count: u64,
        /// The day on which there were so many.
        counted_on: Day,
        /// Where and how they were collected, in each language of the petition.
        source: BTreeMap<Language, String>,
    },
}

impl NoticeFolder {
    /// Reads the files of a folder, given by their names. On failure it tells all problems.
    pub fn parse(files: &BTreeMap<String, String>) -> Result<Self, Vec<FolderProblem>> {
        let mut problems = Problems::default();
        let settings = files.get(NOTICE_FILE).map_or(Some(Default::default()), |text| read(text, &mut problems));
        let mut texts = ByLanguage::new();
        for (name, text) in files.iter().filter(|(name, _)| name.ends_with(".md")) {
            let Ok(language) = name.trim_end_matches(".md").parse::<Language>() else {
                problems.refuse(
                    name,
                    None,
                    "a language's file is named with two or three small letters, such as en.md",
                );
                continue;
            };
            if let Some(text) = Source::read(name.clone(), text, &mut problems).notice(&mut problems) {
                texts.insert(language, text);
            }
        }
        let problems = problems.into_sorted();
        match settings {
            Some((kind, facts)) if problems.is_empty() && !texts.is_empty() => Ok(Self { kind, facts, texts }),
            _ if problems.is_empty() => {
                let mut missing = Problems::default();
                missing.missing("en.md", "a file for each language of the petition is needed; there is none");
                Err(missing.into_sorted())
            }
            _ => Err(problems),
        }
    }

    /// What it does in the log of a petition.
    pub fn content(&self, petition: &CheckedPetition) -> NoticeContent {
        match &self.kind {
            NoticeKind::Update => NoticeContent::Update {},
            NoticeKind::Answer => NoticeContent::Answer {},
            NoticeKind::Delivery { tree_size } => {
                NoticeContent::Delivery { tree_size: tree_size.unwrap_or(petition.checkpoint().tree_size) }
            }
            NoticeKind::Correction { replaced_by } => NoticeContent::Correction { replaced_by: *replaced_by },
            NoticeKind::TakeDown => NoticeContent::TakeDown {},
            NoticeKind::EarlierTotal { count, counted_on, source } => NoticeContent::EarlierTotal(EarlierTotal {
                count: *count,
                counted_on: counted_on.begins_at(),
                source: source.iter().map(|(language, source)| (language.clone(), source.clone())).collect(),
            }),
        }
    }
}

/// Signs a notice as the organiser, with the petition's key or with the recovery key whose hash stands in its manifest, and checks the result as every server and every client will.
pub fn sign_notice(
    petition: &CheckedPetition,
    texts: ByLanguage<NoticeText>,
    content: NoticeContent,
    published_at: Timestamp,
    key: &SecretKey,
) -> Result<VerifiedNotice, NoticeError> {
    let petition_id = petition.petition_id();
    let recovery_key = is_recovery_key(petition.manifest(), &key.public_key()).then(|| key.public_key());
    let version = 1 + u64::from(recovery_key.is_some());
    let signer = NoticeSigner::Organiser;
    let notice = Notice { version, petition_id, signer, published_at, texts, content, recovery_key };
    VerifiedNotice::verify(SignedNotice::sign(&notice, key)?, petition.verified())
}

/// The hash of a recovery key, as it stands in a manifest: SHA-256 of the public key's 32 bytes.
pub fn recovery_key_hash(key: &PublicKey) -> Sha256Hash {
    <[u8; 32]>::from(Sha256::digest(key.as_bytes())).into()
}

/// Whether this key signs in place of the organiser's lost one.
pub fn is_recovery_key(manifest: &Manifest, key: &PublicKey) -> bool {
    manifest.organiser.recovery_key_hash == Some(recovery_key_hash(key)) && manifest.organiser.public_key != *key
}

/// Publishes a notice at a side. A repeat gets the same answer.
pub fn notice_request(side: Side, petition: &CheckedPetition, notice: &VerifiedNotice) -> Request {
    let endpoints = petition.endpoints();
    let base = if side == Side::Identified { &endpoints.issuer } else { &endpoints.origin };
    let path = format!("/v1/petitions/{}/notices", petition.petition_id());
    Request::post(side, Stage::Petition, base, &path).json(&notice.signed().request())
}

/// A side's answer to [`notice_request`]: about exactly this notice.
pub fn read_notice_answer(response: &Response, notice: &VerifiedNotice) -> Result<NoticeAnswer, PublishError> {
    let answer: NoticeAnswer = response.expect_json(200)?;
    if answer.notice_id == notice.id() { Ok(answer) } else { Err(PublishError::OtherPetition) }
}

/// What it does and the facts, which are members of one file.
fn read(text: &str, problems: &mut Problems) -> Option<(NoticeKind, Facts)> {
    let mut refuse = |error: &toml::de::Error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].lines().count().max(1));
        problems.refuse(NOTICE_FILE, line, format!("this is not a notice: {}", error.message()));
    };
    let table = toml::from_str::<toml::Table>(text).map_err(|error| refuse(&error)).ok()?;
    let (facts, rest): (toml::Table, toml::Table) =
        table.into_iter().partition(|(name, _)| Facts::NAMES.contains(&name.as_str()));
    if facts.is_empty() {
        // From the text, so that a problem has its line.
        let kind = toml::from_str(text).map_err(|error| refuse(&error)).ok()?;
        return is_possible(&kind, problems).then(|| (kind, Facts::default()));
    }
    let facts: Facts = facts.try_into().map_err(|error| refuse(&error)).ok()?;
    let kind = rest.try_into().map_err(|error| refuse(&error)).ok()?;
    let fits = match kind {
        NoticeKind::Delivery { .. } => true,
        NoticeKind::Answer => facts.answer_until.is_none(),
        _ => false,
    };
    if !fits {
        let sentence = "addressees and on are for a delivery or an answer, answer_until is for a delivery";
        problems.refuse(NOTICE_FILE, None, sentence);
    }
    fits.then_some((kind, facts))
}

/// Whether a number can be one of signatures. That its day is past shows when the notice is signed.
fn is_possible(kind: &NoticeKind, problems: &mut Problems) -> bool {
    let is_possible =
        !matches!(kind, NoticeKind::EarlierTotal { count, .. } if !(1..=MAX_EARLIER_TOTAL).contains(count));
    if !is_possible {
        problems.refuse(NOTICE_FILE, None, "count: how many were collected before, from 1 to 10,000,000,000");
    }
    is_possible
}
